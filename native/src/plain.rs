//! How is text read that writes its numbers in other characters than ASCII? Digits of any script, wide letters and
//! marks, blanks and hyphens of typography become their ASCII selves, invisible characters are left out; a list of
//! places leads back to the original.

use crate::masks::{WIDTH, bits};

/// A text made plain, and the way back.
pub struct Plain {
    /// The plain text.
    pub bytes: Vec<u8>,
    /// Rising pairs: from this byte of the plain text on, the original is at that byte.
    places: Vec<(usize, usize)>,
}

/// What stands in place of a character.
enum Stand {
    Itself,
    Nothing,
    Byte(u8),
}

/// The text made plain, or `None` where nothing in it is written in another way.
#[must_use]
pub fn plain(text: &[u8]) -> Option<Plain> {
    let mut made: Option<Plain> = None;
    let mut kept = 0_usize; // bytes of the original taken over so far
    let mut place = 0_usize;
    while let Some(next) = next_high(text, place) {
        let (stand, length) = at(text, next);
        place = next + length;
        let byte = match stand {
            Stand::Itself => continue,
            Stand::Nothing => None,
            Stand::Byte(byte) => Some(byte),
        };
        let plain = made.get_or_insert_with(|| Plain { bytes: Vec::with_capacity(text.len()), places: vec![(0, 0)] });
        plain.bytes.extend_from_slice(text.get(kept..next).unwrap_or_default());
        plain.places.push((plain.bytes.len(), next));
        plain.bytes.extend(byte);
        plain.places.push((plain.bytes.len(), place));
        kept = place;
    }
    if let Some(plain) = &mut made {
        plain.bytes.extend_from_slice(text.get(kept..).unwrap_or_default());
    }
    made
}

impl Plain {
    /// The bytes of the original that bytes `start..end` of the plain text stand for.
    #[must_use]
    pub fn original(&self, text: &[u8], start: usize, end: usize) -> (usize, usize) {
        let last = self.place(end.saturating_sub(1));
        let lead = text.get(last).copied().unwrap_or(0);
        let length = if lead < 0xc0 { 1 } else { length(lead) };
        // A character of several bytes that stands for itself ends with its last byte, one that was replaced does too.
        let replaced = !matches!(at(text, last).0, Stand::Itself);
        (self.place(start), last + if replaced { length } else { 1 })
    }

    fn place(&self, plain: usize) -> usize {
        let after = self.places.partition_point(|&(from, _)| from <= plain);
        let (from, original) = after.checked_sub(1).and_then(|at| self.places.get(at)).copied().unwrap_or((0, 0));
        original + (plain - from)
    }
}

/// The next byte at or after `place` that may begin such a character.
fn next_high(text: &[u8], place: usize) -> Option<usize> {
    let (blocks, rest) = text.get(place..)?.as_chunks::<WIDTH>();
    let mut from = place;
    for block in blocks {
        let found = if block.is_ascii() { 0 } else { bits(block, suspect) };
        if found != 0 {
            return Some(from + found.trailing_zeros() as usize);
        }
        from += WIDTH;
    }
    rest.iter().position(|&byte| suspect(byte)).map(|found| from + found)
}

/// First bytes of the characters that are written another way. Most letters of most scripts begin otherwise.
fn suspect(byte: u8) -> bool {
    matches!(byte, 0xc2 | 0xd9 | 0xdb | 0xdf..=0xe3 | 0xea | 0xef | 0xf0)
}

fn length(lead: u8) -> usize {
    match lead {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}

/// What stands for the character that begins at `place`, and how many bytes it has.
fn at(text: &[u8], place: usize) -> (Stand, usize) {
    let length = length(text.get(place).copied().unwrap_or(0));
    let character = text.get(place..place.saturating_add(length)).and_then(|bytes| std::str::from_utf8(bytes).ok());
    match character.and_then(|character| character.chars().next()) {
        Some(character) => (stand(character), length),
        None => (Stand::Itself, 1),
    }
}

fn stand(character: char) -> Stand {
    match character {
        // Soft hyphen, joiners, marks of direction, byte order mark.
        '\u{ad}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => Stand::Nothing,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Stand::Byte(b' '),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => Stand::Byte(b'-'),
        '\u{fe62}' => Stand::Byte(b'+'),
        '\u{fe6b}' => Stand::Byte(b'@'),
        '\u{ff01}'..='\u{ff5e}' => u8::try_from(character as u32 - 0xfee0).map_or(Stand::Itself, Stand::Byte),
        '\u{80}'.. => {
            let after = ZEROS.partition_point(|&zero| zero <= character as u32);
            let digit = after.checked_sub(1).and_then(|at| ZEROS.get(at)).map(|&zero| character as u32 - zero);
            match digit.and_then(|digit| u8::try_from(digit).ok()) {
                Some(digit @ 0..=9) => Stand::Byte(b'0' + digit),
                _ => Stand::Itself,
            }
        }
        _ => Stand::Itself,
    }
}

/// The zeros of all decimal digits (Unicode 14, general category Nd); each is followed by its one to nine.
const ZEROS: [u32; 65] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
    0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x1_04a0, 0x1_0d30, 0x1_1066, 0x1_10f0, 0x1_1136, 0x1_11d0,
    0x1_12f0, 0x1_1450, 0x1_14d0, 0x1_1650, 0x1_16c0, 0x1_1730, 0x1_18e0, 0x1_1950, 0x1_1c50, 0x1_1d50, 0x1_1da0,
    0x1_6a60, 0x1_6ac0, 0x1_6b50, 0x1_d7ce, 0x1_d7d8, 0x1_d7e2, 0x1_d7ec, 0x1_d7f6, 0x1_e140, 0x1_e2f0, 0x1_e950,
    0x1_fbf0,
];

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn numbers_of_any_script_become_ascii() {
        let text = "x ４１１１\u{a0}１１\u{200b}11 ٣٤ 𝟗 é ＠ － ・";
        let made = plain(text.as_bytes()).map(|plain| String::from_utf8(plain.bytes).unwrap_or_default());
        assert_eq!(made.as_deref(), Some("x 4111 1111 34 9 é @ - ・"));
        assert!(plain("né à «l’été» 日本語 и".as_bytes()).is_none());
        assert!(plain(&[0xc2, 0xff, 0xf0, 0x9d]).is_none());
    }

    #[test]
    fn places_lead_back() {
        let text = "é \u{ad}４\u{ad}é1\u{200b}";
        let made = plain(text.as_bytes()).unwrap_or_else(|| unreachable!());
        assert_eq!(made.bytes, "é 4é1".as_bytes());
        let original = |start, end| {
            let (start, end) = made.original(text.as_bytes(), start, end);
            &text[start..end]
        };
        assert_eq!(original(0, 2), "é");
        assert_eq!(original(3, 4), "４");
        assert_eq!(original(3, 7), "４\u{ad}é1");
        assert_eq!(original(6, 7), "1");
    }
}
