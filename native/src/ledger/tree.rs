//! What stands above a row of hashes? The nodes of RFC 9162, level by level.

use std::thread;

use crate::ledger::encode::{HASH, sha256};

const NODE: u8 = 1; // RFC 9162: what stands before two children when they are hashed
const CHILDREN: usize = 2 * HASH;
const LEAST: usize = 1 << 17; // bytes of hashes for which a further thread is worth its start

/// The row so many levels above a row whose number of hashes is a multiple of 2 to the power of `levels`; none where
/// it is not. threads: at most so many.
#[must_use]
pub fn above(row: &[u8], levels: u32, threads: usize) -> Option<Vec<u8>> {
    let span = HASH.checked_mul(1_usize.checked_shl(levels)?)?;
    if !row.len().is_multiple_of(span) {
        return None;
    }
    let parts = threads.min(row.len() / LEAST).max(1);
    if parts == 1 || levels == 0 {
        return Some(risen(row, levels));
    }
    let step = (row.len() / span).div_ceil(parts) * span;
    thread::scope(|scope| {
        let running: Vec<_> = row.chunks(step).map(|part| scope.spawn(move || risen(part, levels))).collect();
        let mut all = Vec::with_capacity(row.len() >> levels);
        for one in running {
            all.extend(one.join().ok()?);
        }
        Some(all)
    })
}

fn risen(row: &[u8], levels: u32) -> Vec<u8> {
    // The message of 65 bytes is padded once: only the children change.
    let mut node = [[0; CHILDREN]; 2];
    let [first, second] = &mut node;
    first[0] = NODE;
    second[1] = 0x80;
    if let Some(bits) = second.last_chunk_mut() {
        *bits = ((1 + CHILDREN as u64) * 8).to_be_bytes();
    }
    let mut row = row.to_vec();
    for _ in 0..levels {
        let mut next = Vec::with_capacity(row.len() / 2);
        for pair in row.as_chunks::<CHILDREN>().0 {
            let [first, second] = &mut node;
            if let (Some(start), Some((end, start_of_pair))) = (first.get_mut(1..), pair.split_last()) {
                start.copy_from_slice(start_of_pair);
                second[0] = *end;
            }
            next.extend_from_slice(&sha256(&node));
        }
        row = next;
    }
    row
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn a_row_must_be_whole() {
        assert_eq!(above(&[0; 64], 2, 1), None);
        assert_eq!(above(&[0; 33], 0, 1), None);
        assert_eq!(above(&[0; 64], 64, 1), None);
        assert_eq!(above(&[], 8, 1), Some(Vec::new()));
        assert_eq!(above(&[7; 64], 0, 1), Some(vec![7; 64]));
    }

    #[test]
    fn two_levels_are_one_and_one() {
        let row: Vec<u8> = (0..128).collect();
        let once = above(&row, 1, 1).unwrap_or_default();
        assert_eq!(once.len(), 64);
        assert_eq!(once[..32], Sha256::digest([&[1], &row[..64]].concat())[..]);
        assert_eq!(above(&once, 1, 1), above(&row, 2, 1));
    }

    #[test]
    fn threads_change_nothing() {
        let row: Vec<u8> = (0..=250).cycle().take(5 * LEAST).collect();
        assert_eq!(above(&row, 8, 3), above(&row, 8, 1));
    }
}
