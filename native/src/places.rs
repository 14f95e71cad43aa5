//! Where in a text may a form begin? Digit runs, `@`, colons and words are met as bits of 64 bytes at a time, literals by
//! Aho-Corasick; only there the automata walk. Every byte begins at most one walk per anchor, and a walk is bounded,
//! so that time is linear in the text, whatever it is.

use crate::automaton::{Automaton, Part, Walker};
use crate::closure::Before;
use crate::literals::Literals;
use crate::masks::{Masks, WIDTH};
use crate::pattern::{ANCHORS, Anchor, LONGEST, Pattern};

/// What a literal leads to may be long, such as a token; but no byte is walked over twice for that.
const LONGEST_LITERAL: usize = 16 * 1024;

/// The patterns of each anchor, put together.
pub struct Places {
    automata: Vec<Option<Automaton>>,
    /// The largest lead of any pattern, and of those that may begin otherwise than at a word's beginning.
    lead: usize,
    loose: usize,
    /// Words and where they lead.
    pub literals: Option<Literals>,
}

/// One walker per anchor.
pub struct Walkers(Vec<Option<Walker>>);

/// Forms that begin at one place.
pub struct Form<'a> {
    /// What led there.
    pub anchor: Anchor,
    /// First byte.
    pub start: usize,
    /// How far before a digit it is; patterns of a smaller lead are not meant.
    pub reach: usize,
    /// `walker.ends` says which patterns end where.
    pub walker: &'a Walker,
    /// With a literal, only the patterns that it leads to are meant.
    pub literal: Option<usize>,
}

/// Takes what the walks find.
pub trait Sink {
    /// Forms begin at one place of the text; places do not rise from one anchor to the other.
    fn forms(&mut self, text: &[u8], form: &Form<'_>);
}

impl Places {
    /// Puts the patterns together; `weak` has one answer per pattern.
    ///
    /// # Errors
    /// The sentence of the compiler.
    pub fn new(patterns: &[Pattern], weak: &[bool]) -> Result<Self, String> {
        let mut automata = Vec::new();
        for anchor in ANCHORS {
            let numbered = (0_u32..).zip(patterns).zip(weak).filter(|((_, pattern), _)| pattern.anchor == anchor);
            let parts: Vec<Part> = numbered
                .map(|((number, pattern), &weak)| Part {
                    number,
                    weak,
                    lead: pattern.lead,
                    regex: pattern.regex.clone(),
                })
                .collect();
            automata.push(if parts.is_empty() { None } else { Some(Automaton::new(&parts)?) });
        }
        let mut places = Self { automata, lead: 0, loose: 0, literals: Literals::new(patterns) };
        if let Some(digits) = places.automaton(Anchor::Digits) {
            (places.lead, places.loose) = (digits.lead(), digits.loose());
        }
        Ok(places)
    }

    /// Walkers for these patterns.
    #[must_use]
    pub fn walkers(&self) -> Walkers {
        Walkers(self.automata.iter().map(|automaton| automaton.as_ref().map(Automaton::walker)).collect())
    }

    fn automaton(&self, anchor: Anchor) -> Option<&Automaton> {
        self.automata.get(anchor as usize).and_then(Option::as_ref)
    }

    /// Gives the sink every form in the text but those that a literal leads to. `around` begins with the text and may
    /// go on behind it.
    pub fn each(&self, walkers: &mut Walkers, text: &[u8], around: &[u8], sink: &mut impl Sink) {
        let mut pass = Pass { places: self, text, done: 0, colons_done: 0, starts: 0 };
        let words = self.automaton(Anchor::Word).is_some();
        let (mut digit, mut word, mut letter) = (0_u64, 0_u64, 0_u64);
        for base in (0..text.len()).step_by(WIDTH) {
            let masks = Masks::of(around, base).first(text.len() - base);
            let starts = masks.word & !(masks.word << 1 | word);
            pass.starts = u128::from(starts) << 64 | pass.starts >> 64;
            let runs = masks.digits & !(masks.digits << 1 | digit);
            let letters = masks.word & !masks.underscore;
            let mut anchors = runs | masks.at | masks.colon;
            while anchors != 0 {
                let bit = anchors.trailing_zeros();
                anchors &= anchors - 1;
                let place = base + bit as usize;
                if runs >> bit & 1 == 1 {
                    pass.digits(walkers, place, bit, sink);
                } else if masks.at >> bit & 1 == 1 {
                    pass.at(walkers, place, sink);
                } else {
                    pass.colon(walkers, place, sink);
                }
            }
            if words {
                let mut beginnings = letters & !(letters << 1 | letter);
                while beginnings != 0 {
                    pass.walk(walkers, Anchor::Word, base + beginnings.trailing_zeros() as usize, sink);
                    beginnings &= beginnings - 1;
                }
            }
            (digit, word, letter) = (masks.digits >> 63, masks.word >> 63, letters >> 63);
        }
        if self.automaton(Anchor::Anywhere).is_some() {
            for place in 0..text.len() {
                pass.walk(walkers, Anchor::Anywhere, place, sink);
            }
        }
    }

