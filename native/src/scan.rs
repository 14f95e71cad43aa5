//! Where in a text, and in which cells of a column, is something that looks like personal data?
//!
//! One pass: digit runs, `@` and colons are met once by a table of byte classes, literals by Aho-Corasick, and only
//! there the patterns that begin with them are tried. Time is linear in the text.

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memchr;

use crate::pattern::{Anchor, Pattern, Spec};

/// One thing that has the form of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hit {
    /// Which pattern, in the order given.
    pub pattern: usize,
    /// First byte.
    pub start: usize,
    /// One past the last byte of the form.
    pub end: usize,
    /// One past the last byte of the validated part.
    pub validated: Option<usize>,
}

/// Every pattern, made ready to be looked for at once.
pub struct Patterns {
    all: Vec<Pattern>,
    digits: Vec<usize>,
    at: Vec<usize>,
    colon: Vec<usize>,
    word: Vec<usize>,
    anywhere: Vec<usize>,
    literals: Option<Literals>,
    lookup: Box<[u8; 256]>,
}

struct Literals {
    automaton: AhoCorasick,
    /// For each literal, the patterns that begin with it or with a shorter literal it begins with.
    patterns: Vec<Vec<usize>>,
}

const DIGIT: u8 = 1;
const AT: u8 = 2;
const COLON: u8 = 3;

/// Cells of one column, counted per pattern. The counts are weighted where the cells are distinct values.
#[derive(Default)]
pub struct Counts {
    /// Cells that hold more than blanks.
    pub filled: u64,
    /// The whole cell, without blanks around it, has the form.
    pub whole: Vec<u64>,
    /// The whole cell is confirmed by the check.
    pub whole_valid: Vec<u64>,
    /// The form occurs somewhere in the cell, or is the whole of it.
    pub inside: Vec<u64>,
    /// The check confirms one occurrence in the cell or more.
    pub inside_valid: Vec<u64>,
    /// The first few cells in which the form occurs and, where it must be, is confirmed.
    pub some: Vec<Vec<usize>>,
}

const SOME: usize = 64;

const INSIDE: u8 = 1;
const INSIDE_VALID: u8 = 2;
const WHOLE: u8 = 4;
const WHOLE_VALID: u8 = 8;

impl Patterns {
    /// Compiles all patterns.
    ///
    /// # Errors
    /// The sentence of the first one that cannot be compiled; it names the category.
    pub fn new(specs: &[Spec]) -> Result<Self, String> {
        let all = specs.iter().map(Pattern::new).collect::<Result<Vec<_>, _>>()?;
        let led_by = |anchor: Anchor| {
            let of_this = all.iter().enumerate().filter(|(_, pattern)| pattern.anchor == anchor);
            of_this.map(|(index, _)| index).collect::<Vec<_>>()
        };
        let (digits, at, colon) = (led_by(Anchor::Digits), led_by(Anchor::At), led_by(Anchor::Colon));
        let (word, anywhere) = (led_by(Anchor::Word), led_by(Anchor::Anywhere));
        let mut lookup = Box::new([0_u8; 256]);
        for (byte, class) in lookup.iter_mut().enumerate() {
            *class = match u8::try_from(byte) {
                Ok(b'0'..=b'9') if !digits.is_empty() => DIGIT,
                Ok(b'@') if !at.is_empty() => AT,
                Ok(b':') if !colon.is_empty() => COLON,
                _ => 0,
            };
        }
        let literals = Literals::new(specs)?;
        Ok(Self { all, digits, at, colon, word, anywhere, literals, lookup })
    }

    /// How many patterns there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Hits in a text, by start. Forms that a check must confirm and does not are left out.
    #[must_use]
    pub fn text(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut free = vec![0_usize; self.all.len()];
        self.each(text, &mut free, &mut |hit| {
            if hit.validated.is_some() || self.all.get(hit.pattern).is_some_and(|pattern| !pattern.strict()) {
                hits.push(Hit { end: hit.validated.unwrap_or(hit.end), ..hit });
            }
        });
        hits.sort_unstable_by_key(|hit| (hit.start, hit.pattern));
        hits
    }

