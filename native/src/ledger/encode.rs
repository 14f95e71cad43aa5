//! Which bytes does a row of events have as a leaf, and what is their hash? The form is written down in
//! docs/reference/encoding.md; buffers are those of Arrow, cut to the rows that are asked for.

use std::thread;

use sha2::block_api::compress256;

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

/// Texts whose offsets are looked at as numbers.
#[derive(Clone, Copy)]
struct Cut<'a> {
    ends: &'a [[u8; 4]],
    base: usize,
    data: &'a [u8],
}

/// A column taken apart once, not at every row.
#[derive(Clone, Copy)]
enum Ready<'a> {
    Texts(Cut<'a>),
    Words(&'a [[u8; 4]], Cut<'a>),
    Lists(&'a [[u8; 4]], usize, Cut<'a>),
    Numbers(&'a [[u8; 8]]),
}

fn word(numbers: &[[u8; 4]], index: usize) -> Result<usize, Refused> {
    let bytes = numbers.get(index).ok_or(Refused::Buffers)?;
    usize::try_from(i32::from_le_bytes(*bytes)).map_err(|_| Refused::Buffers)
}

/// The numbers of a column, and the first of them.
fn offsets(buffer: &[u8]) -> Result<(&[[u8; 4]], usize), Refused> {
    let numbers = buffer.as_chunks::<4>().0;
    Ok((numbers, word(numbers, 0)?))
}

impl<'a> Texts<'a> {
    fn cut(&self) -> Result<Cut<'a>, Refused> {
        let (ends, base) = offsets(self.offsets)?;
        Ok(Cut { ends, base, data: self.data })
    }
}

impl<'a> Values<'a> {
    fn ready(&self) -> Result<Ready<'a>, Refused> {
        Ok(match self {
            Values::Texts(texts) => Ready::Texts(texts.cut()?),
            Values::Words(indices, texts) => Ready::Words(indices.as_chunks::<4>().0, texts.cut()?),
            Values::Lists(lists, texts) => {
                let (lists, base) = offsets(lists)?;
                Ready::Lists(lists, base, texts.cut()?)
            }
            Values::Numbers(values) => Ready::Numbers(values.as_chunks::<8>().0),
        })
    }
}

const BEFORE: usize = 5; // bytes before a text: that it is there, and its length
const SHORT: usize = 16; // a text of so many bytes is copied with its neighbours: one move instead of a call
const BLOCK: usize = 64; // SHA-256 takes so many bytes at a time
const ROOM: usize = LEAF_LIMIT + 1 + BLOCK + BLOCK; // a leaf, what stands before it, a short text's neighbours, padding

/// One leaf being written, behind one byte that stands for the leaf prefix.
struct Leaf {
    bytes: Vec<u8>,
    length: usize,
}

impl Leaf {
    fn new(kind: u8) -> Self {
        let mut bytes = vec![0; ROOM];
        if let Some(first) = bytes.first_chunk_mut() {
            *first = [LEAF, kind];
        }
        Self { bytes, length: 2 }
    }

    fn whole(&self) -> &[u8] {
        self.bytes.get(1..self.length).unwrap_or_default()
    }

    /// So many bytes more; refuses what no leaf can hold.
    fn next(&mut self, more: usize) -> Result<&mut [u8], Refused> {
        let length = self.length.saturating_add(more);
        if length > LEAF_LIMIT + 1 {
            return Err(Refused::TooLong(length));
        }
        let from = std::mem::replace(&mut self.length, length);
        self.bytes.get_mut(from..).ok_or(Refused::Buffers)
    }

    fn put<const N: usize>(&mut self, bytes: [u8; N]) -> Result<(), Refused> {
        let place = self.next(N)?.first_chunk_mut().ok_or(Refused::Buffers)?;
        *place = bytes;
        Ok(())
    }

    #[inline]
    fn text(&mut self, texts: Cut<'_>, index: usize) -> Result<(), Refused> {
        let from = word(texts.ends, index)?.checked_sub(texts.base).ok_or(Refused::Buffers)?;
        let to = word(texts.ends, index + 1)?.checked_sub(texts.base).ok_or(Refused::Buffers)?;
        let text = texts.data.get(from..to).ok_or(Refused::Buffers)?;
        let [a, b, c, d] = u32::try_from(text.len()).map_err(|_| Refused::TooLong(text.len()))?.to_be_bytes();
        let place = self.next(BEFORE + text.len())?;
        let (before, place) = place.split_first_chunk_mut::<BEFORE>().ok_or(Refused::Buffers)?;
        *before = [PRESENT, a, b, c, d];
        if text.len() <= SHORT
            && let Some(wide) = texts.data.get(from..).and_then(|rest| rest.first_chunk::<SHORT>())
            && let Some(place) = place.first_chunk_mut::<SHORT>()
        {
            *place = *wide;
            return Ok(());
        }
        place.get_mut(..text.len()).ok_or(Refused::Buffers)?.copy_from_slice(text);
        Ok(())
    }

