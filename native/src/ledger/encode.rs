//! Which bytes does a row of events have as a leaf, and what is their hash? The form is written down in
//! docs/reference/encoding.md; buffers are those of Arrow, cut to the rows that are asked for.

use std::thread;

use sha2::{Digest, Sha256};

/// The most bytes that a leaf may have: tlog-tiles gives an entry's length two bytes.
pub const LEAF_LIMIT: usize = 65_535;
/// Bytes of a hash.
pub const HASH: usize = 32;

const ABSENT: u8 = 0;
const PRESENT: u8 = 1;
const LEAF: u8 = 0; // RFC 9162: what stands before a leaf when it is hashed
const LEAST: usize = 4_096; // rows for which a further thread is worth its start

/// Texts one behind the other.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// One 32-bit number per text and one more, little-endian; the first one says where `data` begins.
    pub offsets: &'a [u8],
    /// The bytes of the texts.
    pub data: &'a [u8],
}

/// What a column holds.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a> {
    /// A text per row.
    Texts(Texts<'a>),
    /// A 32-bit index per row into words.
    Words(&'a [u8], Texts<'a>),
    /// Offsets per row (one more than rows) into texts.
    Lists(&'a [u8], Texts<'a>),
    /// A 64-bit number per row, little-endian.
    Numbers(&'a [u8]),
}

/// A column of as many rows as the caller says.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// One bit per row from `bit` on, set where there is a value; none where all have one.
    pub validity: Option<&'a [u8]>,
    /// The bit of the first row.
    pub bit: usize,
    /// The values.
    pub values: Values<'a>,
}

/// Why rows cannot be encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// A row has so many bytes.
    TooLong(usize),
    /// Buffers are shorter than they say, or contradict each other.
    Buffers,
}

fn word(buffer: &[u8], index: usize) -> Option<usize> {
    let from = index.checked_mul(4)?;
    let bytes: [u8; 4] = buffer.get(from..from.checked_add(4)?)?.try_into().ok()?;
    usize::try_from(i32::from_le_bytes(bytes)).ok()
}

impl<'a> Texts<'a> {
    fn get(&self, index: usize) -> Option<&'a [u8]> {
        let base = word(self.offsets, 0)?;
        let (from, to) = (word(self.offsets, index)?, word(self.offsets, index + 1)?);
        self.data.get(from.checked_sub(base)?..to.checked_sub(base)?)
    }

    fn put(&self, index: usize, leaf: &mut Vec<u8>) -> Result<(), Refused> {
        let text = self.get(index).ok_or(Refused::Buffers)?;
        let length = u32::try_from(text.len()).map_err(|_| Refused::TooLong(text.len()))?;
        room(leaf, text.len())?;
        leaf.push(PRESENT);
        leaf.extend_from_slice(&length.to_be_bytes());
        leaf.extend_from_slice(text);
        Ok(())
    }
}

/// Refuses before memory is taken for what no leaf can hold.
fn room(leaf: &[u8], more: usize) -> Result<(), Refused> {
    let length = leaf.len().saturating_add(more);
    if length > LEAF_LIMIT + 1 { Err(Refused::TooLong(length)) } else { Ok(()) }
}

impl Column<'_> {
    fn absent(&self, row: usize) -> Result<bool, Refused> {
        let Some(bits) = self.validity else {
            return Ok(false);
        };
        let at = self.bit.checked_add(row).ok_or(Refused::Buffers)?;
        let byte = bits.get(at / 8).ok_or(Refused::Buffers)?;
        Ok(byte >> (at % 8) & 1 == 0)
    }

    fn put(&self, row: usize, leaf: &mut Vec<u8>) -> Result<(), Refused> {
        if self.absent(row)? {
            leaf.push(ABSENT);
            return Ok(());
        }
        match self.values {
            Values::Texts(texts) => texts.put(row, leaf),
            Values::Words(indices, texts) => texts.put(word(indices, row).ok_or(Refused::Buffers)?, leaf),
            Values::Lists(offsets, texts) => {
                let base = word(offsets, 0).ok_or(Refused::Buffers)?;
                let (from, to) = word(offsets, row).zip(word(offsets, row + 1)).ok_or(Refused::Buffers)?;
                let count = to.checked_sub(from).ok_or(Refused::Buffers)?;
                let first = from.checked_sub(base).ok_or(Refused::Buffers)?;
                leaf.extend_from_slice(&u32::try_from(count).map_err(|_| Refused::TooLong(count))?.to_be_bytes());
                (first..first.checked_add(count).ok_or(Refused::Buffers)?).try_for_each(|item| texts.put(item, leaf))
            }
            Values::Numbers(values) => {
                let from = row.checked_mul(8).ok_or(Refused::Buffers)?;
                let bytes = values.get(from..).and_then(|rest| rest.get(..8)).ok_or(Refused::Buffers)?;
                leaf.extend(bytes.iter().rev());
                Ok(())
            }
        }
    }
}

