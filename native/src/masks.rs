//! Which bytes of a stretch of text are of a kind? Answers as bits, 64 bytes at a time and lowest first, so that all
//! that cannot begin a form is passed over at once.

use crate::closure::is_word;
use crate::literals::Literals;
use crate::vector;

/// Bytes looked at together.
pub const WIDTH: usize = 64;

/// The kinds of 64 bytes: what the passes ask lies in one line of the processor's cache.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
#[repr(align(64))]
pub struct Masks {
    /// ASCII digits.
    pub digits: u64,
    /// ASCII letters, digits and `_`.
    pub word: u64,
    /// ASCII letters and digits.
    pub letters: u64,
    /// `@` and `:`.
    pub signs: u64,
    /// Words begin: letters behind what is no letter or digit, capitals behind small letters.
    pub begins: u64,
    /// Ends of lines.
    pub newlines: u64,
    /// Bytes that are not ASCII.
    pub high: u64,
    /// Where a literal may begin.
    pub suspects: u64,
}

/// What 64 bytes are, each by itself.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Kinds {
    /// ASCII digits.
    pub digits: u64,
    /// ASCII capitals.
    pub capitals: u64,
    /// ASCII small letters.
    pub small: u64,
    /// `_`.
    pub underscores: u64,
    /// `@` and `:`.
    pub signs: u64,
    /// `\n`.
    pub newlines: u64,
    /// Not ASCII.
    pub high: u64,
    /// The first bytes of what may be a literal.
    pub suspects: u64,
    /// The same of literals that do not stand behind a letter, a digit or `_`.
    pub apart: u64,
}

impl Masks {
    #[inline]
    pub(crate) fn each(&self, change: impl Fn(u64) -> u64) -> Self {
        Self {
            digits: change(self.digits),
            word: change(self.word),
            letters: change(self.letters),
            signs: change(self.signs),
            begins: change(self.begins),
            newlines: change(self.newlines),
            high: change(self.high),
            suspects: change(self.suspects),
        }
    }

    /// The 64 bytes from `bit` on, the last of them from the next block.
    #[inline]
    pub(crate) fn joined(&self, next: Option<&Self>, bit: usize) -> Self {
        let next = next.copied().unwrap_or_default();
        let of = |low: u64, high: u64| low >> bit | high << (WIDTH - bit);
        Self {
            digits: of(self.digits, next.digits),
            word: of(self.word, next.word),
            letters: of(self.letters, next.letters),
            signs: of(self.signs, next.signs),
            begins: of(self.begins, next.begins),
            newlines: of(self.newlines, next.newlines),
            high: of(self.high, next.high),
            suspects: of(self.suspects, next.suspects),
        }
    }
}

/// The kinds of the bytes of a stretch, block by block.
#[derive(Default)]
pub struct Marks {
    /// The first byte that they speak of.
    pub(crate) from: usize,
    pub(crate) blocks: Vec<Masks>,
}

impl Marks {
    /// Looks at the bytes from `from` on, up to `to` and somewhat further. What was there before is let go.
    pub fn fill(&mut self, text: &[u8], from: usize, to: usize, literals: Option<&Literals>) {
        self.from = from;
        self.blocks.clear();
        let stretch = text.get(from..).unwrap_or_default();
        let last = from.checked_sub(1).and_then(|last| text.get(last)).copied().unwrap_or(b'\n');
        let mut carry = (u64::from(last.is_ascii_alphanumeric()), u64::from(last.is_ascii_lowercase()));
        let mut inside = u64::from(is_word(last));
        let count = (to.saturating_sub(from)).div_ceil(WIDTH).min(stretch.len().div_ceil(WIDTH));
        self.blocks.reserve(count);
        vector::kinds(stretch, count, literals, |kinds| {
            let letters = kinds.digits | kinds.capitals | kinds.small;
            let begins = letters & !(letters << 1 | carry.0) | kinds.capitals & (kinds.small << 1 | carry.1);
            let begins = begins & !kinds.digits; // no word that is listened to begins with one
            carry = (letters >> 63, kinds.small >> 63);
            let word = letters | kinds.underscores;
            let suspects = kinds.suspects | kinds.apart & !(word << 1 | inside);
            inside = word >> 63;
            self.blocks.push(Masks {
                digits: kinds.digits,
                word,
                letters,
                signs: kinds.signs,
                begins,
                newlines: kinds.newlines,
                high: kinds.high,
                suspects,
            });
        });
    }

