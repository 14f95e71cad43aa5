//! Can any pattern begin with so many digits? Told from how many there are, and from what follows them: two bytes, or a
//! byte and a second number, so that the automata need not be asked where none can.

use std::collections::BTreeMap;

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::StateID;

use crate::closure::{Before, SIDES, Sets, digits_on, each_way, is_word, ways_of};

/// Digits in a row that are told apart in the first number; of longer ones anything is possible.
const FIRST: usize = 24;
/// The same in the second number.
const SECOND: usize = 8;

/// What may follow digits at the beginning of a pattern; never says no where a pattern can begin.
#[derive(Default)]
pub struct Runs {
    /// By beginning, number of digits and byte behind them: the place in `follows` of what may stand behind both.
    rows: Vec<u16>,
    /// By beginning and number of digits: whether the line may end behind them.
    ends: Vec<bool>,
    /// What may stand behind a number and one byte more: another byte, or one to `SECOND` digits and another byte.
    follows: Vec<[Bytes; SECOND + 1]>,
    known: BTreeMap<(Vec<StateID>, bool), u16>,
}

/// One bit per byte, and one for the end of the line.
type Bytes = [u64; 5];
const NOTHING: u16 = 0;
const ANYTHING: u16 = 1;

fn place(byte: Option<u8>) -> usize {
    byte.filter(|byte| *byte != b'\n').map_or(256, usize::from)
}

fn add(bytes: &mut Bytes, byte: Option<u8>) {
    if let Some(bits) = bytes.get_mut(place(byte) / 64) {
        *bits |= 1 << (place(byte) % 64);
    }
}

fn has(bytes: &Bytes, byte: Option<u8>) -> bool {
    bytes.get(place(byte) / 64).is_none_or(|bits| bits >> (place(byte) % 64) & 1 == 1)
}

/// Digits in a text and what stands around them.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// How many digits, and the byte behind them.
    pub digits: usize,
    /// See `digits`.
    pub next: Option<u8>,
    /// Digits behind that byte, and the byte behind those.
    pub second: usize,
    /// See `second`.
    pub last: Option<u8>,
}

impl Runs {
    /// Notes what may follow from these places on; the beginning's number is returned.
    pub fn add(&mut self, nfa: &NFA, sets: &mut Sets, places: Vec<StateID>) -> usize {
        if self.follows.is_empty() {
            self.follows = vec![[[0; 5]; SECOND + 1], [[u64::MAX; 5]; SECOND + 1]];
        }
        let mut rows = [[NOTHING; 256]; FIRST];
        let mut ends = [false; FIRST];
        let mut places = places;
        let mut met = false; // one ended before the run did
        for (row, end) in rows.iter_mut().zip(&mut ends) {
            if met {
                (*row, *end) = ([ANYTHING; 256], true);
                continue;
            }
            let next = digits_on(nfa, &places);
            *end = ended(nfa, &sets.closure(nfa, &next, Some((Before::Word, None))));
            for (after, bytes) in SIDES {
                let here = sets.closure(nfa, &next, Some((Before::Word, after)));
                if ended(nfa, &here) {
                    row.iter_mut().zip(0..=255).filter(|&(_, byte)| bytes(byte)).for_each(|(slot, _)| *slot = ANYTHING);
                    continue;
                }
                for (onward, bytes) in ways_of(nfa, &here, |byte| bytes(byte) && !byte.is_ascii_digit()) {
                    let number = self.follow(nfa, sets, onward, after.is_some_and(is_word));
                    row.iter_mut().zip(0..=255).filter(|(_, b)| bytes.contains(b)).for_each(|(slot, _)| *slot = number);
                }
            }
            places = sets.closure(nfa, &next, Some((Before::Word, Some(b'0'))));
            met = ended(nfa, &places);
        }
        self.rows.extend(rows.as_flattened());
        self.ends.extend(ends);
        self.ends.len() / FIRST - 1
    }

    /// The number of what may follow behind a byte that led to these places.
    fn follow(&mut self, nfa: &NFA, sets: &mut Sets, places: Vec<StateID>, word: bool) -> u16 {
        let key = (places, word);
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        let before = if word { Before::Word } else { Before::Other };
        let mut follow = [[0; 5]; SECOND + 1];
        if let Some(bytes) = follow.first_mut() {
            *bytes = following(nfa, sets, &key.0, before);
        }
        let mut places = sets.closure(nfa, &key.0, Some((before, Some(b'0'))));
        for bytes in follow.iter_mut().skip(1) {
            if ended(nfa, &places) {
                *bytes = [u64::MAX; 5];
                continue;
            }
            let next = digits_on(nfa, &places);
            *bytes = following(nfa, sets, &next, Before::Word);
            places = sets.closure(nfa, &next, Some((Before::Word, Some(b'0'))));
        }
        let number = u16::try_from(self.follows.len()).unwrap_or(ANYTHING);
        if number != ANYTHING {
            self.follows.push(follow);
            self.known.insert(key, number);
        }
        number
    }

    /// Whether a pattern can begin so.
    #[inline]
    #[must_use]
    pub fn possible(&self, beginning: usize, run: &Run) -> bool {
        if run.digits > FIRST {
            return true;
        }
        let row = beginning * FIRST + run.digits.saturating_sub(1);
        let next = place(run.next);
        if next == 256 {
            return self.ends.get(row).is_none_or(|&ends| ends);
        }
        let number = self.rows.get(row * 256 + next).copied().unwrap_or(ANYTHING);
        if number == NOTHING || run.second > SECOND {
            return number != NOTHING;
        }
        let bytes = self.follows.get(usize::from(number)).and_then(|follow| follow.get(run.second));
        bytes.is_none_or(|bytes| has(bytes, run.last))
    }
}

fn ended(nfa: &NFA, places: &[StateID]) -> bool {
    places.iter().any(|&id| matches!(nfa.state(id), State::Match { .. }))
}

/// The bytes that may follow these places, and whether the line may end: a pattern ends before them or goes on.
fn following(nfa: &NFA, sets: &mut Sets, places: &[StateID], before: Before) -> Bytes {
    let mut follows = [0; 5];
    for (after, bytes) in SIDES {
        let here = sets.closure(nfa, places, Some((before, after)));
        let ended = ended(nfa, &here);
        (0..=255_u8).filter(|&byte| ended && bytes(byte)).for_each(|byte| add(&mut follows, Some(byte)));
        each_way(nfa, &here, |low, high, _| {
            (low..=high).filter(|&byte| bytes(byte)).for_each(|byte| add(&mut follows, Some(byte)));
        });
    }
    if ended(nfa, &sets.closure(nfa, places, Some((before, None)))) {
        add(&mut follows, None);
    }
    follows
}
