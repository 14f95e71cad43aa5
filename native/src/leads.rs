//! How far before its first digit can a pattern begin? Told from its first byte and from the byte right before the digit.

use std::collections::BTreeMap;

use regex_automata::nfa::thompson::NFA;
use regex_automata::util::primitives::{PatternID, StateID};

use crate::closure::{BEFORE, Before, SIDES, Sets, digits_on, each_way, is_word, ways_of};

/// Distances, one bit each: where only letters and `_` stand between, and where something else does, the first byte
/// included.
type Distances = [u32; 2];
/// By the byte right before the digit.
type Lasts = Vec<Distances>;
/// The byte right before a digit, its distance, and that as a bit.
type Digit = (u8, usize, Distances);

/// The distances at which patterns can begin; never says no where one can.
pub struct Leads {
    /// `groups[before][byte]`: the place in `lasts` of what is possible behind this first byte.
    groups: [[u16; 256]; 3],
    lasts: Vec<Lasts>,
    /// The distances at which a pattern can begin with a word's first byte, by the byte right before the digit.
    words: [u32; 256],
    /// The distances at which a pattern can begin with a byte that is no word's first one.
    others: [u32; 256],
    /// The largest distance.
    pub most: usize,
    /// The same of patterns that begin inside a word or with a byte of ASCII that is no word's.
    pub loose: usize,
    /// Whether one begins with a byte that is not ASCII.
    pub high: bool,
}

impl Leads {
    /// Of all patterns of a machine; `leads` says for each how many bytes it may begin before a digit.
    #[must_use]
    pub fn new(nfa: &NFA, sets: &mut Sets, leads: &[usize]) -> Self {
        // For each first byte what the patterns together allow.
        let mut table: BTreeMap<(usize, u8), Lasts> = BTreeMap::new();
        for (index, &lead) in leads.iter().enumerate().filter(|&(_, &lead)| lead > 0) {
            if let Some(start) = PatternID::new(index).ok().and_then(|id| nfa.start_pattern(id)) {
                of_one(nfa, sets, start, lead.min(31), &mut table);
            }
        }
        let mut new = Self {
            groups: [[0; 256]; 3],
            lasts: vec![vec![[0; 2]; 256]],
            words: [0; 256],
            others: [0; 256],
            most: 0,
            loose: 0,
            high: false,
        };
        let mut known: BTreeMap<Lasts, u16> = BTreeMap::new();
        for ((before, byte), lasts) in table {
            let all = lasts.iter().flatten().fold(0, |all, distances| all | distances);
            let most = all.checked_ilog2().map_or(0, |most| most as usize);
            new.most = new.most.max(most);
            if byte >= 0x80 {
                new.high = true;
            } else if before == Before::Word as usize || !is_word(byte) {
                new.loose = new.loose.max(most);
                new.others.get_mut(usize::from(byte)).into_iter().for_each(|others| *others |= all);
            } else {
                for (words, [inside, apart]) in new.words.iter_mut().zip(&lasts) {
                    *words |= inside | apart;
                }
            }
            let number = *known.entry(lasts).or_insert_with_key(|lasts| {
                new.lasts.push(lasts.clone());
                u16::try_from(new.lasts.len() - 1).unwrap_or(u16::MAX)
            });
            if let Some(slot) = new.groups.get_mut(before).and_then(|row| row.get_mut(usize::from(byte))) {
                *slot = number;
            }
        }
        new
    }

    /// The distances at which any pattern can begin with a word, one bit each, with this byte right before the digit.
    #[inline]
    #[must_use]
    pub fn words(&self, last: u8) -> u32 {
        self.words.get(usize::from(last)).copied().unwrap_or(u32::MAX)
    }

    /// Whether a pattern can begin with this byte, which is not a word's first one, so far before a digit.
    #[inline]
    #[must_use]
    pub fn other(&self, byte: u8, distance: usize) -> bool {
        self.others.get(usize::from(byte)).is_none_or(|others| others >> distance & 1 == 1)
    }

    /// Whether a pattern can begin with this byte, so far before a digit; `apart`: the digit is in another word.
    #[inline]
    #[must_use]
    pub fn possible(&self, before: Before, byte: u8, distance: usize, last: u8, apart: bool) -> bool {
        let group = self.groups.get(before as usize).and_then(|row| row.get(usize::from(byte))).copied().unwrap_or(0);
        let lasts = self.lasts.get(usize::from(group)).and_then(|lasts| lasts.get(usize::from(last)));
        lasts.is_none_or(|distances| distances.get(usize::from(apart)).is_none_or(|bits| bits >> distance & 1 == 1))
    }
}

/// Notes at which distances the first digit of one pattern may stand.
fn of_one(nfa: &NFA, sets: &mut Sets, start: StateID, lead: usize, table: &mut BTreeMap<(usize, u8), Lasts>) {
    let mut known: BTreeMap<(Vec<StateID>, bool), Vec<Digit>> = BTreeMap::new();
    for before in BEFORE {
        for (after, bytes) in SIDES {
            let places = sets.closure(nfa, &[start], Some((before, after)));
            for (next, bytes) in ways_of(nfa, &places, bytes) {
                let word = after.is_some_and(is_word);
                let found =
                    known.entry((next, word)).or_insert_with_key(|(next, word)| beyond(nfa, sets, next, *word, lead));
                for &byte in &bytes {
                    let lasts = table.entry((before as usize, byte)).or_insert_with(|| vec![[0; 2]; 256]);
                    if byte.is_ascii_digit() {
                        // In the middle of a number: digits may stand between there and the next number.
                        let all = u32::try_from((2_u64 << lead) - 2).unwrap_or(u32::MAX);
                        lasts.iter_mut().flatten().for_each(|distances| *distances |= all);
                        continue;
                    }
                    for &(last, distance, distances) in found.iter() {
                        // One byte before the digit is the first byte itself.
                        let last = if distance == 1 { byte } else { last };
                        if let Some([inside, apart]) = lasts.get_mut(usize::from(last)) {
                            *inside |= distances[0];
                            *apart |= distances[1];
                        }
                    }
                }
            }
        }
    }
}

/// Where a digit may stand behind a first byte, a word's or not: the byte right before it, the distance, and that as
/// a bit.
fn beyond(nfa: &NFA, sets: &mut Sets, first: &[StateID], word: bool, lead: usize) -> Vec<Digit> {
    let mut found = Vec::new();
    // A place, whether something that is no word's has been passed, and the bytes that lead there.
    let mut open: BTreeMap<(StateID, bool), Vec<u8>> = first.iter().map(|&id| ((id, !word), vec![0])).collect();
    for distance in 1..=lead {
        let mut next: BTreeMap<(StateID, bool), Vec<u8>> = BTreeMap::new();
        for ((id, apart), came) in &open {
            let places = sets.reached(nfa, &[*id]);
            if !digits_on(nfa, &places).is_empty() {
                let bit = 1_u32 << distance;
                let bits = if *apart { [0, bit] } else { [bit, 0] };
                found.extend(came.iter().filter(|&&last| last != b'\n').map(|&last| (last, distance, bits)));
            }
            each_way(nfa, &places, |low, high, to| {
                for byte in (low..=high).filter(|byte| !byte.is_ascii_digit() && *byte != b'\n') {
                    let bytes = next.entry((to, *apart || !is_word(byte))).or_default();
                    if !bytes.contains(&byte) {
                        bytes.push(byte);
                    }
                }
            });
        }
        open = next;
    }
    found
}
