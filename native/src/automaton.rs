//! Which patterns begin here, and where does each of them end? All patterns of one anchor are one automaton, so that
//! one walk answers for all of them; its states are made when a text first needs them.
//!
//! A state is a set of places in the patterns, before the zero-width assertions (`\b`, `^`, `$`) that the next byte
//! decides. A match is therefore seen one byte late, on the way into the state behind it.

use std::collections::HashMap;

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::StateID;

use crate::closure::{BEFORE, Before, Sets, step};
use crate::pattern::compile;
use crate::reach::Reach;

/// One pattern of an automaton.
#[derive(Clone, Debug)]
pub struct Part {
    /// How lists call it.
    pub number: u32,
    /// Bytes that it may begin before a digit.
    pub lead: usize,
    /// Where it ends is told apart from where the others do: see `List`.
    pub weak: bool,
    /// Its regular expression.
    pub regex: String,
}

/// The patterns that end at one place.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct List {
    /// Numbers of those that are not weak, rising.
    pub strong: Vec<u32>,
    /// Numbers of those that are weak, rising.
    pub weak: Vec<u32>,
}

impl List {
    /// Whether a pattern is among them.
    #[must_use]
    pub fn holds(&self, number: u32) -> bool {
        self.strong.binary_search(&number).is_ok() || self.weak.binary_search(&number).is_ok()
    }
}

/// The patterns of one anchor. Never changes; what is made while walking lies in a `Walker`.
pub struct Automaton {
    nfa: NFA,
    /// For each byte its class; the line's end has a class of its own, the last one.
    classes: [u8; 256],
    /// One byte of each class, `None` for the line's end.
    sample: Vec<Option<u8>>,
    /// Entries of a state's row in the table: its own number, then one way per class. No power of two, for rows that
    /// lie so far apart would crowd the same few lines of the processor's cache.
    row: usize,
    /// The number that the caller gave each pattern.
    numbers: Vec<u32>,
    weak: Vec<bool>,
    /// Where a pattern can begin at all.
    pub reach: Reach,
}

/// States and transitions made so far, and room for one walk. One per thread.
pub struct Walker {
    table: Vec<u32>,
    states: Vec<Known>,
    by_key: HashMap<Key, u32>,
    lists: Vec<List>,
    by_list: HashMap<List, u32>,
    start: [u32; 3],
    sets: Sets,
    /// Bytes walked so far: the measure of work.
    pub steps: u64,
    /// What the last walk passed: a list of patterns (see `Walker::list`) and where they end, by end.
    pub ends: Vec<(u32, usize)>,
}

#[derive(Clone)]
struct Known {
    places: Box<[StateID]>,
    before: Before,
    list: u32,
}

type Key = (Box<[StateID]>, Before, u32);

// A way in the table is the place of the next state's first way; of those with SPECIAL more is asked.
const SPECIAL: u32 = 1 << 31;
const UNKNOWN: u32 = u32::MAX;
// States kept by one walker; beyond them it begins anew, so that no text can fill the memory.
const MOST_STATES: usize = 12_000;

impl Automaton {
    /// Puts patterns together. `numbers`: what can begin with which digits is asked of `reach`.
    ///
    /// # Errors
    /// The sentence of the compiler.
    pub fn new(patterns: &[Part], numbers: bool) -> Result<Self, String> {
        let regexes: Vec<String> = patterns.iter().map(|part| part.regex.clone()).collect();
        let nfa = compile(&regexes).map_err(|error| error.to_string())?;
        let mut classes = [0_u8; 256];
        let of = nfa.byte_classes();
        let mut sample: Vec<Option<u8>> = Vec::new();
        for byte in 0..=255_u8 {
            let class = usize::from(of.get(byte));
            if sample.len() == class {
                sample.push(Some(byte));
            }
            if let Some(slot) = classes.get_mut(usize::from(byte)) {
                *slot = of.get(byte);
            }
        }
        // A class for the line's end; 256 classes of one byte each leave no number for it, and cannot arise, as no
        // expression tells every byte from every other.
        let last = u8::try_from(sample.len()).map_err(|_| "the patterns tell too many bytes apart".to_owned())?;
        sample.push(None);
        if let Some(slot) = classes.get_mut(usize::from(b'\n')) {
            *slot = last;
        }
        let row = (sample.len() + 1) | 1;
        let weak = patterns.iter().map(|part| part.weak).collect();
        let leads: Vec<usize> = patterns.iter().map(|part| part.lead).collect();
        let reach = Reach::new(&nfa, &leads, numbers);
        let numbers = patterns.iter().map(|part| part.number).collect();
        Ok(Self { nfa, classes, sample, row, numbers, weak, reach })
    }

    /// A walker for this automaton.
    #[must_use]
    pub fn walker(&self) -> Walker {
        let mut walker = Walker {
            table: Vec::new(),
            states: Vec::new(),
            by_key: HashMap::new(),
            lists: Vec::new(),
            by_list: HashMap::new(),
            start: [0; 3],
            sets: Sets::new(&self.nfa),
            steps: 0,
            ends: Vec::new(),
        };
        walker.forget(self);
        walker
    }
}