    fn row(&mut self, columns: &[(Column<'_>, Ready<'_>)], row: usize) -> Result<(), Refused> {
        self.length = 2;
        for (column, values) in columns {
            if column.absent(row)? {
                self.put([ABSENT])?;
                continue;
            }
            match *values {
                Ready::Texts(texts) => self.text(texts, row)?,
                Ready::Words(indices, texts) => self.text(texts, word(indices, row)?)?,
                Ready::Lists(lists, base, texts) => {
                    let from = word(lists, row)?.checked_sub(base).ok_or(Refused::Buffers)?;
                    let to = word(lists, row + 1)?.checked_sub(base).ok_or(Refused::Buffers)?;
                    let count = to.checked_sub(from).ok_or(Refused::Buffers)?;
                    self.put(u32::try_from(count).map_err(|_| Refused::TooLong(count))?.to_be_bytes())?;
                    (from..to).try_for_each(|item| self.text(texts, item))?;
                }
                Ready::Numbers(values) => {
                    let mut bytes = *values.get(row).ok_or(Refused::Buffers)?;
                    bytes.reverse();
                    self.put(bytes)?;
                }
            }
        }
        Ok(())
    }

    /// SHA-256 of prefix and leaf; what lies behind them is padded in place, which spares a copy.
    fn hash(&mut self) -> [u8; HASH] {
        let whole = (self.length + 9).next_multiple_of(BLOCK);
        if let Some(padding) = self.bytes.get_mut(self.length..whole) {
            padding.fill(0);
            if let Some(first) = padding.first_mut() {
                *first = 0x80;
            }
            if let Some(last) = padding.last_chunk_mut() {
                *last = (self.length as u64 * 8).to_be_bytes();
            }
        }
        sha256(self.bytes.get(..whole).unwrap_or_default().as_chunks().0)
    }
}

/// SHA-256 of a message that is padded already.
pub(crate) fn sha256(blocks: &[[u8; BLOCK]]) -> [u8; HASH] {
    const START: [u32; 8] =
        [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
    let mut state = START;
    compress256(&mut state, blocks);
    let mut hash = [0; HASH];
    for (place, word) in hash.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *place = word.to_be_bytes();
    }
    hash
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
}

/// Calls `found` with each row's leaf, from the first of `rows` on.
fn each(
    kind: u8,
    columns: &[Column<'_>],
    rows: std::ops::Range<usize>,
    mut found: impl FnMut(&mut Leaf),
) -> Result<(), Refused> {
    if rows.is_empty() {
        return Ok(());
    }
    let ready = columns.iter().map(|column| Ok((*column, column.values.ready()?))).collect::<Result<Vec<_>, _>>()?;
    let mut leaf = Leaf::new(kind);
    for row in rows {
        leaf.row(&ready, row)?;
        found(&mut leaf);
    }
    Ok(())
}

/// The leaves of `count` rows, whole, in order. kind: the byte that each begins with.
///
/// # Errors
/// `Refused` where a row does not fit a leaf, or the buffers do not hold what they say.
pub fn leaves(kind: u8, columns: &[Column<'_>], count: usize) -> Result<Vec<Vec<u8>>, Refused> {
    let mut all = Vec::new();
    each(kind, columns, 0..count, |leaf| all.push(leaf.whole().to_vec()))?;
    Ok(all)
}

/// The leaf hashes (RFC 9162) of `count` rows, 32 bytes each, made by at most so many threads.
///
/// # Errors
/// As `leaves`; what is said is of the first part of the rows that is refused.
pub fn hashes(kind: u8, columns: &[Column<'_>], count: usize, threads: usize) -> Result<Vec<u8>, Refused> {
    let some = |rows: std::ops::Range<usize>| {
        let mut row = Vec::with_capacity(rows.len().min(1 << 20) * HASH);
        each(kind, columns, rows, |leaf| row.extend_from_slice(&leaf.hash()))?;
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
    use sha2::{Digest, Sha256};

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
