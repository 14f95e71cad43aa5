//! Can any pattern begin here? Told from the bytes at hand, so that the automata need not be asked where none can.

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::StateID;

use crate::closure::{BEFORE, Before, SIDES, Sets, each_way, is_word, step, ways_of};
use crate::leads::Leads;
use crate::runs::{Run, Runs};

/// What is possible for the patterns of one automaton; never says no where a pattern can begin.
pub struct Reach {
    /// `opens[before][byte]`.
    opens: [[bool; 256]; 3],
    /// By first byte, the bytes that may follow it, one bit each.
    seconds: Vec<[u64; 4]>,
    /// Where patterns begin before their first digit.
    pub leads: Leads,
    runs: Runs,
    /// The number of the beginning behind each `Before`, and behind a first byte that is no word's.
    behind: [usize; 3],
    signs: Vec<usize>,
    /// Whether a pattern asks where the line begins or ends.
    pub anchored: bool,
}

impl Reach {
    /// Of all patterns of a machine; `leads` says for each how many bytes it may begin before a digit. What can begin
    /// with which digits is only worked out where `numbers` is set; elsewhere everything can.
    #[must_use]
    pub fn new(nfa: &NFA, leads: &[usize], numbers: bool) -> Self {
        let mut sets = Sets::new(nfa);
        let starts: Vec<StateID> = nfa.patterns().filter_map(|id| nfa.start_pattern(id)).collect();
        let mut opens = [[false; 256]; 3];
        let (mut runs, mut behind) = (Runs::default(), [0; 3]);
        let mut signs: Vec<Vec<StateID>> = vec![Vec::new(); 256];
        let mut seconds = vec![[0_u64; 4]; 256];
        let anchored = nfa.look_set_any().contains_anchor();
        for before in BEFORE {
            for (after, bytes) in SIDES {
                let places = sets.closure(nfa, &starts, Some((before, after)));
                for (next, bytes) in ways_of(nfa, &places, bytes) {
                    let follow = if numbers { [u64::MAX; 4] } else { following(nfa, &mut sets, &next).1 };
                    for byte in bytes {
                        let both = seconds.get_mut(usize::from(byte)).into_iter().flatten().zip(follow);
                        both.for_each(|(bits, more)| *bits |= more);
                        if let Some(open) =
                            opens.get_mut(before as usize).and_then(|row| row.get_mut(usize::from(byte)))
                        {
                            *open = true;
                        }
                        if let Some(sign) = signs.get_mut(usize::from(byte)).filter(|_| !is_word(byte)) {
                            sign.extend(&next);
                        }
                    }
                }
            }
        }
        // Only a pattern that asks where the line begins tells its beginning from a blank.
        let kinds: &[Before] = match (numbers, anchored) {
            (false, _) => &[],
            (true, true) => &BEFORE,
            (true, false) => &[Before::Word, Before::Other],
        };
        for &before in kinds {
            let places = sets.closure(nfa, &starts, Some((before, Some(b'0'))));
            let number = runs.add(nfa, &mut sets, places);
            behind.get_mut(before as usize).into_iter().for_each(|slot| *slot = number);
        }
        if let [line, _, other] = &mut behind
            && !anchored
        {
            *line = *other;
        }
        let mut known: Vec<(Vec<StateID>, usize)> = Vec::new();
        let signs = signs.into_iter().map(|mut places| {
            places.sort_unstable();
            places.dedup();
            if let Some((_, number)) = known.iter().find(|(same, _)| *same == places) {
                return *number;
            }
            let reached = sets.closure(nfa, &places, Some((Before::Other, Some(b'0'))));
            let number = runs.add(nfa, &mut sets, reached);
            known.push((places, number));
            number
        });
        let signs = if numbers { signs.collect() } else { Vec::new() };
        Self { opens, seconds, leads: Leads::new(nfa, &mut sets, leads), runs, behind, signs, anchored }
    }

    /// Whether a pattern can begin with this byte behind that.
    #[must_use]
    pub fn opens(&self, before: Before, byte: u8) -> bool {
        self.opens.get(before as usize).and_then(|row| row.get(usize::from(byte))).is_some_and(|&opens| opens)
    }