    /// Counts over cells `(text, weight)`; null cells are left out by the caller.
    pub fn cells<'a>(&self, cells: impl Iterator<Item = (usize, &'a [u8], u64)>) -> Counts {
        let patterns = self.all.len();
        let none = || vec![0_u64; patterns];
        let mut counts = Counts {
            filled: 0,
            whole: none(),
            whole_valid: none(),
            inside: none(),
            inside_valid: none(),
            some: vec![Vec::new(); patterns],
        };
        let mut free = vec![0_usize; patterns];
        let mut seen = vec![0_u8; patterns];
        let mut touched: Vec<usize> = Vec::with_capacity(patterns);
        for (row, cell, weight) in cells {
            let cell = cell.trim_ascii();
            if cell.is_empty() {
                continue;
            }
            counts.filled += weight;
            self.each(cell, &mut free, &mut |hit| {
                let Some(flags) = seen.get_mut(hit.pattern) else {
                    return;
                };
                if *flags == 0 {
                    touched.push(hit.pattern);
                }
                *flags |= INSIDE;
                if hit.start == 0 && hit.end == cell.len() {
                    *flags |= WHOLE;
                }
                if let Some(end) = hit.validated {
                    *flags |= INSIDE_VALID | if hit.start == 0 && end == cell.len() { WHOLE_VALID } else { 0 };
                }
            });
            for pattern in touched.drain(..) {
                let Some(flags) = seen.get_mut(pattern) else {
                    continue;
                };
                for (bit, tally) in [
                    (WHOLE, &mut counts.whole),
                    (WHOLE_VALID, &mut counts.whole_valid),
                    (INSIDE, &mut counts.inside),
                    (INSIDE_VALID, &mut counts.inside_valid),
                ] {
                    if *flags & bit != 0
                        && let Some(count) = tally.get_mut(pattern)
                    {
                        *count += weight;
                    }
                }
                let strict = self.all.get(pattern).is_some_and(Pattern::strict);
                let accepted = *flags & INSIDE_VALID != 0 || !strict;
                *flags = 0;
                if let Some(free) = free.get_mut(pattern) {
                    *free = 0;
                }
                if accepted
                    && let Some(some) = counts.some.get_mut(pattern)
                    && some.len() < SOME
                {
                    some.push(row);
                }
            }
        }
        counts
    }

    /// Calls `found` for every form. `free[p]` is the first byte not yet taken by pattern `p`.
    fn each(&self, text: &[u8], free: &mut [usize], found: &mut impl FnMut(Hit)) {
        if let Some(literals) = &self.literals
            && text.len() >= literals.automaton.min_pattern_len()
        {
            for hit in literals.automaton.find_iter(text) {
                for &pattern in literals.patterns.get(hit.pattern().as_usize()).into_iter().flatten() {
                    self.attempt(text, pattern, hit.start(), free, found);
                }
            }
        }
        for &pattern in &self.word {
            self.words(text, pattern, free, found);
        }
        for &pattern in &self.anywhere {
            self.everywhere(text, pattern, found);
        }
        let mut place = 0_usize;
        let mut colons_done = 0_usize;
        while let Some(&byte) = text.get(place) {
            match self.lookup.get(usize::from(byte)) {
                Some(&DIGIT) => {
                    let end = run(text, place, u8::is_ascii_digit);
                    for &pattern in &self.digits {
                        self.attempt_with_lead(text, pattern, place, free, found);
                    }
                    place = end;
                    continue;
                }
                Some(&AT) => {
                    let start = local_part(text, place);
                    for &pattern in &self.at {
                        self.attempt(text, pattern, start, free, found);
                    }
                }
                Some(&COLON) if place >= colons_done => {
                    let start = run_back(text, place, u8::is_ascii_hexdigit);
                    colons_done = run(text, place, |b| b.is_ascii_hexdigit() || *b == b':');
                    for &pattern in &self.colon {
                        self.attempt(text, pattern, start, free, found);
                    }
                }
                _ => {}
            }
            place += 1;
        }
    }

    fn attempt_with_lead(
        &self,
        text: &[u8],
        index: usize,
        place: usize,
        free: &mut [usize],
        found: &mut impl FnMut(Hit),
    ) {
        let lead = self.all.get(index).map_or(0, |pattern| pattern.lead);
        for start in place.saturating_sub(lead)..=place {
            if self.attempt(text, index, start, free, found) {
                return;
            }
        }
    }

    /// Whether the form begins at `start`. What a check refused does not take its place: the next start may be right.
    fn attempt(
        &self,
        text: &[u8],
        index: usize,
        start: usize,
        free: &mut [usize],
        found: &mut impl FnMut(Hit),
    ) -> bool {
        let (Some(pattern), Some(free)) = (self.all.get(index), free.get_mut(index)) else {
            return false;
        };
        if start < *free {
            return false;
        }
        let Some(end) = pattern.end_from(text, start).filter(|&end| end > start) else {
            return false;
        };
        let validated = pattern.validated(text, start, end);
        if validated.is_some() || !pattern.strict() {
            *free = validated.unwrap_or(end);
        }
        found(Hit { pattern: index, start, end, validated });
        true
    }

    fn words(&self, text: &[u8], index: usize, free: &mut [usize], found: &mut impl FnMut(Hit)) {
        let mut inside = false;
        for (place, byte) in text.iter().enumerate() {
            let belongs = byte.is_ascii_alphanumeric();
            if belongs && !inside {
                self.attempt(text, index, place, free, found);
            }
            inside = belongs;
        }
    }

    fn everywhere(&self, text: &[u8], index: usize, found: &mut impl FnMut(Hit)) {
        let Some(pattern) = self.all.get(index) else {
            return;
        };
        let mut place = 0_usize;
        while let Some((start, end)) = pattern.find(text, place) {
            let one_line = text.get(start..end).is_some_and(|form| memchr(b'\n', form).is_none());
            if end > start && one_line {
                found(Hit { pattern: index, start, end, validated: pattern.validated(text, start, end) });
            }
            place = end.max(start + 1);
        }
    }
}

