//! Which words that some patterns begin with stand at a place? Where one may stand is told by vector code and by a table
//! of three bytes; of the few places that pass, the words themselves are compared.

use crate::pattern::Pattern;

/// All literals of all patterns.
pub struct Literals {
    /// What vector code asks of three bytes.
    pub nibbles: Nibbles,
    /// One bit per number that four bytes are mixed to, set for the beginnings of the words; and the same of three bytes
    /// for shorter words.
    known: Box<[u64; BITS / 64]>,
    short: Box<[u64; BITS / 64]>,
    /// By their first two bytes, one more than the place in `groups`, which has numbers of words, longer words first.
    by_start: Vec<u16>,
    groups: Vec<Vec<Head>>,
    words: Vec<Vec<u8>>,
    /// For each literal, the patterns that begin with it or with a shorter literal it begins with.
    led: Vec<Vec<u32>>,
}

/// For each of three bytes, its low and its high half: which of eight groups of words have it there.
pub struct Nibbles(pub [[u8; 16]; 6]);

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

/// The place of four bytes in the table (multiplicative hashing; the constant is 2^32 over the golden ratio).
fn mix(bytes: u32) -> usize {
    (bytes.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

fn set(table: &mut [u64; BITS / 64], bytes: u32) {
    let place = mix(bytes);
    if let Some(bits) = table.get_mut(place / 64) {
        *bits |= 1 << (place % 64);
    }
}

fn has(table: &[u64; BITS / 64], bytes: u32) -> bool {
    let place = mix(bytes);
    table.get(place / 64).is_some_and(|bits| bits >> (place % 64) & 1 == 1)
}

impl Literals {
    /// Collects the literals; `None` where no pattern has any.
    #[must_use]
    pub fn new(patterns: &[Pattern]) -> Option<Self> {
        let mut words: Vec<&str> = patterns.iter().flat_map(|pattern| &pattern.literals).map(String::as_str).collect();
        words.sort_unstable();
        words.dedup();
        words.sort_by_key(|word| usize::MAX - word.len());
        let (mut known, mut short) = (Box::new([0_u64; BITS / 64]), Box::new([0_u64; BITS / 64]));
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
            match *word.as_bytes() {
                [_, _, third, fourth, ..] => set(&mut known, u32::from_le_bytes([first, second, third, fourth])),
                [_, _, third] => set(&mut short, u32::from_le_bytes([first, second, third, 0])),
                // It is followed by anything.
                _ => (0..=255).for_each(|third| set(&mut short, u32::from_le_bytes([first, second, third, 0]))),
            }
        }
        let led = words.iter().map(|word| {
            let begins = |pattern: &Pattern| pattern.literals.iter().any(|literal| word.starts_with(literal.as_str()));
            (0_u32..).zip(patterns).filter(|(_, pattern)| begins(pattern)).map(|(number, _)| number).collect()
        });
        let led = led.collect();
        let words: Vec<Vec<u8>> = words.into_iter().map(|word| word.as_bytes().to_vec()).collect();
        let nibbles = Nibbles::new(&words);
        (!words.is_empty()).then_some(Self { nibbles, known, short, by_start, groups, words, led })
    }

    /// Whether a word may begin with the bytes at `place`; behind the text there are blanks.
    #[inline]
    #[must_use]
    pub fn knows(&self, text: &[u8], place: usize) -> bool {
        let rest = text.get(place..).unwrap_or_default();
        let four = rest.first_chunk::<4>().copied().unwrap_or_else(|| {
            let byte = |at: usize| rest.get(at).copied().unwrap_or(b' ');
            [byte(0), byte(1), byte(2), byte(3)]
        });
        let four = u32::from_le_bytes(four);
        has(&self.known, four) || has(&self.short, four & 0x00ff_ffff)
    }

    /// The number of the longest literal that stands in the text at `place`.
    #[must_use]
    pub fn at(&self, text: &[u8], place: usize) -> Option<usize> {
        let rest = text.get(place..)?;
        let start = u16::from_le_bytes(<[u8; 2]>::try_from(rest.get(..2)?).ok()?);
        let group = usize::from(*self.by_start.get(usize::from(start))?).checked_sub(1)?;
        let here = Head::new(rest.get(..4).unwrap_or(rest), 0).bytes;
        let mut heads = self.groups.get(group)?.iter().filter(|head| here & head.mask == head.bytes);
        let head = heads.find(|head| self.words.get(head.word).is_some_and(|word| rest.starts_with(word)))?;
        Some(head.word)
    }

    /// Whether a pattern begins with this literal.
    #[must_use]
    pub fn lead(&self, literal: usize, pattern: u32) -> bool {
        self.led.get(literal).is_some_and(|led| led.binary_search(&pattern).is_ok())
    }
}

/// Words that the vectors tell from others together: the halves of bytes that they have at each of three places.
#[derive(Clone, Copy, Default)]
struct Group([[u16; 2]; 3]);

impl Group {
    fn of(word: &[u8]) -> Self {
        let halves =
            |at: usize| word.get(at).map_or([u16::MAX; 2], |&byte| [1_u16 << (byte & 15), 1_u16 << (byte >> 4)]);
        Self([halves(0), halves(1), halves(2)])
    }

    fn with(&self, other: &Self) -> Self {
        let mut both = *self;
        for (mine, theirs) in both.0.iter_mut().flatten().zip(other.0.iter().flatten()) {
            *mine |= theirs;
        }
        both
    }

    /// How often chance passes in text, about: as if the halves of a byte had nothing to do with each other.
    fn passes(&self, halves: &[[f64; 16]; 2]) -> f64 {
        let often = |set: u16, halves: &[f64; 16]| -> f64 {
            halves.iter().enumerate().filter(|&(half, _)| set >> half & 1 == 1).map(|(_, often)| often).sum()
        };
        let [lows, highs] = halves;
        self.0.iter().map(|&[low, high]| often(low, lows) * often(high, highs)).product()
    }
}

/// How often each low and each high half of a byte stands in text, of 1.
fn halves() -> [[f64; 16]; 2] {
    let (mut lows, mut highs) = ([0.0; 16], [0.0; 16]);
    let all: f64 = (0..=255).map(frequency).sum();
    for byte in 0..=255_u8 {
        for (slots, half) in [(&mut lows, byte & 15), (&mut highs, byte >> 4)] {
            if let Some(slot) = slots.get_mut(usize::from(half)) {
                *slot += frequency(byte) / all;
            }
        }
    }
    [lows, highs]
}

/// How often a byte stands in text, about.
fn frequency(byte: u8) -> f64 {
    match byte {
        b' ' => 140.0,
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' => 55.0,
        b'a'..=b'z' => 15.0,
        b'0'..=b'9' => 12.0,
        b'A'..=b'Z' | b'!'..=b'~' => 3.0,
        _ => 1.0,
    }
}

impl Nibbles {
    /// Puts the words into eight groups that are passed seldom: those with the same first byte are one, and of all
    /// groups those two become one that make the least of it, until eight are left.
    fn new(words: &[Vec<u8>]) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for first in 0..=255_u8 {
            let alike = words.iter().filter(|word| word.first() == Some(&first)).map(|word| Group::of(word));
            groups.extend(alike.reduce(|one, other| one.with(&other)));
        }
        let halves = halves();
        while groups.len() > 8 {
            let alone: Vec<f64> = groups.iter().map(|group| group.passes(&halves)).collect();
            let pairs = (1..groups.len()).flat_map(|later| (0..later).map(move |earlier| (earlier, later)));
            let cost = |&(one, other): &(usize, usize)| {
                let together =
                    groups.get(one).zip(groups.get(other)).map_or(f64::MAX, |(a, b)| a.with(b).passes(&halves));
                together - alone.get(one).unwrap_or(&0.0) - alone.get(other).unwrap_or(&0.0)
            };
            let best = pairs.map(|pair| (cost(&pair), pair)).min_by(|one, other| one.0.total_cmp(&other.0));
            let Some((_, (one, other))) = best else {
                break;
            };
            let moved = groups.swap_remove(other);
            if let Some(kept) = groups.get_mut(one) {
                *kept = kept.with(&moved);
            }
        }
        let mut tables = [[0_u8; 16]; 6];
        for (number, group) in groups.iter().enumerate() {
            for (table, halves) in tables.iter_mut().zip(group.0.iter().flatten()) {
                for (half, slot) in table.iter_mut().enumerate() {
                    *slot |= u8::from(halves >> half & 1 == 1) << number;
                }
            }
        }
        Self(tables)
    }
}
