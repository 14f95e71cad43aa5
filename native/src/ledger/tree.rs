//! What stands above a row of hashes? The nodes of RFC 9162, level by level.

use sha2::{Digest, Sha256};

use crate::ledger::encode::HASH;

const NODE: u8 = 1; // RFC 9162: what stands before two children when they are hashed

/// The row so many levels above a row whose number of hashes is a multiple of 2 to the power of `levels`; none where
/// it is not.
#[must_use]
pub fn above(row: &[u8], levels: u32) -> Option<Vec<u8>> {
    let span = HASH.checked_mul(1_usize.checked_shl(levels)?)?;
    if !row.len().is_multiple_of(span) {
        return None;
    }
    let mut node = [NODE; 1 + 2 * HASH];
    let mut row = row.to_vec();
    for _ in 0..levels {
        let mut next = Vec::with_capacity(row.len() / 2);
        for pair in row.chunks_exact(2 * HASH) {
            if let Some(children) = node.get_mut(1..) {
                children.copy_from_slice(pair);
            }
            next.extend_from_slice(&Sha256::digest(node));
        }
        row = next;
    }
    Some(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_must_be_whole() {
        assert_eq!(above(&[0; 64], 2), None);
        assert_eq!(above(&[0; 33], 0), None);
        assert_eq!(above(&[0; 64], 64), None);
        assert_eq!(above(&[], 8), Some(Vec::new()));
        assert_eq!(above(&[7; 64], 0), Some(vec![7; 64]));
    }

    #[test]
    fn two_levels_are_one_and_one() {
        let row: Vec<u8> = (0..128).collect();
        let once = above(&row, 1).unwrap_or_default();
        assert_eq!(once.len(), 64);
        assert_eq!(once[..32], Sha256::digest([&[1], &row[..64]].concat())[..]);
        assert_eq!(above(&once, 1), above(&row, 2));
    }
}
