//! Which places in the patterns are reached without a byte? Assertions (`\b`, `^`, `$`) are passed where they hold.

use std::collections::BTreeMap;

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::look::Look;
use regex_automata::util::primitives::StateID;

/// What stands before the first byte: the beginning of the line, a word's byte (ASCII letter, digit, `_`), another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Before {
    /// Nothing: text or line begins here.
    Line,
    /// A letter, a digit or `_`.
    Word,
    /// Any other byte.
    Other,
}

/// Every case, in the order of their numbers.
pub const BEFORE: [Before; 3] = [Before::Line, Before::Word, Before::Other];

impl Before {
    /// What stands before `place` in the text.
    #[must_use]
    pub fn place(text: &[u8], place: usize) -> Self {
        place.checked_sub(1).and_then(|last| text.get(last)).map_or(Self::Line, |&byte| Self::after(byte))
    }

    /// What a byte is to the place behind it.
    #[must_use]
    pub fn after(byte: u8) -> Self {
        match byte {
            b'\n' => Self::Line,
            _ if is_word(byte) => Self::Word,
            _ => Self::Other,
        }
    }
}

/// Whether a byte is an ASCII letter, a digit or `_`.
#[must_use]
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Sets of places in the patterns, closed over what needs no byte.
pub struct Sets {
    marks: Vec<u32>,
    mark: u32,
}

impl Sets {
    /// Room for sets of this machine's places.
    #[must_use]
    pub fn new(nfa: &NFA) -> Self {
        Self { marks: vec![0; nfa.states().len()], mark: 0 }
    }

    /// Places reached without a byte, whatever is asserted on the way.
    #[must_use]
    pub fn reached(&mut self, nfa: &NFA, from: &[StateID]) -> Vec<StateID> {
        let mut places = self.closure(nfa, from, None);
        loop {
            let beyond = places.iter().filter_map(|&id| match nfa.state(id) {
                State::Look { next, .. } => Some(*next),
                _ => None,
            });
            let mut all: Vec<StateID> = beyond.chain(places.iter().copied()).collect();
            all = self.closure(nfa, &all, None);
            if all.len() == places.len() {
                return places;
            }
            places = all;
        }
    }

    /// Places reached without a byte. Assertions stop the way, or are decided where both sides are known.
    #[must_use]
    pub fn closure(&mut self, nfa: &NFA, from: &[StateID], around: Option<(Before, Option<u8>)>) -> Vec<StateID> {
        self.mark = self.mark.wrapping_add(1);
        if self.mark == 0 {
            self.marks.fill(0);
            self.mark = 1;
        }
        let mut open: Vec<StateID> = from.to_vec();
        let mut places = Vec::new();
        while let Some(id) = open.pop() {
            let Some(mark) = self.marks.get_mut(id.as_usize()) else {
                continue;
            };
            if std::mem::replace(mark, self.mark) == self.mark {
                continue;
            }
            match nfa.state(id) {
                State::Look { look, next } => match around {
                    None => places.push(id),
                    Some((before, after)) if holds(*look, before, after) => open.push(*next),
                    Some(_) => {}
                },
                State::Union { alternates } => open.extend(alternates.iter()),
                State::BinaryUnion { alt1, alt2 } => open.extend([*alt1, *alt2]),
                State::Capture { next, .. } => open.push(*next),
                State::Fail => {}
                State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) | State::Match { .. } => places.push(id),
            }
        }
        places.sort_unstable();
        places
    }
}

/// Where a byte leads from a place.
#[must_use]
pub fn step(place: &State, byte: u8) -> Option<StateID> {
    match place {
        State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
        State::Sparse(ways) => ways.matches_byte(byte),
        State::Dense(ways) => ways.matches_byte(byte),
        _ => None,
    }
}

/// Whether an assertion holds between two bytes; lines are texts of their own.
fn holds(look: Look, before: Before, after: Option<u8>) -> bool {
    let (was, is) = (before == Before::Word, after.is_some_and(is_word));
    match look {
        Look::Start | Look::StartLF | Look::StartCRLF => before == Before::Line,
        Look::End | Look::EndLF | Look::EndCRLF => after.is_none(),
        Look::WordAscii => was != is,
        Look::WordAsciiNegate => was == is,
        Look::WordStartAscii => !was && is,
        Look::WordEndAscii => was && !is,
        Look::WordStartHalfAscii => !was,
        Look::WordEndHalfAscii => !is,
        // The expressions are compiled without Unicode.
        _ => false,
    }
}

/// What follows a byte, as far as assertions tell bytes apart: one byte of each kind, and which bytes those are.
pub type Side = (Option<u8>, fn(u8) -> bool);
/// Letters, digits and `_`; and all others but the line's end.
pub const SIDES: [Side; 2] = [(Some(b'a'), is_word), (Some(b' '), |byte| !is_word(byte) && byte != b'\n')];

/// Calls `way` with the ranges of bytes that lead on from any of these places, and where to.
pub fn each_way(nfa: &NFA, places: &[StateID], mut way: impl FnMut(u8, u8, StateID)) {
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
#[must_use]
pub fn digits_on(nfa: &NFA, places: &[StateID]) -> Vec<StateID> {
    let mut next = Vec::new();
    each_way(nfa, places, |low, high, to| {
        if low <= b'9' && high >= b'0' {
            next.push(to);
        }
    });
    next.sort_unstable();
    next.dedup();
    next
}

/// The bytes that lead on from these places, by where they lead to.
#[must_use]
pub fn ways_of(nfa: &NFA, places: &[StateID], wanted: impl Fn(u8) -> bool) -> BTreeMap<Vec<StateID>, Vec<u8>> {
    let mut by_byte: Vec<Vec<StateID>> = vec![Vec::new(); 256];
    each_way(nfa, places, |low, high, to| {
        for byte in (low..=high).filter(|&byte| wanted(byte)) {
            by_byte.get_mut(usize::from(byte)).into_iter().for_each(|next| next.push(to));
        }
    });
    let mut ways: BTreeMap<Vec<StateID>, Vec<u8>> = BTreeMap::new();
    for (byte, next) in (0..=255).zip(by_byte).filter(|(_, next)| !next.is_empty()) {
        ways.entry(next).or_default().push(byte);
    }
    ways
}
