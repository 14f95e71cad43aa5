//! Which words stand before a candidate, and do they speak for it or against it? Asked only where a weak pattern has
//! been met, or a match is about to be reported.

use std::collections::HashSet;

use memchr::memrchr;

use crate::fold::fold;
use crate::masks::{WIDTH, bits};
use crate::trie::Trie;
use crate::word::{Word, bounded, in_order, key, keys, small, spellings, spoken};

/// Characters between a word and a match that it can speak for.
pub const REACH: usize = 40;
/// Characters before a match in which such a word stands: names of columns are long.
const FAR: usize = WIDTH - 2;

/// What belongs to one pattern.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    /// The category's place in the list of categories.
    pub category: usize,
    /// Too common alone: in text it counts only behind a word.
    pub weak: bool,
    /// It begins with a word such as `password=` that is not part of what is found.
    pub label: bool,
    /// Of two patterns that match the same, the one with the lower rank is meant.
    pub rank: usize,
}

/// The words that a category listens to.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// They speak for a number that follows within `REACH` characters, if it is the first one behind them.
    pub boost: Vec<String>,
    /// They speak against a match directly behind them.
    pub refute: Vec<String>,
    /// If there are any, what stands behind a label must be one of them.
    pub values: Vec<String>,
}

/// The words of all categories.
pub struct Words {
    /// Those of ASCII letters that speak for something, for what is ASCII around them.
    pub(crate) trie: Trie,
    /// Words by their first letters: one more than the place of those in `boost`, by key.
    keys: Vec<u16>,
    boost: Vec<Vec<Word>>,
    refute: Vec<Vec<Word>>,
    /// For each category the first letters of its words in `refute`, one bit each.
    openings: Vec<[u64; 4]>,
    values: Vec<HashSet<String>>,
}

/// The end of a line before a candidate, folded where it is not ASCII.
pub struct Window {
    bytes: [u8; WIDTH],
    length: usize,
    ascii: bool,
    /// Whether the first byte is only there to tell whether a word begins behind it.
    cut: bool,
}

impl Window {
    /// What stands on the line before `start`.
    #[must_use]
    pub fn before(text: &[u8], start: usize) -> Self {
        let from = start.saturating_sub(FAR + 1);
        let near = text.get(from..start).unwrap_or_default();
        let line = memrchr(b'\n', near).map(|newline| newline + 1);
        let kept = near.get(line.unwrap_or(0)..).unwrap_or_default();
        if kept.is_ascii() { Self::of(kept, line.is_none() && start > FAR, true) } else { Self::folded(text, start) }
    }

    fn of(kept: &[u8], cut: bool, ascii: bool) -> Self {
        let mut bytes = [0_u8; WIDTH];
        if let Some(head) = bytes.get_mut(..kept.len()) {
            head.copy_from_slice(kept);
        }
        Self { bytes, length: kept.len(), ascii, cut }
    }

