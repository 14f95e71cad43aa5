//! Where do the words stand that some patterns begin with? Three bytes at every place are asked of a table of bits; of
//! the few places that pass, the words themselves.

use crate::pattern::Pattern;

/// All literals of all patterns.
pub struct Literals {
    /// One bit per number that three bytes are mixed to, set for the beginnings of the words.
    known: Box<[u64; BITS / 64]>,
    /// By their first two bytes, one more than the place in `groups`, which has numbers of words, longer words first.
    by_start: Vec<u16>,
    groups: Vec<Vec<Head>>,
    words: Vec<Vec<u8>>,
    /// For each literal, the patterns that begin with it or with a shorter literal it begins with.
    led: Vec<Vec<u32>>,
}

/// The first four bytes of a word, or all of a shorter one.
struct Head {
    bytes: u32,
    mask: u32,
    word: usize,
}

impl Head {
    fn new(word: &[u8], number: usize) -> Self {
        let byte = |at: usize| word.get(at).copied().unwrap_or(0);
        let mask = if word.len() >= 4 { u32::MAX } else { (1 << (8 * word.len())) - 1 };
        Self { bytes: u32::from_le_bytes([byte(0), byte(1), byte(2), byte(3)]), mask, word: number }
    }
}

const BITS: usize = 1 << 16;

/// The place of three bytes in the table (multiplicative hashing; the constant is 2^32 over the golden ratio).
fn mix(bytes: u32) -> usize {
    ((bytes & 0x00ff_ffff).wrapping_mul(0x9e37_79b1) >> 16) as usize
}

impl Literals {
    /// Collects the literals; `None` where no pattern has any.
    #[must_use]
    pub fn new(patterns: &[Pattern]) -> Option<Self> {
        let mut words: Vec<&str> = patterns.iter().flat_map(|pattern| &pattern.literals).map(String::as_str).collect();
        words.sort_unstable();
        words.dedup();
        words.sort_by_key(|word| usize::MAX - word.len());
        let mut known = Box::new([0_u64; BITS / 64]);
        let mut by_start = vec![0_u16; 1 << 16];
        let mut groups: Vec<Vec<Head>> = Vec::new();
        for (number, word) in words.iter().enumerate() {
            let [first, second, ..] = *word.as_bytes() else {
                continue;
            };
            let Some(group) = by_start.get_mut(usize::from(u16::from_le_bytes([first, second]))) else {
                continue;
            };
            if *group == 0 {
                groups.push(Vec::new());
                *group = u16::try_from(groups.len()).unwrap_or(0);
            }
            if let Some(group) = usize::from(*group).checked_sub(1).and_then(|group| groups.get_mut(group)) {
                group.push(Head::new(word.as_bytes(), number));
            }
            // A word of two letters is followed by anything.
            let third = word.as_bytes().get(2).map_or(0..=255, |&third| third..=third);
            for third in third {
                let place = mix(u32::from_le_bytes([first, second, third, 0]));
                if let Some(bits) = known.get_mut(place / 64) {
                    *bits |= 1 << (place % 64);
                }
            }
        }
        let led = words.iter().map(|word| {
            let begins = |pattern: &Pattern| pattern.literals.iter().any(|literal| word.starts_with(literal.as_str()));
            (0_u32..).zip(patterns).filter(|(_, pattern)| begins(pattern)).map(|(number, _)| number).collect()
        });
        let led = led.collect();
        let words: Vec<Vec<u8>> = words.into_iter().map(|word| word.as_bytes().to_vec()).collect();
        (!words.is_empty()).then_some(Self { known, by_start, groups, words, led })
    }

    /// Beginnings of literals in a text, with the number of each; of several at one place the longest.
    pub fn find<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = (usize, usize)> + 't {
        let mut place = 0;
        std::iter::from_fn(move || {
            let (start, _, literal) = self.next(text, place)?;
            place = start + 1;
            Some((start, literal))
        })
    }

    /// The first literal at or after `place`: its first byte, one past its last, its number.
    #[must_use]
    pub fn next(&self, text: &[u8], place: usize) -> Option<(usize, usize, usize)> {
        let mut from = place;
        loop {
            from = self.suspect(text, from)?;
            if let Some((end, literal)) = self.at(text, from) {
                return Some((from, end, literal));
            }
            from += 1;
        }
    }

    /// The first place at or after `place` where a word may begin.
    fn suspect(&self, text: &[u8], place: usize) -> Option<usize> {
        // Six places are asked for with one load, and answered with one branch: most pass nothing.
        let mut from = place;
        while let Some(&eight) = text.get(from..).and_then(|rest| rest.first_chunk::<8>()) {
            let eight = u64::from_le_bytes(eight);
            let mut known = 0_u8;
            for distance in 0..6 {
                let three = u32::try_from(eight >> (8 * distance) & 0x00ff_ffff).unwrap_or(0);
                known |= u8::from(self.knows(three)) << distance;
            }
            if known != 0 {
                return Some(from + known.trailing_zeros() as usize);
            }
            from += 6;
        }
        (from..text.len()).find(|&at| {
            let byte = |distance: usize| text.get(at + distance).copied().unwrap_or(0);
            self.knows(u32::from_le_bytes([byte(0), byte(1), byte(2), 0]))
        })
    }

    fn knows(&self, bytes: u32) -> bool {
        let place = mix(bytes);
        self.known.get(place / 64).is_some_and(|bits| bits >> (place % 64) & 1 == 1)
    }

    /// The longest literal that begins at `place`: one past its last byte, and its number.
    fn at(&self, text: &[u8], place: usize) -> Option<(usize, usize)> {
        let rest = text.get(place..)?;
        let start = u16::from_le_bytes(<[u8; 2]>::try_from(rest.get(..2)?).ok()?);
        let group = usize::from(*self.by_start.get(usize::from(start))?).checked_sub(1)?;
        let here = Head::new(rest.get(..4).unwrap_or(rest), 0).bytes;
        let mut heads = self.groups.get(group)?.iter().filter(|head| here & head.mask == head.bytes);
        heads.find_map(|head| {
            let word = self.words.get(head.word)?;
            rest.starts_with(word).then_some((place + word.len(), head.word))
        })
    }

    /// Literals of one cell of a buffer, by their place in the cell; `next` is the next one in the buffer, and the
    /// next one behind the cell is returned. Those that reach into the next cell are none.
    pub fn within(
        &self,
        data: &[u8],
        (start, end): (usize, usize),
        mut next: Option<(usize, usize, usize)>,
        found: &mut Vec<(usize, usize)>,
    ) -> Option<(usize, usize, usize)> {
        while let Some((first, last, literal)) = next.filter(|&(first, _, _)| first < end) {
            if first < start {
                next = self.next(data, start);
            } else if last <= end {
                found.push((first - start, literal));
                next = self.next(data, first + 1);
            } else {
                let rest = data.get(first..end).unwrap_or_default();
                found.extend(self.find(rest).map(|(place, literal)| (first - start + place, literal)));
                return self.next(data, end);
            }
        }
        next
    }

    /// Whether a pattern begins with this literal.
    #[must_use]
    pub fn lead(&self, literal: usize, pattern: u32) -> bool {
        self.led.get(literal).is_some_and(|led| led.binary_search(&pattern).is_ok())
    }
}