impl Walker {
    /// Follows all patterns that begin at `start`, up to `limit` bytes and never beyond the line; `ends` holds what
    /// was met.
    pub fn walk(&mut self, automaton: &Automaton, text: &[u8], start: usize, before: Before, limit: usize) {
        self.ends.clear();
        if self.states.len() > MOST_STATES {
            self.forget(automaton);
        }
        let mut state = self.start.get(before as usize).copied().unwrap_or(0);
        let end_of_line = automaton.sample.len() - 1;
        let last = text.len().min(start.saturating_add(limit));
        let mut place = start;
        loop {
            let class = text.get(place).and_then(|&byte| automaton.classes.get(usize::from(byte)));
            let class = class.map_or(end_of_line, |&class| usize::from(class));
            let way = self.table.get(state as usize + class).copied().unwrap_or(UNKNOWN);
            if way & SPECIAL == 0 {
                state = way;
            } else {
                let way = if way == UNKNOWN { self.make(automaton, state, class) } else { way };
                state = way & !SPECIAL;
                if way & SPECIAL != 0 && !self.arrive(state, place) {
                    break;
                }
            }
            if place >= last {
                break;
            }
            place += 1;
        }
        self.steps += (place - start) as u64 + 1;
    }

    fn known(&self, state: u32) -> Option<&Known> {
        let number = self.table.get((state as usize).checked_sub(1)?)?;
        self.states.get(*number as usize)
    }

    /// Notes the patterns that ended before this state; whether any goes on.
    fn arrive(&mut self, state: u32, place: usize) -> bool {
        let Some(known) = self.known(state) else {
            return false;
        };
        let (list, goes_on) = (known.list, !known.places.is_empty());
        if list != 0 {
            self.ends.push((list, place));
        }
        goes_on
    }

    /// The patterns of a list; list 0 is empty.
    #[must_use]
    pub fn list(&self, list: u32) -> Option<&List> {
        self.lists.get(list as usize)
    }

    /// Whether the next walk may begin anew and give lists new numbers.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.states.len() > MOST_STATES
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn forget(&mut self, automaton: &Automaton) {
        self.table.clear();
        self.states.clear();
        self.by_key.clear();
        self.lists.clear();
        self.by_list.clear();
        self.lists.push(List::default());
        let starts: Vec<StateID> = automaton.nfa.patterns().filter_map(|id| automaton.nfa.start_pattern(id)).collect();
        let places = self.sets.closure(&automaton.nfa, &starts, None);
        for before in BEFORE {
            let state = self.intern(automaton, places.clone(), before, 0);
            if let Some(start) = self.start.get_mut(before as usize) {
                *start = state & !SPECIAL;
            }
        }
    }

    /// Works out where a state leads and writes it into the table.
    #[cold]
    #[inline(never)]
    fn make(&mut self, automaton: &Automaton, state: u32, class: usize) -> u32 {
        let byte = automaton.sample.get(class).copied().flatten();
        let Some(known) = self.known(state).cloned() else {
            return UNKNOWN;
        };
        let here = self.sets.closure(&automaton.nfa, &known.places, Some((known.before, byte)));
        let mut list = List::default();
        let mut next: Vec<StateID> = Vec::new();
        for &id in &here {
            let place = automaton.nfa.state(id);
            if let State::Match { pattern_id } = place {
                let weak = automaton.weak.get(pattern_id.as_usize()) == Some(&true);
                let side = if weak { &mut list.weak } else { &mut list.strong };
                side.extend(automaton.numbers.get(pattern_id.as_usize()));
            } else if let Some(byte) = byte {
                next.extend(step(place, byte));
            }
        }
        list.strong.sort_unstable();
        list.weak.sort_unstable();
        let list = self.intern_list(list);
        let places = self.sets.closure(&automaton.nfa, &next, None);
        let asserts = |id: &StateID| matches!(automaton.nfa.state(*id), State::Look { .. });
        let before = match byte {
            Some(byte) if places.iter().any(asserts) => Before::after(byte),
            _ => Before::Other,
        };
        let way = self.intern(automaton, places, before, list);
        if let Some(entry) = self.table.get_mut(state as usize + class) {
            *entry = way;
        }
        way
    }

    fn intern_list(&mut self, list: List) -> u32 {
        if list.strong.is_empty() && list.weak.is_empty() {
            return 0;
        }
        if let Some(&known) = self.by_list.get(&list) {
            return known;
        }
        let number = u32::try_from(self.lists.len()).unwrap_or(0);
        self.lists.push(list.clone());
        self.by_list.insert(list, number);
        number
    }

    fn intern(&mut self, automaton: &Automaton, places: Vec<StateID>, before: Before, list: u32) -> u32 {
        let special = if list != 0 || places.is_empty() { SPECIAL } else { 0 };
        let key = (places.into_boxed_slice(), before, list);
        if let Some(&known) = self.by_key.get(&key) {
            return known | special;
        }
        let row = self.table.len();
        self.table.resize(row + automaton.row, UNKNOWN);
        let state = u32::try_from(row + 1).unwrap_or(0);
        if let (Some(number), Ok(known)) = (self.table.get_mut(row), u32::try_from(self.states.len())) {
            *number = known;
        }
        self.states.push(Known { places: key.0.clone(), before, list });
        self.by_key.insert(key, state);
        state | special
    }
}