/// Calls `found` with each row's leaf (behind one byte that stands for the leaf prefix), from row `from` on.
fn each(
    kind: u8,
    columns: &[Column<'_>],
    rows: std::ops::Range<usize>,
    mut found: impl FnMut(&[u8]),
) -> Result<(), Refused> {
    let mut leaf = Vec::with_capacity(512);
    for row in rows {
        leaf.clear();
        leaf.extend_from_slice(&[LEAF, kind]);
        for column in columns {
            column.put(row, &mut leaf)?;
        }
        room(&leaf, 0)?;
        found(&leaf);
    }
    Ok(())
}

/// The leaves of `count` rows, whole, in order. kind: the byte that each begins with.
///
/// # Errors
/// `Refused` where a row does not fit a leaf, or the buffers do not hold what they say.
pub fn leaves(kind: u8, columns: &[Column<'_>], count: usize) -> Result<Vec<Vec<u8>>, Refused> {
    let mut all = Vec::new();
    each(kind, columns, 0..count, |leaf| all.push(leaf.get(1..).unwrap_or_default().to_vec()))?;
    Ok(all)
}

/// The leaf hashes (RFC 9162) of `count` rows, 32 bytes each, made by at most so many threads.
///
/// # Errors
/// As `leaves`; what is said is of the first part of the rows that is refused.
pub fn hashes(kind: u8, columns: &[Column<'_>], count: usize, threads: usize) -> Result<Vec<u8>, Refused> {
    let some = |rows: std::ops::Range<usize>| {
        let mut row = Vec::with_capacity(rows.len().min(1 << 20) * HASH);
        each(kind, columns, rows, |leaf| row.extend_from_slice(&Sha256::digest(leaf)))?;
        Ok(row)
    };
    let parts = threads.min(count / LEAST).max(1);
    if parts == 1 {
        return some(0..count);
    }
    let step = count.div_ceil(parts);
    let ranges = (0..parts).map(|part| (part * step).min(count)..((part + 1) * step).min(count));
    thread::scope(|scope| {
        let some = &some;
        let running: Vec<_> = ranges.map(|rows| scope.spawn(move || some(rows))).collect();
        let mut all = Vec::new();
        for one in running {
            all.extend(one.join().map_err(|_| Refused::Buffers)??);
        }
        Ok(all)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offsets(values: &[i32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    #[test]
    fn a_row_has_the_documented_bytes() {
        let (ends, indices, items) = (offsets(&[3, 4, 6]), offsets(&[1, 0]), offsets(&[0, 1, 1]));
        let texts = Texts { offsets: &ends, data: b"abc" };
        let numbers: Vec<u8> = [7_i64, -1].iter().flat_map(|value| value.to_le_bytes()).collect();
        let column = |values| Column { validity: None, bit: 0, values };
        let columns = [
            Column { validity: Some(&[0b10]), bit: 0, values: Values::Texts(texts) },
            column(Values::Words(&indices, texts)),
            column(Values::Lists(&items, texts)),
            column(Values::Numbers(&numbers)),
        ];
        let all = leaves(1, &columns, 2).unwrap_or_default();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0], b"\x01\0\x01\0\0\0\x02bc\0\0\0\x01\x01\0\0\0\x01a\0\0\0\0\0\0\0\x07");
        assert_eq!(all[1], b"\x01\x01\0\0\0\x02bc\x01\0\0\0\x01a\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff");
        let expected = all.iter().flat_map(|leaf| Sha256::digest([&[0], leaf.as_slice()].concat()).to_vec());
        assert_eq!(hashes(1, &columns, 2, 4), Ok(expected.collect::<Vec<u8>>()));
    }

    #[test]
    fn buffers_that_lie_are_refused() {
        let short = offsets(&[0, 5]);
        let backwards = offsets(&[5, 0]);
        let negative = offsets(&[-1, 1]);
        for ends in [&short, &backwards, &negative, &Vec::new()] {
            let texts = Texts { offsets: ends, data: b"abc" };
            for values in
                [Values::Texts(texts), Values::Words(&[0; 4], texts), Values::Lists(&[0, 0, 0, 0, 1, 0, 0, 0], texts)]
            {
                let column = Column { validity: None, bit: 0, values };
                assert_eq!(hashes(1, &[column], 1, 1), Err(Refused::Buffers));
            }
        }
        let column = Column { validity: Some(&[]), bit: usize::MAX, values: Values::Numbers(&[]) };
        assert_eq!(hashes(1, &[column], 3, 1), Err(Refused::Buffers));
    }

    #[test]
    fn a_leaf_may_be_as_long_as_the_limit_and_no_longer() {
        for (length, fits) in [(LEAF_LIMIT - 6, true), (LEAF_LIMIT - 5, false)] {
            let data = vec![b'x'; length];
            let ends = offsets(&[0, i32::try_from(length).unwrap_or(0)]);
            let texts = Texts { offsets: &ends, data: &data };
            let column = Column { validity: None, bit: 0, values: Values::Texts(texts) };
            assert_eq!(hashes(1, &[column], 1, 1).is_ok(), fits);
        }
    }
}