    /// The first byte behind those that are known.
    #[must_use]
    pub fn end(&self) -> usize {
        self.from + self.blocks.len() * WIDTH
    }

    /// Whether all bytes from `start` to `end` are among them.
    #[must_use]
    pub fn know(&self, start: usize, end: usize) -> bool {
        self.from <= start && end <= self.end()
    }

    /// One kind of the 64 bytes from `place` on; of bytes that were not looked at no bit is set.
    #[inline]
    #[must_use]
    pub fn bits(&self, place: usize, kind: impl Fn(&Masks) -> u64) -> u64 {
        let Some(at) = place.checked_sub(self.from) else {
            let short = self.from - place;
            return if short >= WIDTH { 0 } else { self.blocks.first().map_or(0, &kind) << short };
        };
        let (block, bit) = (at / WIDTH, at % WIDTH);
        let here = self.blocks.get(block).map_or(0, &kind);
        if bit == 0 {
            return here;
        }
        here >> bit | self.blocks.get(block + 1).map_or(0, &kind) << (WIDTH - bit)
    }
}

/// As many bits as that, the lowest ones.
#[inline]
#[must_use]
pub fn lowest(count: usize) -> u64 {
    if count >= WIDTH { u64::MAX } else { (1 << count) - 1 }
}

/// One bit per byte.
#[inline]
pub fn bits(block: &[u8; WIDTH], kind: impl Fn(u8) -> bool) -> u64 {
    let mut found = [0_u8; WIDTH];
    for (to, &byte) in found.iter_mut().zip(block) {
        *to = u8::from(kind(byte));
    }
    gather(&found)
}

/// One bit per byte of 0 or 1: the product gathers eight of them in its highest byte.
#[inline]
fn gather(found: &[u8; WIDTH]) -> u64 {
    let mut all = 0_u64;
    for (index, eight) in found.as_chunks::<8>().0.iter().enumerate() {
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        all |= gathered << (8 * index);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(text: &[u8], from: usize) -> Marks {
        let mut marks = Marks::default();
        marks.fill(text, from, text.len(), None);
        marks
    }

    #[test]
    fn every_byte_has_its_bit() {
        for byte in 0..=255_u8 {
            for place in 0..WIDTH {
                let mut text = vec![b' '; WIDTH + place % 7];
                text[place] = byte;
                let masks = marks(&text, 0).blocks[0];
                let bit = |set: bool| u64::from(set) << place;
                assert_eq!(masks.digits, bit(byte.is_ascii_digit()));
                assert_eq!(masks.word, bit(byte.is_ascii_alphanumeric() || byte == b'_'));
                assert_eq!(masks.letters, bit(byte.is_ascii_alphanumeric()));
                assert_eq!(masks.begins, masks.letters & !masks.digits);
                assert_eq!(masks.signs, bit(byte == b'@' || byte == b':'));
                assert_eq!((masks.newlines, masks.high), (bit(byte == b'\n'), bit(byte >= 0x80)));
            }
        }
    }

    #[test]
    fn bits_are_read_from_any_place() {
        let text: Vec<u8> = (0..300).map(|at| if usize::is_multiple_of(at, 3) { b'1' } else { b'a' }).collect();
        for from in [0, 1, 70] {
            let marks = marks(&text, from);
            let digit = |at: usize| at >= from && at < text.len() && at.is_multiple_of(3);
            for place in 0..310 {
                let want = (0..WIDTH).filter(|bit| digit(place + bit)).map(|bit| 1 << bit).sum::<u64>();
                assert_eq!(marks.bits(place, |masks| masks.digits), want, "{from} {place}");
            }
        }
    }

    #[test]
    fn words_begin_behind_marks_and_at_capitals() {
        let marks = marks(b"customerId=a_B 7x", 0);
        assert_eq!(marks.blocks[0].begins, 1 | 1 << 8 | 1 << 11 | 1 << 13);
    }
}
