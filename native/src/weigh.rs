//! Which of the forms in a text are matches? Weak ones need a word before them, others may be spoken against; where
//! matches overlap, one stays.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::context::Window;
use crate::heard::Heard;
use crate::masks::WIDTH;
use crate::pattern::Pattern;
use crate::places::{Form, Sink};
use crate::scan::Patterns;
use crate::validate::secret::labelled::value_at;
use crate::view::{Near, View};

/// A match, in bytes of the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Match {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The category's place in the list of categories.
    pub category: usize,
    /// Whether a check confirmed it.
    pub validated: bool,
}

struct Candidate {
    found: Match,
    /// What decides between matches of equal worth: how near the word for it is, whether it is weak, its rank.
    doubt: (Reverse<Option<usize>>, bool, usize),
    /// Where the word for it ends.
    word: Option<usize>,
}

struct Weighing<'a> {
    patterns: &'a Patterns,
    free: Vec<usize>,
    seen: Vec<u32>,
    boosted: Vec<(u32, usize)>,
    candidates: Vec<Candidate>,
    heard: Heard,
}

impl Patterns {
    /// Matches in a text of lines, by start, apart from each other.
    #[must_use]
    pub fn matches(&self, text: &[u8]) -> Vec<Match> {
        let mut weighing = Weighing {
            patterns: self,
            free: vec![0; self.len()],
            seen: Vec::new(),
            boosted: Vec::new(),
            candidates: Vec::new(),
            heard: Heard::default(),
        };
        self.pass(text, &mut weighing);
        disjoint(weighing.candidates)
    }
}

impl Sink for Weighing<'_> {
    fn weak(&mut self, view: &View<'_>, place: usize, lead: usize, near: &Near<'_>) -> bool {
        self.heard.any(&self.patterns.words, view, place, lead, near)
    }

    fn forms(&mut self, form: &Form<'_>) {
        let Self { patterns, free, seen, boosted, candidates, heard } = self;
        let (view, text) = (form.view, form.view.text);
        let mut window: Option<Window> = None;
        let lists = form.walker.ends.iter().filter_map(|&(list, _)| form.walker.list(list));
        let mut weak = lists.into_iter().any(|list| !list.weak.is_empty());
        let mut asked = false;
        if weak {
            heard.boosted(&patterns.words, view, form.start, boosted);
            (asked, weak) = (true, !boosted.is_empty());
        }
        patterns.longest(form, seen, weak, |index, pattern: &Pattern, end| {
            let (Some(owner), Some(free)) = (patterns.owners.get(index), free.get_mut(index)) else {
                return;
            };
            let told = |boosted: &[(u32, usize)]| {
                let own = boosted.iter().filter(|(category, _)| *category as usize == owner.category);
                own.map(|&(_, nearness)| nearness).max()
            };
            if form.start < *free || (owner.weak && told(boosted).is_none()) {
                return;
            }
            let validated = pattern.validated(text, form.start, end);
            if validated.is_none() && pattern.strict() {
                return;
            }
            let before = window.get_or_insert_with(|| Window::before(text, form.start));
            if patterns.words.refuted(before, owner.category) {
                return;
            }
            if !asked {
                heard.boosted(&patterns.words, view, form.start, boosted);
                asked = true;
            }
            let end = validated.unwrap_or(end);
            *free = end;
            let mut found = Match { start: form.start, end, category: owner.category, validated: validated.is_some() };
            if owner.label {
                // Only a word says what it is: a category that knows the value's own form goes before.
                found.validated = false;
                found.start = value_at(text, form.start, end).unwrap_or(form.start);
                let value = text.get(found.start..end).unwrap_or_default();
                match patterns.words.value(value, owner.category).filter(|&length| length > 0) {
                    Some(length) => found.end = found.start + length,
                    None => return,
                }
            }
            let nearness = told(boosted);
            let word = nearness.map(|nearness| nearness / WIDTH);
            candidates.push(Candidate { found, word, doubt: (Reverse(nearness), owner.weak, owner.rank) });
        });
    }
}

/// Of matches that overlap, the validated one stays, then the longer one, then the less doubtful one. A word speaks for
/// the first value behind it, and for those that are listed with it.
fn disjoint(mut candidates: Vec<Candidate>) -> Vec<Match> {
    candidates.sort_by_key(|candidate| {
        let Match { start, end, validated, .. } = candidate.found;
        (!validated, usize::MAX - (end - start), start, candidate.doubt)
    });
    let mut kept: BTreeMap<usize, Candidate> = BTreeMap::new();
    for candidate in candidates {
        let before = kept.range(..candidate.found.end).next_back();
        if before.is_none_or(|(_, other)| other.found.end <= candidate.found.start) {
            kept.insert(candidate.found.start, candidate);
        }
    }
    let mut last: Option<(usize, usize)> = None; // the word of the match before, and where that ends
    let mut told = Vec::with_capacity(kept.len());
    for Candidate { found, word, doubt: (_, weak, _) } in kept.into_values() {
        let used = last.filter(|&(spent, _)| word == Some(spent));
        if weak && used.is_some_and(|(_, end)| found.start > end + LISTED) {
            continue;
        }
        last = word.map(|word| (word, found.end)).or(last);
        told.push(found);
    }
    told
}

/// Characters between two values of one list: ` or `, ` und `.
const LISTED: usize = 6;
