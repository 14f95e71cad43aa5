//! What may a category say about its form? A pattern is data: an anchor, a regular expression, the name of a check.

use regex_automata::dfa::Automaton;
use regex_automata::dfa::dense::{self, DFA};
use regex_automata::meta::Regex;
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

use crate::validate::{self, Validator};

/// A pattern as its author wrote it.
pub struct Spec {
    /// Category it belongs to; named in every refusal.
    pub id: String,
    /// `digits`, `at`, `colon`, `word`, `literal` or `anywhere`.
    pub anchor: String,
    /// For the anchor `literal`: how the match begins.
    pub literals: Vec<String>,
    /// Matched from the anchor on, over bytes (ASCII classes), without look-around but `\b`, `^` and `$`.
    pub regex: String,
    /// For the anchor `digits`: how many bytes the match may begin before the first digit.
    pub lead: usize,
    /// A name that `validate::by_name` knows.
    pub validator: Option<String>,
    /// A candidate that the validator refuses is still reported, as not validated.
    pub keep_unvalidated: bool,
}

/// Where candidates of a pattern begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anchor {
    /// At the first digit of a run, or up to `lead` bytes before.
    Digits,
    /// At the local part that leads to an `@`.
    At,
    /// At a run of hexadecimal digits and colons.
    Colon,
    /// At one of the literals.
    Literal,
    /// At the first of a run of letters and digits.
    Word,
    /// Where the regular expression finds itself: the slow road.
    Anywhere,
}

/// A pattern made ready.
pub struct Pattern {
    /// Where candidates begin.
    pub anchor: Anchor,
    /// See `Spec::lead`.
    pub lead: usize,
    /// See `Spec::keep_unvalidated`.
    pub keep_unvalidated: bool,
    check: Option<Validator>,
    form: Form,
}

enum Form {
    Here(Box<DFA<Vec<u32>>>),
    Anywhere(Box<Regex>),
}

// Nothing we look for is longer; without a limit, hostile text makes one pattern read the rest again and again.
const LONGEST_LITERAL: usize = 16 * 1024;
const LONGEST: usize = 512;

// Room for one pattern: a large counted repetition over large classes is refused rather than filling the memory.
const DFA_BYTES: usize = 4 << 20;
const NFA_BYTES: usize = 1 << 20;

impl Pattern {
    /// Compiles one pattern; the error is a sentence about it that names the category.
    ///
    /// # Errors
    /// An unknown anchor or validator, a bad or too large regular expression, literals missing or out of place.
    pub fn new(spec: &Spec) -> Result<Self, String> {
        let fail = |what: String| format!("category {}: {what}", spec.id);
        let anchor = match spec.anchor.as_str() {
            "digits" => Anchor::Digits,
            "at" => Anchor::At,
            "colon" => Anchor::Colon,
            "literal" => Anchor::Literal,
            "word" => Anchor::Word,
            "anywhere" => Anchor::Anywhere,
            other => return Err(fail(format!("unknown anchor {other:?}"))),
        };
        if (anchor == Anchor::Literal) == spec.literals.is_empty() {
            return Err(fail("literals belong to the anchor literal, and it needs one".to_owned()));
        }
        if spec.literals.iter().any(|literal| literal.len() < 2) {
            return Err(fail("a literal needs two characters or more".to_owned()));
        }
        if spec.lead > 20 || (spec.lead > 0 && anchor != Anchor::Digits) {
            return Err(fail("lead is 0 to 20 and belongs to the anchor digits".to_owned()));
        }
        let check = match &spec.validator {
            None => None,
            Some(name) => Some(validate::by_name(name).ok_or_else(|| fail(format!("unknown validator {name:?}")))?),
        };
        let syntax = syntax::Config::new().unicode(false).utf8(false);
        let nfa = thompson::Config::new().utf8(false).nfa_size_limit(Some(NFA_BYTES));
        let form = if anchor == Anchor::Anywhere {
            let config = Regex::config().utf8_empty(false).nfa_size_limit(Some(NFA_BYTES));
            let regex = Regex::builder().syntax(syntax).configure(config).build(&spec.regex);
            Form::Anywhere(Box::new(regex.map_err(|error| fail(reason(&error)))?))
        } else {
            let config = dense::Config::new()
                .start_kind(regex_automata::dfa::StartKind::Anchored)
                .dfa_size_limit(Some(DFA_BYTES))
                .determinize_size_limit(Some(2 * DFA_BYTES));
            let dfa = dense::Builder::new().syntax(syntax).thompson(nfa).configure(config).build(&spec.regex);
            Form::Here(Box::new(dfa.map_err(|error| fail(reason(&error)))?))
        };
        let pattern = Self { anchor, lead: spec.lead, keep_unvalidated: spec.keep_unvalidated, check, form };
        if pattern.matches_nothing() {
            return Err(fail("the regular expression matches the empty text".to_owned()));
        }
        Ok(pattern)
    }

    fn matches_nothing(&self) -> bool {
        match &self.form {
            Form::Here(_) => self.end_from(b"", 0).is_some(),
            Form::Anywhere(regex) => regex.is_match(""),
        }
    }

    /// Where the form ends when it begins exactly at `start`, on one line.
    #[must_use]
    pub fn end_from(&self, text: &[u8], start: usize) -> Option<usize> {
        let Form::Here(dfa) = &self.form else {
            return None;
        };
        let longest = if self.anchor == Anchor::Literal { LONGEST_LITERAL } else { LONGEST };
        let mut limit = text.len().min(start.saturating_add(longest));
        loop {
            if start > limit {
                return None;
            }
            let input = Input::new(text).span(start..limit).anchored(Anchored::Yes);
            let end = dfa.try_search_fwd(&input).ok().flatten()?.offset();
            match text.get(start..end).and_then(|found| memchr::memchr(b'\n', found)) {
                Some(newline) if limit > start + newline => limit = start + newline,
                _ => return Some(end),
            }
        }
    }

    /// The next form at or after `start`, for the anchor `anywhere`.
    #[must_use]
    pub fn find(&self, text: &[u8], start: usize) -> Option<(usize, usize)> {
        let Form::Anywhere(regex) = &self.form else {
            return None;
        };
        let found = regex.find(Input::new(text).span(start.min(text.len())..text.len()))?;
        Some((found.start(), found.end()))
    }

    /// Where the validated part of a form ends; `None` where the check refuses it or there is no check.
    #[must_use]
    pub fn validated(&self, text: &[u8], start: usize, end: usize) -> Option<usize> {
        self.check.and_then(|check| check(text, start, end)).filter(|stop| (start..=end).contains(stop))
    }

    /// Whether a form counts only when a check confirms it.
    #[must_use]
    pub fn strict(&self) -> bool {
        self.check.is_some() && !self.keep_unvalidated
    }
}

fn reason(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    let text = deepest.to_string();
    let last = text.lines().last().unwrap_or_default().trim();
    format!("bad regular expression: {last}")
}
