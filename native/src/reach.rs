//! Can any pattern begin here? Told from the byte at hand, how far the first digit is, or how many digits there are and
//! what follows them, so that the automata need not be asked where none can.

use std::collections::HashMap;

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::{PatternID, StateID};

use crate::closure::{BEFORE, Before, Sets, is_word};

/// Digits in a row that are told apart; of longer runs anything is possible.
pub const RUNS: usize = 24;

/// What is possible; never says no where a pattern can begin.
pub struct Reach {
    /// `opens[before][byte]`.
    opens: [[bool; 256]; 3],
    /// `inside[before][byte]` has a bit for each distance at which the first digit may stand, if only letters and `_`
    /// stand between; `apart` if something else does, the first byte included.
    inside: Distances,
    apart: Distances,
    /// `runs[before][digits - 1]`: bytes that may follow, and the end of the line.
    runs: Vec<[Follows; RUNS]>,
    /// The largest distance, and that of patterns that begin inside a word or with what is no word's.
    pub lead: usize,
    pub loose: usize,
    /// Letters and digits that every pattern begins with, at most eight, if it begins with one.
    pub letters: u32,
}

type Distances = [[u32; 256]; 3];

#[derive(Clone, Copy, Default)]
struct Follows {
    bytes: [u64; 4],
    end: bool,
}

impl Follows {
    fn add(&mut self, byte: u8) {
        if let Some(bits) = self.bytes.get_mut(usize::from(byte) / 64) {
            *bits |= 1 << (byte % 64);
        }
    }
}

impl Reach {
    /// Of all patterns of a machine; `leads` says for each how many bytes it may begin before a digit.
    #[must_use]
    pub fn new(nfa: &NFA, leads: &[usize]) -> Self {
        let mut sets = Sets::new(nfa);
        let starts: Vec<StateID> = nfa.patterns().filter_map(|id| nfa.start_pattern(id)).collect();
        let mut reach = Self {
            opens: [[false; 256]; 3],
            inside: [[0; 256]; 3],
            apart: [[0; 256]; 3],
            runs: vec![[Follows::default(); RUNS]; 3],
            lead: 0,
            loose: 0,
            letters: letters(nfa, &mut sets, &starts),
        };
        for before in BEFORE {
            if let Some(opens) = reach.opens.get_mut(before as usize) {
                for (after, bytes) in SIDES {
                    let places = sets.closure(nfa, &starts, Some((before, after)));
                    each_way(nfa, &places, |low, high, _| {
                        for byte in (low..=high).filter(|&byte| bytes(byte)) {
                            if let Some(open) = opens.get_mut(usize::from(byte)) {
                                *open = true;
                            }
                        }
                    });
                }
            }
            if let Some(runs) = reach.runs.get_mut(before as usize) {
                digits(nfa, &mut sets, &starts, before, runs);
            }
        }
        for (index, &lead) in leads.iter().enumerate().filter(|&(_, &lead)| lead > 0) {
            if let Some(start) = PatternID::new(index).ok().and_then(|id| nfa.start_pattern(id)) {
                reach.distances_of(nfa, &mut sets, start, lead);
            }
        }
        reach
    }

    /// Whether a pattern can begin with this byte behind that.
    #[must_use]
    pub fn opens(&self, before: Before, byte: u8) -> bool {
        self.opens.get(before as usize).and_then(|row| row.get(usize::from(byte))).is_some_and(|&opens| opens)
    }

    /// The distances, one bit each, at which the first digit may stand behind this byte; `apart`: in another word.
    #[inline]
    #[must_use]
    pub fn distances(&self, before: Before, byte: u8, apart: bool) -> u32 {
        let table = if apart { &self.apart } else { &self.inside };
        table.get(before as usize).and_then(|row| row.get(usize::from(byte))).copied().unwrap_or(0)
    }

    /// Whether a pattern can begin with so many digits, one or more, and then this byte or the line's end.
    #[inline]
    #[must_use]
    pub fn run(&self, before: Before, digits: usize, next: Option<u8>) -> bool {
        let follows = self.runs.get(before as usize).and_then(|runs| runs.get(digits.wrapping_sub(1)));
        follows.is_none_or(|follows| match next.filter(|byte| *byte != b'\n') {
            Some(byte) => follows.bytes.get(usize::from(byte) / 64).is_some_and(|bits| bits >> (byte % 64) & 1 == 1),
            None => follows.end,
        })
    }
}

impl Reach {
    /// Notes at which distances the first digit of one pattern may stand.
    fn distances_of(&mut self, nfa: &NFA, sets: &mut Sets, start: StateID, lead: usize) {
        let mut known: HashMap<Vec<StateID>, [u32; 2]> = HashMap::new();
        for before in BEFORE {
            for (after, bytes) in SIDES {
                let places = sets.closure(nfa, &[start], Some((before, after)));
                let mut ways: HashMap<Vec<StateID>, Vec<u8>> = HashMap::new();
                for byte in (0..=255_u8).filter(|&byte| bytes(byte)) {
                    let mut next = Vec::new();
                    each_way(nfa, &places, |low, high, to| {
                        if (low..=high).contains(&byte) {
                            next.push(to);
                        }
                    });
                    if next.is_empty() {
                        continue;
                    }
                    if byte.is_ascii_digit() {
                        // In the middle of a number: digits may stand between there and the next number.
                        let any = (2 << lead.min(30)) - 2;
                        self.note(before, byte, any, any);
                    } else {
                        ways.entry(next).or_default().push(byte);
                    }
                }
                let first = after.is_some_and(is_word);
                for (next, bytes) in ways {
                    let [inside, apart] = *known.entry(next.clone()).or_insert_with(|| beyond(nfa, sets, next, lead));
                    let (inside, apart) = if first { (inside, apart) } else { (0, inside | apart) };
                    for byte in bytes {
                        self.note(before, byte, inside, apart);
                    }
                }
            }
        }
    }

