//! Which of 64 bytes are of a kind? Answers as bits, lowest first, so that whole stretches of text are passed over at
//! once. Written so that the compiler makes vector code of it, on any machine.

/// Bytes looked at together.
pub const WIDTH: usize = 64;

/// The kinds of 64 bytes.
#[derive(Clone, Copy, Default, Debug)]
pub struct Masks {
    /// ASCII digits.
    pub digits: u64,
    /// ASCII letters, digits and `_`.
    pub word: u64,
    /// `_`.
    pub underscore: u64,
    /// `@`.
    pub at: u64,
    /// `:`.
    pub colon: u64,
}

impl Masks {
    /// Of the 64 bytes from `place` on; beyond the text no bit is set.
    #[must_use]
    pub fn of(text: &[u8], place: usize) -> Self {
        let rest = text.get(place..).unwrap_or_default();
        if let Some(block) = rest.first_chunk::<WIDTH>() {
            return Self::block(block);
        }
        let mut block = [0_u8; WIDTH];
        if let Some(head) = block.get_mut(..rest.len()) {
            head.copy_from_slice(rest);
        }
        Self::block(&block)
    }

    /// Only the bits of the first `length` bytes.
    #[must_use]
    pub fn first(self, length: usize) -> Self {
        if length >= WIDTH {
            return self;
        }
        let keep = (1_u64 << length) - 1;
        Self {
            digits: self.digits & keep,
            word: self.word & keep,
            underscore: self.underscore & keep,
            at: self.at & keep,
            colon: self.colon & keep,
        }
    }

    fn block(block: &[u8; WIDTH]) -> Self {
        let digit = |b: u8| b.wrapping_sub(b'0') < 10;
        let underscore = bits(block, |b| b == b'_');
        Self {
            digits: bits(block, digit),
            word: bits(block, |b| digit(b) || (b | 0x20).wrapping_sub(b'a') < 26) | underscore,
            underscore,
            at: bits(block, |b| b == b'@'),
            colon: bits(block, |b| b == b':'),
        }
    }
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

    #[test]
    fn every_byte_has_its_bit() {
        for byte in 0..=255_u8 {
            for place in 0..WIDTH {
                let mut text = vec![b' '; WIDTH];
                if let Some(slot) = text.get_mut(place) {
                    *slot = byte;
                }
                let masks = Masks::of(&text, 0);
                let bit = |set: bool| u64::from(set) << place;
                assert_eq!(masks.digits, bit(byte.is_ascii_digit()));
                assert_eq!(masks.word, bit(byte.is_ascii_alphanumeric() || byte == b'_'));
                assert_eq!(masks.at | masks.colon, bit(byte == b'@' || byte == b':'));
            }
        }
        assert_eq!(Masks::of(b"1:", 1).colon, 1);
        assert_eq!(Masks::of(b"", 7).word, 0);
    }
}
