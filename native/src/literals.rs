//! Which words that some patterns begin with stand at a place? Where one may stand is told by vector code and by a table
//! of three bytes; of the few places that pass, the words themselves are compared.

use std::collections::BTreeMap;

use crate::pattern::Pattern;
use crate::reach::Opening;

/// All literals of all patterns.
pub struct Literals {
    /// What vector code asks of four bytes.
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

/// Which of eight groups of words a place may begin.
pub struct Nibbles {
    /// For each of four bytes, its low and its high half: the groups that have it there.
    pub tables: [[u8; 16]; 8],
    /// The groups of words that do not stand behind a letter, a digit or `_`.
    pub apart: u8,
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
        let mut openings: BTreeMap<&str, Opening> = BTreeMap::new();
        for (word, opening) in patterns.iter().flat_map(|pattern| pattern.literals.iter().zip(&pattern.openings)) {
            let both = openings.entry(word).or_default();
            both.inside |= opening.inside;
            let bits = both.behind.iter_mut().flatten().zip(opening.behind.iter().flatten());
            bits.for_each(|(mine, theirs)| *mine |= theirs);
        }
        let mut words: Vec<&str> = openings.keys().copied().collect();
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
                _ => {
                    let [third, _] = openings.get(word).map_or([[u64::MAX; 4]; 2], |opening| opening.behind);
                    (0..=255_u8)
                        .filter(|&byte| {
                            third.get(usize::from(byte) / 64).is_some_and(|bits| bits >> (byte % 64) & 1 == 1)
                        })
                        .for_each(|third| set(&mut short, u32::from_le_bytes([first, second, third, 0])));
                }
            }
        }
        let led = words.iter().map(|word| {
            let begins = |pattern: &Pattern| pattern.literals.iter().any(|literal| word.starts_with(literal.as_str()));
            (0_u32..).zip(patterns).filter(|(_, pattern)| begins(pattern)).map(|(number, _)| number).collect()
        });
        let led = led.collect();
        let words: Vec<Vec<u8>> = words.into_iter().map(|word| word.as_bytes().to_vec()).collect();
        let nibbles = Nibbles::new(openings.iter().map(|(word, opening)| (word.as_bytes(), opening)));
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

/// Words that the vectors tell from others together.
#[derive(Clone, Copy)]
struct Group {
    /// The halves of bytes that they have at each of four places.
    halves: [[u16; 2]; 4],
    inside: bool,
}

impl Group {
    fn of(word: &[u8], opening: &Opening) -> Self {
        let halves = |byte: u8| [1_u16 << (byte & 15), 1_u16 << (byte >> 4)];
        let [third, fourth] = opening.behind.map(|bytes| {
            let has = |byte: u8| bytes.get(usize::from(byte) / 64).is_some_and(|bits| bits >> (byte % 64) & 1 == 1);
            let all = (0..=255_u8).filter(|&byte| has(byte)).map(halves);
            all.fold([0; 2], |[low, high], [lows, highs]| [low | lows, high | highs])
        });
        let at = |place: usize, other: [u16; 2]| word.get(place).map_or(other, |&byte| halves(byte));
        Self { halves: [at(0, [0; 2]), at(1, [0; 2]), at(2, third), at(3, fourth)], inside: opening.inside }
    }

    fn with(&self, other: &Self) -> Self {
        let mut both = *self;
        for (mine, theirs) in both.halves.iter_mut().flatten().zip(other.halves.iter().flatten()) {
            *mine |= theirs;
        }
        both.inside |= other.inside;
        both
    }

    /// How often chance passes in text, about: as if the halves of a byte had nothing to do with each other.
    fn passes(&self, halves: &[[f64; 16]; 2]) -> f64 {
        let often = |set: u16, halves: &[f64; 16]| -> f64 {
            halves.iter().enumerate().filter(|&(half, _)| set >> half & 1 == 1).map(|(_, often)| often).sum()
        };
        let [lows, highs] = halves;
        let passes: f64 = self.halves.iter().map(|&[low, high]| often(low, lows) * often(high, highs)).product();
        if self.inside { passes } else { passes * BEGINNINGS }
    }
}

/// How often a byte of text stands behind none of a word, about.
const BEGINNINGS: f64 = 0.2;

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
    /// Puts the words into eight groups that are passed seldom: those with the same first byte are one (or two:
    /// those that also stand inside a word are apart at first), and of all groups those two become one that make the least of it, until eight are left.
    fn new<'a>(words: impl Iterator<Item = (&'a [u8], &'a Opening)>) -> Self {
        let mut alike: BTreeMap<(Option<&u8>, bool), Group> = BTreeMap::new();
        for (word, opening) in words {
            let group = Group::of(word, opening);
            let same = alike.entry((word.first(), opening.inside)).or_insert(group);
            *same = same.with(&group);
        }
        let mut groups: Vec<Group> = alike.into_values().collect();
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
        let mut tables = [[0_u8; 16]; 8];
        for (number, group) in groups.iter().enumerate() {
            for (table, halves) in tables.iter_mut().zip(group.halves.iter().flatten()) {
                for (half, slot) in table.iter_mut().enumerate() {
                    *slot |= u8::from(halves >> half & 1 == 1) << number;
                }
            }
        }
        let apart =
            groups.iter().enumerate().filter(|(_, group)| !group.inside).map(|(number, _)| 1_u8 << number).sum();
        Self { tables, apart }
    }
}
