//! What is known of the bytes around a place of one text, wherever it lies in a buffer?

use crate::masks::{Marks, Masks, WIDTH, lowest};

/// A text that lies in a buffer of which the marks are known.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The text; what stands before and behind it in the buffer is no part of it.
    pub text: &'a [u8],
    /// Where it begins in the buffer.
    offset: usize,
    marks: &'a Marks,
}

impl<'a> View<'a> {
    /// The text `text`, which begins at `offset` of the buffer that the marks speak of.
    #[must_use]
    pub fn new(text: &'a [u8], offset: usize, marks: &'a Marks) -> Self {
        Self { text, offset, marks }
    }

    /// Whether all is known of the 64 bytes before `place`.
    #[must_use]
    pub fn sees(&self, place: usize) -> bool {
        let from = self.offset + place.saturating_sub(WIDTH);
        from >= self.marks.from && self.offset + place <= self.marks.end()
    }

    /// One kind of the 64 bytes from `place` on; beyond the text no bit is set.
    #[inline]
    #[must_use]
    pub fn from(&self, place: usize, kind: impl Fn(&Masks) -> u64) -> u64 {
        let bits = self.marks.bits(self.offset + place, kind);
        bits & lowest(self.text.len().saturating_sub(place))
    }

    /// Every kind of the 64 bytes from `place` on; beyond the text no bit is set.
    #[inline]
    #[must_use]
    pub fn masks(&self, place: usize) -> Masks {
        let masks = match (self.offset + place).checked_sub(self.marks.from) {
            Some(at) => {
                let (block, bit) = (at / WIDTH, at % WIDTH);
                let here = self.marks.blocks.get(block).copied().unwrap_or_default();
                if bit == 0 { here } else { here.joined(self.marks.blocks.get(block + 1), bit) }
            }
            None => Masks::default(),
        };
        if self.text.len() - place.min(self.text.len()) >= WIDTH {
            return masks;
        }
        masks.each(|bits| bits & lowest(self.text.len().saturating_sub(place)))
    }

    /// What is asked of the 64 bytes before `place`.
    #[must_use]
    pub fn back(&self, place: usize) -> Back {
        let first = (1..=WIDTH).contains(&place) && self.text.first().is_some_and(u8::is_ascii_alphabetic);
        Back {
            digits: self.before(place, |masks| masks.digits),
            // In the buffer something else may stand before the text.
            begins: self.before(place, |masks| masks.begins) | if first { 1 << (WIDTH - place) } else { 0 },
            newlines: self.before(place, |masks| masks.newlines),
            high: self.before(place, |masks| masks.high),
        }
    }

    /// One kind of the 64 bytes before `place`, the last of them as the highest bit; before the text no bit is set.
    #[inline]
    #[must_use]
    pub fn before(&self, place: usize, kind: impl Fn(&Masks) -> u64) -> u64 {
        if let Some(first) = place.checked_sub(WIDTH) {
            return self.marks.bits(self.offset + first, kind);
        }
        if place == 0 { 0 } else { (self.marks.bits(self.offset, kind) & lowest(place)) << (WIDTH - place) }
    }
}

/// Two blocks of 64 bytes, one behind the other.
#[derive(Clone, Copy, Default)]
pub struct Pair {
    /// The first one.
    pub last: Masks,
    /// The second one.
    pub here: Masks,
}

impl Pair {
    /// One kind of the 64 bytes before bit `bit` of the second block.
    #[inline]
    #[must_use]
    pub fn before(&self, bit: u32, kind: impl Fn(&Masks) -> u64) -> u64 {
        // Where the bit is 0 nothing of the second block stands before it.
        kind(&self.last) >> bit | (kind(&self.here) << (63 - bit)) << 1
    }

    /// What is asked of the 64 bytes before bit `bit` of the second block.
    #[inline]
    #[must_use]
    pub fn back(&self, bit: u32) -> Back {
        Back {
            digits: self.before(bit, |masks| masks.digits),
            begins: self.before(bit, |masks| masks.begins),
            newlines: self.before(bit, |masks| masks.newlines),
            high: self.before(bit, |masks| masks.high),
        }
    }
}

/// What stands before a place, of which only what is asked is worked out.
#[derive(Clone, Copy)]
pub struct Near<'a> {
    /// The blocks with the place.
    pub pair: &'a Pair,
    /// Its bit in the second one.
    pub bit: u32,
    /// One past the last byte before the place that is not ASCII.
    pub high: usize,
    /// Where the place's line begins.
    pub line: usize,
}

/// What stands in the 64 bytes before a place.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Back {
    /// Digits.
    pub digits: u64,
    /// Beginnings of words.
    pub begins: u64,
    /// Ends of lines.
    pub newlines: u64,
    /// Not ASCII.
    pub high: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_text_no_bit_is_set() {
        let text: Vec<u8> = (0..300_usize).map(|at| if at.is_multiple_of(3) { b'1' } else { b'a' }).collect();
        let mut marks = Marks::default();
        marks.fill(&text, 0, text.len(), None);
        let view = View::new(&text[6..100], 6, &marks);
        assert_eq!(view.from(90, |masks| masks.digits), 0b1001);
        assert_eq!(view.before(4, |masks| masks.digits), 0b1001 << 60);
        assert_eq!(view.before(0, |masks| masks.digits), 0);
    }
}