    #[cold]
    fn folded(text: &[u8], start: usize) -> Self {
        let far = text.get(start.saturating_sub(4 * (FAR + 1))..start).unwrap_or_default();
        let line = memrchr(b'\n', far).map_or(0, |newline| newline + 1);
        let kept = far.get(line..).unwrap_or_default();
        let begins = |&(_, byte): &(usize, &u8)| !(0x80..0xc0).contains(byte);
        let from = kept.iter().enumerate().rev().filter(begins).nth(FAR).map_or(0, |(place, _)| place);
        let mut folded = String::with_capacity(2 * WIDTH);
        for chunk in kept.get(from..).unwrap_or_default().utf8_chunks() {
            chunk.valid().chars().for_each(|character| fold(character, &mut folded));
        }
        let bytes = folded.as_bytes();
        let rest = bytes.len().saturating_sub(WIDTH);
        Self::of(bytes.get(rest..).unwrap_or_default(), from > 0 || rest > 0, folded.is_ascii())
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// One bit per digit, and one where a word begins: behind a mark, at a capital behind a small letter, at any letter
    /// of a script without blanks.
    fn marks(&self) -> (u64, u64) {
        let digits = bits(&self.bytes, |b| b.wrapping_sub(b'0') < 10);
        let small = bits(&self.bytes, |b| b.wrapping_sub(b'a') < 26);
        let capital = bits(&self.bytes, |b| b.wrapping_sub(b'A') < 26);
        let (mut letters, mut unbounded) = (digits | small | capital, 0);
        if !self.ascii {
            letters |= bits(&self.bytes, |b| b >= 0x80);
            unbounded = bits(&self.bytes, |b| (0xe0..=0xf4).contains(&b));
        }
        let begin = letters & !(letters << 1) | capital & small << 1 | unbounded;
        (digits, begin & !u64::from(self.cut))
    }
}

impl Words {
    /// Makes the words of all categories ready.
    #[must_use]
    pub fn new(contexts: &[Context]) -> Self {
        let mut keys = vec![0_u16; 1 << 15];
        let mut boost: Vec<Vec<Word>> = Vec::new();
        for (category, context) in (0_u32..).zip(contexts) {
            for word in context.boost.iter().flat_map(|word| spellings(word)) {
                let Some(place) = key(&word.letters, 0).and_then(|key| keys.get_mut(usize::from(key))) else {
                    continue;
                };
                if *place == 0 {
                    boost.push(Vec::new());
                    *place = u16::try_from(boost.len()).unwrap_or(0);
                }
                if let Some(same) = usize::from(*place).checked_sub(1).and_then(|place| boost.get_mut(place)) {
                    same.push(Word { categories: vec![category], ..word });
                }
            }
        }
        boost.iter_mut().for_each(in_order);
        let mut all: Vec<Word> = boost.iter().flatten().cloned().collect();
        in_order(&mut all);
        let refute = contexts.iter().map(|context| {
            let mut words = context.refute.iter().flat_map(|word| spellings(word)).collect();
            in_order(&mut words);
            words
        });
        let refute: Vec<Vec<Word>> = refute.collect();
        let openings = refute.iter().map(|words| {
            let firsts = words.iter().filter_map(|word| word.letters.first());
            firsts.fold([0; 4], |mut bits: [u64; 4], &first| {
                bits.get_mut(usize::from(first) / 64).into_iter().for_each(|bits| *bits |= 1 << (first % 64));
                bits
            })
        });
        let openings = openings.collect();
        let values = contexts.iter().map(|context| context.values.iter().map(|value| small(value)).collect());
        Self { trie: Trie::new(&all), keys, boost, refute, openings, values: values.collect() }
    }

    /// The part of a text behind a label that is meant, as its end: all of it, or, where the category lists its words,
    /// the longest of them that begins there; `None` where none does.
    #[must_use]
    pub fn value(&self, text: &[u8], category: usize) -> Option<usize> {
        let Some(values) = self.values.get(category).filter(|values| !values.is_empty()) else {
            return Some(text.len());
        };
        let gaps = (0..text.len()).rev().filter(|&at| text.get(at).is_some_and(u8::is_ascii_whitespace));
        let mut ends = std::iter::once(text.len()).chain(gaps);
        ends.find(|&end| {
            let part = text.get(..end).and_then(|part| std::str::from_utf8(part).ok());
            part.is_some_and(|part| values.contains(&small(part)))
        })
    }

    /// The categories that a word in the window speaks for, and how near it is: the nearest word counts most, of those
    /// that end at one place the longest. It belongs to the first number behind it, so that no five digits in a row may
    /// stand between, nor the end of its field. The window ends at `start` of the text; a nearness is the place where
    /// the word ends there, or near it where letters were folded, times `WIDTH`, and the word's length.
    pub fn boosted(&self, window: &Window, start: usize, into: &mut Vec<(u32, usize)>) {
        into.clear();
        let (digits, mut beginnings) = window.marks();
        let five = digits & digits >> 1;
        let five = five & five >> 2 & digits >> 4;
        let number = 64 - five.leading_zeros() as usize; // one past the first digit of the last long number
        while beginnings != 0 {
            let place = beginnings.trailing_zeros() as usize;
            beginnings &= beginnings - 1;
            for key in keys(&window.bytes, place).into_iter().flatten() {
                let known = self.keys.get(usize::from(key));
                let Some(words) = known.and_then(|place| self.boost.get(usize::from(*place).checked_sub(1)?)) else {
                    continue;
                };
                spoken(words, window.bytes(), 0, place, &mut |word, end| {
                    let bytes = window.bytes();
                    let near = end >= number && end + REACH >= bytes.len();
                    if near && bounded(bytes, end, word.unbounded) && !field_ends(bytes.get(end..).unwrap_or_default())
                    {
                        let nearness = (start + end).saturating_sub(bytes.len()) * WIDTH + end - place;
                        into.extend(word.categories.iter().map(|&category| (category, nearness)));
                    }
                });
            }
        }
    }

