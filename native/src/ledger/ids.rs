//! In which rows may an event of some id stand? One number per row: the id's hash above, the row below, in order.

const START: u64 = 0xcbf2_9ce4_8422_2325; // FNV-1a: whoever makes ids collide only makes us look at rows in vain
const PRIME: u64 = 0x0100_0000_01b3;
const MIX: u64 = 0xff51_afd7_ed55_8ccd;

/// The upper half of the number of every row that holds this id.
#[must_use]
pub fn key(id: &[u8]) -> u32 {
    let hash = id.iter().fold(START, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME));
    let hash = (hash ^ hash >> 33).wrapping_mul(MIX);
    (hash >> 32) as u32
}

/// The numbers of `count` rows of an Arrow column of texts, cut to them, from row `first` on; not in order. None where
/// the buffers do not hold what they say.
#[must_use]
pub fn numbers(offsets: &[u8], data: &[u8], count: usize, first: u32) -> Option<Vec<u64>> {
    let ends = offsets.as_chunks::<4>().0.get(..count.checked_add(1)?)?;
    let place = |end: &[u8; 4]| usize::try_from(i32::from_le_bytes(*end)).ok();
    let base = place(ends.first()?)?;
    let mut found = Vec::with_capacity(count);
    let mut from = 0;
    for (row, end) in (first..).zip(ends.iter().skip(1)) {
        let to = place(end)?.checked_sub(base)?;
        found.push(u64::from(key(data.get(from..to)?)) << 32 | u64::from(row));
        from = to;
    }
    (found.len() == count).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_by_its_id() {
        let offsets: Vec<u8> = [2_i32, 3, 5].iter().flat_map(|end| end.to_le_bytes()).collect();
        let expected = vec![u64::from(key(b"a")) << 32 | 7, u64::from(key(b"bc")) << 32 | 8];
        assert_eq!(numbers(&offsets, b"abc", 2, 7), Some(expected));
        assert_eq!(numbers(&offsets, b"ab", 2, 7), None);
        assert_eq!(numbers(&offsets, b"abc", 3, 7), None);
    }
}