    /// Whether a pattern can begin with these two bytes; `None` is the end of the text.
    #[must_use]
    pub fn seconds(&self, byte: u8, next: Option<u8>) -> bool {
        let next = next.unwrap_or(b'\n');
        let bits = self.seconds.get(usize::from(byte)).and_then(|bytes| bytes.get(usize::from(next) / 64));
        bits.is_none_or(|bits| bits >> (next % 64) & 1 == 1)
    }

    /// Whether a pattern can begin with these digits.
    #[inline]
    #[must_use]
    pub fn run(&self, before: Before, run: &Run) -> bool {
        self.behind.get(before as usize).is_none_or(|&beginning| self.runs.possible(beginning, run))
    }

    /// Whether a pattern can begin with this byte, which is no word's, and these digits.
    #[inline]
    #[must_use]
    pub fn sign(&self, byte: u8, run: &Run) -> bool {
        self.signs.get(usize::from(byte)).is_none_or(|&beginning| self.runs.possible(beginning, run))
    }
}

/// How a literal that a pattern names can stand in a text.
#[derive(Clone, Copy, Default, Debug)]
pub struct Opening {
    /// Behind a letter, a digit or `_` too.
    pub inside: bool,
    /// The bytes that may be the third and the fourth, one bit each, where the literal is shorter.
    pub behind: [[u64; 4]; 2],
}

/// How a text can begin that matches a pattern and starts with these bytes; never says no where one does.
#[must_use]
pub fn opening(nfa: &NFA, literal: &[u8]) -> Opening {
    let mut sets = Sets::new(nfa);
    let mut opening = Opening::default();
    let mut all: Vec<StateID> = Vec::new();
    for before in BEFORE {
        let (mut was, mut places) = (before, nfa.patterns().filter_map(|id| nfa.start_pattern(id)).collect::<Vec<_>>());
        for &byte in literal {
            let here = sets.closure(nfa, &places, Some((was, Some(byte))));
            places = here.iter().filter_map(|&id| step(nfa.state(id), byte)).collect();
            was = Before::after(byte);
        }
        opening.inside |= before == Before::Word && !places.is_empty();
        all.extend(places);
    }
    let mut met = false;
    for bytes in opening.behind.iter_mut().skip(literal.len().saturating_sub(2)) {
        (all, *bytes) = following(nfa, &mut sets, &all);
        // Behind a form that ends anything may stand.
        met |= *bytes == [u64::MAX; 4];
        if met {
            *bytes = [u64::MAX; 4];
        }
    }
    opening
}

/// Where these places lead to, and the bytes that lead there, one bit each: all of them where a pattern ends here.
fn following(nfa: &NFA, sets: &mut Sets, places: &[StateID]) -> (Vec<StateID>, [u64; 4]) {
    let here = sets.reached(nfa, places);
    let met = here.iter().any(|&id| matches!(nfa.state(id), State::Match { .. }));
    let mut bytes = if met { [u64::MAX; 4] } else { [0; 4] };
    let mut next = Vec::new();
    each_way(nfa, &here, |low, high, to| {
        next.push(to);
        for byte in low..=high {
            bytes.get_mut(usize::from(byte) / 64).into_iter().for_each(|bits| *bits |= 1 << (byte % 64));
        }
    });
    next.sort_unstable();
    next.dedup();
    (next, bytes)
}

/// No more letters and digits are counted at the beginning of a pattern. Few words and numbers are so long.
pub const MOST_LETTERS: u32 = 13;

/// Letters and digits that every pattern begins with, as many as are counted. `first`: the first byte is known to be one.
#[must_use]
pub fn letters(nfa: &NFA, first: bool) -> u32 {
    let mut sets = Sets::new(nfa);
    let starts: Vec<StateID> = nfa.patterns().filter_map(|id| nfa.start_pattern(id)).collect();
    let mut places = sets.reached(nfa, &starts);
    for count in 0..MOST_LETTERS {
        let mut next = Vec::new();
        let mut over = places.iter().any(|&id| matches!(nfa.state(id), State::Match { .. }));
        each_way(nfa, &places, |low, high, to| {
            let any = |kind: fn(u8) -> bool| (low..=high).any(kind);
            over |= (count > 0 || !first) && any(|byte| !byte.is_ascii_alphanumeric());
            if any(|byte| byte.is_ascii_alphanumeric()) {
                next.push(to);
            }
        });
        if over {
            return count;
        }
        next.sort_unstable();
        next.dedup();
        places = sets.reached(nfa, &next);
    }
    MOST_LETTERS
}