    /// Gives the sink the forms that literals lead to, of which `found` has the beginnings, in the text's order.
    pub fn literal(
        &self,
        walkers: &mut Walkers,
        text: &[u8],
        found: impl Iterator<Item = (usize, usize)>,
        sink: &mut impl Sink,
    ) {
        let (Some(automaton), Some(walker)) = (self.automaton(Anchor::Literal), walkers.of(Anchor::Literal)) else {
            return;
        };
        let mut covered = 0_usize;
        for (start, literal) in found {
            let limit = if start >= covered { LONGEST_LITERAL } else { LONGEST };
            let before = walker.steps;
            walker.walk(automaton, text, start, limit);
            let far = usize::try_from(walker.steps - before).unwrap_or(LONGEST_LITERAL);
            if far > LONGEST {
                covered = covered.max(start + far);
            }
            if !walker.ends.is_empty() {
                sink.forms(text, &Form { anchor: Anchor::Literal, start, reach: 0, walker, literal: Some(literal) });
            }
        }
    }
}

impl Walkers {
    /// Lets go of what was learnt, where that has become too much.
    pub fn renew(&mut self, places: &Places) {
        for (walker, automaton) in self.0.iter_mut().zip(&places.automata) {
            if let (Some(walker), Some(automaton)) = (walker, automaton)
                && walker.is_full()
            {
                walker.forget(automaton);
            }
        }
    }

    /// The walker of an anchor, if it has patterns.
    #[must_use]
    pub fn get(&self, anchor: Anchor) -> Option<&Walker> {
        self.0.get(anchor as usize).and_then(Option::as_ref)
    }

    fn of(&mut self, anchor: Anchor) -> Option<&mut Walker> {
        self.0.get_mut(anchor as usize).and_then(Option::as_mut)
    }

    /// Bytes walked so far by all: the measure of work.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.0.iter().flatten().map(|walker| walker.steps).sum()
    }

    /// Whether a walk may give the lists new numbers.
    #[must_use]
    pub fn are_full(&self) -> bool {
        self.0.iter().flatten().any(Walker::is_full)
    }
}

/// One pass over one text.
struct Pass<'a> {
    places: &'a Places,
    text: &'a [u8],
    /// Beginnings before this one have been tried for digits.
    done: usize,
    colons_done: usize,
    /// Words begin at these of the 64 bytes before (low half) and of the 64 at hand (high half).
    starts: u128,
}

impl Pass<'_> {
    /// A run of digits begins at `place`, bit `bit` of the 64 at hand.
    fn digits(&mut self, walkers: &mut Walkers, place: usize, bit: u32, sink: &mut impl Sink) {
        let (Some(automaton), Some(walker)) = (self.places.automaton(Anchor::Digits), walkers.of(Anchor::Digits))
        else {
            return;
        };
        let back = self.places.lead.min(place - self.done);
        let window = self.starts.checked_shr(64 + bit - u32::try_from(back).unwrap_or(0)).unwrap_or(0);
        let mut begins = u32::try_from(window & ((1 << back) - 1)).unwrap_or(0);
        // Where the word begins that the digit is in: only some patterns reach over what stands before it.
        let begun = begins | u32::from(self.starts >> (64 + bit) & 1 == 1) << back;
        let word = begun.checked_ilog2().map_or(0, |last| place - back + last as usize);
        for distance in 1..=self.places.loose.min(back) {
            begins |= 1 << (back - distance);
        }
        begins |= 1 << back;
        while begins != 0 {
            let start = place - back + begins.trailing_zeros() as usize;
            begins &= begins - 1;
            let reach = place - start;
            let Some(&byte) = self.text.get(start) else {
                continue;
            };
            let before = Before::place(self.text, start);
            let most = if start < word { automaton.reach_apart(before, byte) } else { automaton.reach(before, byte) };
            if usize::from(most) > reach {
                walker.walk(automaton, self.text, start, LONGEST);
                if !walker.ends.is_empty() {
                    sink.forms(self.text, &Form { anchor: Anchor::Digits, start, reach, walker, literal: None });
                }
            }
        }
        self.done = place + 1;
    }

    fn at(&mut self, walkers: &mut Walkers, place: usize, sink: &mut impl Sink) {
        self.walk(walkers, Anchor::At, local_part(self.text, place), sink);
    }

    fn colon(&mut self, walkers: &mut Walkers, place: usize, sink: &mut impl Sink) {
        if place < self.colons_done || self.places.automaton(Anchor::Colon).is_none() {
            return;
        }
        let start = run_back(self.text, place, u8::is_ascii_hexdigit);
        self.colons_done = run(self.text, place, |b| b.is_ascii_hexdigit() || *b == b':');
        self.walk(walkers, Anchor::Colon, start, sink);
    }

    fn walk(&self, walkers: &mut Walkers, anchor: Anchor, start: usize, sink: &mut impl Sink) {
        let (Some(automaton), Some(walker)) = (self.places.automaton(anchor), walkers.of(anchor)) else {
            return;
        };
        let Some(&byte) = self.text.get(start) else {
            return;
        };
        if automaton.reach(Before::place(self.text, start), byte) > 0 {
            walker.walk(automaton, self.text, start, LONGEST);
            if !walker.ends.is_empty() {
                sink.forms(self.text, &Form { anchor, start, reach: 0, walker, literal: None });
            }
        }
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
