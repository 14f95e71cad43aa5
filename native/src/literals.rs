//! Where do the words stand that some patterns begin with?

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::pattern::Pattern;

// With more words than these, room counts for more than speed.
const MOST_WORDS: usize = 2_000;

/// All literals of all patterns.
pub struct Literals {
    automaton: AhoCorasick,
    /// For each literal, the patterns that begin with it or with a shorter literal it begins with.
    led: Vec<Vec<u32>>,
}

impl Literals {
    /// Collects the literals; `None` where no pattern has any.
    ///
    /// # Errors
    /// The sentence of the compiler.
    pub fn new(patterns: &[Pattern]) -> Result<Option<Self>, String> {
        let mut words: Vec<&str> = patterns.iter().flat_map(|pattern| &pattern.literals).map(String::as_str).collect();
        words.sort_unstable();
        words.dedup();
        if words.is_empty() {
            return Ok(None);
        }
        let led = words.iter().map(|word| {
            let begins = |pattern: &Pattern| pattern.literals.iter().any(|literal| word.starts_with(literal.as_str()));
            (0_u32..).zip(patterns).filter(|(_, pattern)| begins(pattern)).map(|(number, _)| number).collect()
        });
        let led = led.collect();
        // The largest form, and by far the fastest: a few hundred words take a megabyte or two.
        let kind = (words.len() <= MOST_WORDS).then_some(AhoCorasickKind::DFA);
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).kind(kind).build(&words);
        Ok(Some(Self { automaton: automaton.map_err(|error| format!("literals: {error}"))?, led }))
    }

    /// Beginnings of literals in a text, with the number of each.
    pub fn find<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = (usize, usize)> + 't {
        self.automaton.find_iter(text).map(|hit| (hit.start(), hit.pattern().as_usize()))
    }

    /// The first literal at or after `place`: its first byte, one past its last, its number.
    #[must_use]
    pub fn next(&self, text: &[u8], place: usize) -> Option<(usize, usize, usize)> {
        let input = aho_corasick::Input::new(text).span(place.min(text.len())..text.len());
        self.automaton.find(input).map(|hit| (hit.start(), hit.end(), hit.pattern().as_usize()))
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
                next = self.next(data, last);
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