    fn note(&mut self, before: Before, byte: u8, inside: u32, apart: u32) {
        for (table, distances) in [(&mut self.inside, inside), (&mut self.apart, apart)] {
            if let Some(slot) = table.get_mut(before as usize).and_then(|row| row.get_mut(usize::from(byte))) {
                *slot |= distances;
            }
        }
        if let Some(most) = (inside | apart).checked_ilog2() {
            self.lead = self.lead.max(most as usize);
            if before == Before::Word || !is_word(byte) {
                self.loose = self.loose.max(most as usize);
            }
        }
    }
}

/// What follows a byte, as far as assertions tell bytes apart: one byte of each kind, or the line's end.
type Side = (Option<u8>, fn(u8) -> bool);
const SIDES: [Side; 2] = [(Some(b'a'), is_word), (Some(b' '), |byte| !is_word(byte) && byte != b'\n')];

/// Calls `way` with the ranges of bytes that lead on from any of these places, and where to.
fn each_way(nfa: &NFA, places: &[StateID], mut way: impl FnMut(u8, u8, StateID)) {
    for &id in places {
        match nfa.state(id) {
            State::ByteRange { trans } => way(trans.start, trans.end, trans.next),
            State::Sparse(ways) => ways.transitions.iter().for_each(|trans| way(trans.start, trans.end, trans.next)),
            State::Dense(ways) => {
                for (byte, &to) in (0..=255_u8).zip(ways.transitions.iter()) {
                    if to != StateID::ZERO {
                        way(byte, byte, to);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Where the digits lead to from these places.
fn digits_on(nfa: &NFA, places: &[StateID]) -> Vec<StateID> {
    let mut next = Vec::new();
    each_way(nfa, places, |low, high, to| {
        if low <= b'9' && high >= b'0' {
            next.push(to);
        }
    });
    next
}

/// The distances at which a digit may stand behind the first byte: with only a word's bytes between, and with others.
fn beyond(nfa: &NFA, sets: &mut Sets, first: Vec<StateID>, lead: usize) -> [u32; 2] {
    let mut found = [0_u32; 2];
    let mut open = [first, Vec::new()];
    for distance in 1..=lead.min(31) {
        let mut next = [Vec::new(), Vec::new()];
        for (apart, from) in open.iter().enumerate() {
            let places = sets.reached(nfa, from);
            if let Some(found) = found.get_mut(apart) {
                *found |= u32::from(!digits_on(nfa, &places).is_empty()) << distance;
            }
            each_way(nfa, &places, |low, high, to| {
                let any = |kind: fn(u8) -> bool| (low..=high).any(|byte| !byte.is_ascii_digit() && kind(byte));
                let [inside, outside] = &mut next;
                if any(is_word) {
                    if apart == 0 { &mut *inside } else { &mut *outside }.push(to);
                }
                if any(|byte| !is_word(byte)) {
                    outside.push(to);
                }
            });
        }
        next.iter_mut().for_each(|places| {
            places.sort_unstable();
            places.dedup();
        });
        open = next;
    }
    found
}

fn letters(nfa: &NFA, sets: &mut Sets, starts: &[StateID]) -> u32 {
    let mut places = sets.reached(nfa, starts);
    for count in 0..8 {
        let mut next = Vec::new();
        let mut over = places.iter().any(|&id| matches!(nfa.state(id), State::Match { .. }));
        each_way(nfa, &places, |low, high, to| {
            over |= count > 0 && (low..=high).any(|byte| !byte.is_ascii_alphanumeric());
            next.push(to);
        });
        if over {
            return count.max(1);
        }
        next.sort_unstable();
        next.dedup();
        places = sets.reached(nfa, &next);
    }
    8
}

/// Notes what may follow one digit and more.
fn digits(nfa: &NFA, sets: &mut Sets, starts: &[StateID], before: Before, runs: &mut [Follows; RUNS]) {
    let mut places = sets.closure(nfa, starts, Some((before, Some(b'0'))));
    let mut met = false; // one ended before the run did
    let is_match = |id: &StateID| matches!(nfa.state(*id), State::Match { .. });
    for follows in runs {
        if met {
            *follows = Follows { bytes: [u64::MAX; 4], end: true };
            continue;
        }
        let mut next = digits_on(nfa, &places);
        next.sort_unstable();
        next.dedup();
        for (after, bytes) in SIDES {
            let here = sets.closure(nfa, &next, Some((Before::Word, after)));
            let ended = here.iter().any(is_match);
            for byte in (0..=255_u8).filter(|&byte| ended && bytes(byte)) {
                follows.add(byte);
            }
            each_way(nfa, &here, |low, high, _| (low..=high).filter(|&b| bytes(b)).for_each(|b| follows.add(b)));
        }
        let here = sets.closure(nfa, &next, Some((Before::Word, None)));
        follows.end = here.iter().any(is_match);
        places = sets.closure(nfa, &next, Some((Before::Word, Some(b'0'))));
        met = places.iter().any(is_match);
    }
}
