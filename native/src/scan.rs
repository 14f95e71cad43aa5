//! Where in a text is something that has the form of a pattern? The patterns made ready, and what they find before
//! anything is weighed.

use std::sync::Mutex;

use crate::automaton::Walker;
use crate::context::{Context, Owner, Words};
use crate::pattern::{Pattern, Spec};
use crate::places::{Form, Places, Sink, Walkers};
use crate::view::{Near, View};

/// One thing that has the form of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hit {
    /// Which pattern, in the order given.
    pub pattern: usize,
    /// First byte.
    pub start: usize,
    /// One past the last byte: of the validated part, where a check confirms one.
    pub end: usize,
    /// One past the last byte of the validated part.
    pub validated: Option<usize>,
}

/// Every pattern, made ready to be looked for at once.
pub struct Patterns {
    pub(crate) all: Vec<Pattern>,
    pub(crate) owners: Vec<Owner>,
    pub(crate) words: Words,
    pub(crate) places: Places,
    walkers: Mutex<Vec<Walkers>>,
}

impl Patterns {
    /// Checks all patterns and puts them together; none is weak, no word speaks for or against any.
    ///
    /// # Errors
    /// The sentence of the first one that cannot be compiled; it names the category.
    pub fn new(specs: &[Spec]) -> Result<Self, String> {
        Self::with_context(specs, &[], &[])
    }

    /// The same, with what is said of each pattern (by its place in `owners`) and of each category.
    ///
    /// # Errors
    /// As `new`.
    pub fn with_context(specs: &[Spec], owners: &[Owner], contexts: &[Context]) -> Result<Self, String> {
        let all = specs.iter().map(Pattern::new).collect::<Result<Vec<_>, _>>()?;
        let alone = |index: usize| Owner { category: index, weak: false, label: false, rank: index };
        let owners: Vec<Owner> =
            (0..all.len()).map(|index| owners.get(index).copied().unwrap_or_else(|| alone(index))).collect();
        let weak: Vec<bool> = owners.iter().map(|owner| owner.weak).collect();
        let places = Places::new(&all, &weak)?;
        Ok(Self { all, owners, words: Words::new(contexts), places, walkers: Mutex::new(Vec::new()) })
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

    /// Hits in a text, by start, whatever words stand beside them. Forms that a check must confirm and does not are
    /// left out.
    #[must_use]
    pub fn text(&self, text: &[u8]) -> Vec<Hit> {
        self.text_and_work(text).0
    }

    /// The same, and how many bytes were walked over for it.
    #[must_use]
    pub fn text_and_work(&self, text: &[u8]) -> (Vec<Hit>, u64) {
        let mut raw = Raw { patterns: self, free: vec![0; self.len()], seen: Vec::new(), hits: Vec::new() };
        let work = self.pass(text, &mut raw);
        raw.hits.sort_unstable_by_key(|hit| (hit.start, hit.pattern));
        (raw.hits, work)
    }

    /// One pass over a text; how many bytes were walked over.
    pub(crate) fn pass(&self, text: &[u8], sink: &mut impl Sink) -> u64 {
        self.walking(|walkers| {
            let before = walkers.steps();
            self.places.each(walkers, text, sink);
            walkers.steps() - before
        })
    }

    /// Lends walkers, which keep what they learn of the patterns from one text to the next.
    pub(crate) fn walking<T>(&self, work: impl FnOnce(&mut Walkers) -> T) -> T {
        let kept = self.walkers.lock().ok().and_then(|mut kept| kept.pop());
        let mut walkers = kept.unwrap_or_else(|| self.places.walkers());
        let result = work(&mut walkers);
        if let Ok(mut kept) = self.walkers.lock() {
            kept.push(walkers);
        }
        result
    }

    /// Calls `found` with each pattern that a walk met and the end of its longest form; weak ones only where wanted.
    pub(crate) fn longest(
        &self,
        form: &Form<'_>,
        seen: &mut Vec<u32>,
        weak: bool,
        mut found: impl FnMut(usize, &Pattern, usize),
    ) {
        let several = form.walker.ends.len() > 1;
        seen.clear();
        for &(list, end) in form.walker.ends.iter().rev() {
            let Some(list) = form.walker.list(list) else {
                continue;
            };
            for &number in list.strong.iter().chain(if weak { list.weak.as_slice() } else { &[] }) {
                if several {
                    if seen.contains(&number) {
                        continue;
                    }
                    seen.push(number);
                }
                let index = number as usize;
                let led = form.literal.is_none_or(|literal| {
                    self.places.literals.as_ref().is_some_and(|literals| literals.lead(literal, number))
                });
                // What led here is a digit, and a form without it was only met because of another one's beginning.
                let led = led && end > form.start + form.reach;
                if let Some(pattern) = self.all.get(index).filter(|pattern| led && pattern.lead >= form.reach) {
                    found(index, pattern, end);
                }
            }
        }
    }
}

struct Raw<'a> {
    patterns: &'a Patterns,
    free: Vec<usize>,
    seen: Vec<u32>,
    hits: Vec<Hit>,
}

impl Sink for Raw<'_> {
    fn weak(&mut self, _: &View<'_>, _: usize, _: usize, _: &Near<'_>) -> bool {
        true
    }

    fn forms(&mut self, form: &Form<'_>) {
        let text = form.view.text;
        let (free, hits, start) = (&mut self.free, &mut self.hits, form.start);
        self.patterns.longest(form, &mut self.seen, true, |index, pattern, end| {
            let Some(free) = free.get_mut(index).filter(|free| start >= **free) else {
                return;
            };
            // What a check refused does not take its place: the next beginning may be right.
            let validated = pattern.validated(text, start, end);
            if validated.is_some() || !pattern.strict() {
                let end = validated.unwrap_or(end);
                *free = end;
                hits.push(Hit { pattern: index, start, end, validated });
            }
        });
    }
}

/// A walker's lists are cited only until its next walk.
pub(crate) fn only(walker: &Walker) -> Option<(u32, usize)> {
    match walker.ends.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}