    /// Whether a word speaks against the category and only a number's name stands between: `order no. 4000…`.
    #[must_use]
    pub fn refuted(&self, window: &Window, category: usize) -> bool {
        let Some(words) = self.refute.get(category).filter(|words| !words.is_empty()) else {
            return false;
        };
        let bytes = window.bytes();
        let (_, mut beginnings) = window.marks();
        let openings = self.openings.get(category).copied().unwrap_or([u64::MAX; 4]);
        while beginnings != 0 {
            let place = beginnings.trailing_zeros() as usize;
            beginnings &= beginnings - 1;
            let first = bytes.get(place).map_or(0, u8::to_ascii_lowercase);
            if openings.get(usize::from(first) / 64).is_none_or(|bits| bits >> (first % 64) & 1 == 0) {
                continue;
            }
            let mut told = false;
            spoken(words, bytes, 0, place, &mut |_, end| told |= names_a_number(bytes, end));
            if told {
                return true;
            }
        }
        false
    }
}

/// Whether the value that a word names ends here, so that what follows is another one: it stands in quotes behind the
/// word's `:` or `=`, or a comma and another name with such a mark follow. What an inner object or list holds belongs
/// to the word before it.
pub(crate) fn field_ends(between: &[u8]) -> bool {
    let at = |place: usize| between.get(place).copied();
    let mut given = false;
    let mut quote = None;
    let mut parted = false;
    for (place, &byte) in between.iter().enumerate() {
        match byte {
            b':' | b'=' => {
                let next = between.iter().skip(place + 1).copied().find(|byte| *byte != b' ');
                let time = at(place + 1).is_some_and(|b| b.is_ascii_digit())
                    && place.checked_sub(1).and_then(at).is_some_and(|b| b.is_ascii_digit());
                if time || matches!(next, Some(b'{' | b'[' | b':' | b'=' | b'/' | b'>')) {
                    continue;
                }
                if given && parted {
                    return true;
                }
                given = true;
                quote = next.filter(|next| matches!(next, b'"' | b'\''));
                parted = false;
            }
            b',' | b';' | b'&' | b'|' => parted = true,
            b'"' | b'\'' if given && quote == Some(byte) => {
                // The first one opens it.
                let opened = between.get(..place).unwrap_or_default().iter().rev().find(|byte| **byte != b' ');
                if !matches!(opened, Some(b':' | b'=')) {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// Words between a word that speaks against a number and the number: what numbers are called, and "is".
const BETWEEN: [&str; 32] = [
    "number",
    "code",
    "num",
    "id",
    "no",
    "nr",
    "nro",
    "nº",
    "n",
    "ref",
    "reference",
    "nummer",
    "numero",
    "string",
    "key",
    "value",
    "is",
    "was",
    "are",
    "be",
    "equals",
    "to",
    "ist",
    "war",
    "lautet",
    "est",
    "es",
    "era",
    "e",
    "foi",
    "jest",
    "er",
];

/// Whether nothing but the name of a number stands from `end` on, such as `s`, ` no. (`, `") == "` or `_id is "`.
fn names_a_number(bytes: &[u8], end: usize) -> bool {
    let rest = bytes.get(end..).unwrap_or_default();
    let mark = |byte: u8| byte.is_ascii_whitespace() || b":#=._\"'`-/()[]{}<>\\".contains(&byte);
    let named = |rest: &[u8]| {
        let mut words = rest.split(|&byte| mark(byte)).filter(|word| !word.is_empty());
        let known = |word: &[u8]| BETWEEN.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()));
        words.by_ref().take(3).all(known) && words.next().is_none()
    };
    let plural = rest.split_first().filter(|(first, _)| first.eq_ignore_ascii_case(&b's'));
    named(rest) || plural.is_some_and(|(_, tail)| named(tail))
}