impl Literals {
    fn new(specs: &[Spec]) -> Result<Option<Self>, String> {
        let mut words: Vec<&str> = specs.iter().flat_map(|spec| &spec.literals).map(String::as_str).collect();
        words.sort_unstable();
        words.dedup();
        if words.is_empty() {
            return Ok(None);
        }
        let patterns = words.iter().map(|word| {
            let led = specs.iter().enumerate();
            led.filter(|(_, spec)| spec.literals.iter().any(|literal| word.starts_with(literal.as_str())))
                .map(|(index, _)| index)
                .collect()
        });
        let patterns = patterns.collect();
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&words);
        Ok(Some(Self { automaton: automaton.map_err(|error| format!("literals: {error}"))?, patterns }))
    }
}

fn run(text: &[u8], start: usize, belongs: impl Fn(&u8) -> bool) -> usize {
    let length = text.get(start..).and_then(|rest| rest.iter().position(|byte| !belongs(byte)));
    length.map_or(text.len(), |length| start + length)
}

fn run_back(text: &[u8], end: usize, belongs: impl Fn(&u8) -> bool) -> usize {
    let kept = text.get(..end).and_then(|head| head.iter().rposition(|byte| !belongs(byte)));
    kept.map_or(0, |last| last + 1)
}

/// Where the local part of an e-mail address that ends at `at` begins; never more than 128 bytes back.
/// Letters of two bytes (Latin with marks, Greek, Cyrillic; RFC 6531) belong to it; typographic marks do not.
fn local_part(text: &[u8], at: usize) -> usize {
    let floor = at.saturating_sub(128);
    let window = text.get(floor..).unwrap_or_default();
    let mark = |b: &u8| matches!(b, b'.' | b'%' | b'+' | b'-');
    let belongs = |b: &u8| b.is_ascii_alphanumeric() || mark(b) || matches!(b, b'_' | 0x80..=0xbf | 0xc3..=0xdf);
    let start = floor + run_back(window, at - floor, belongs);
    run(text, start, |b| mark(b) || (0x80..=0xbf).contains(b)).min(at)
}
