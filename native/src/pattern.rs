//! What may a category say about its form? A pattern is data: an anchor, a regular expression, the name of a check.

use std::error::Error;

use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::util::syntax;

use crate::reach::{Opening, letters, opening};
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
    /// For the anchor `digits`: how many bytes the match may begin before its first digit.
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
    /// At any byte: the slow road.
    Anywhere,
}

/// Every anchor, in the order of their numbers.
pub const ANCHORS: [Anchor; 6] =
    [Anchor::Digits, Anchor::At, Anchor::Colon, Anchor::Literal, Anchor::Word, Anchor::Anywhere];

/// A pattern that was checked. Its regular expression lives in the automaton of its anchor.
pub struct Pattern {
    /// Where candidates begin.
    pub anchor: Anchor,
    /// Bytes that the match may begin before the first digit.
    pub lead: usize,
    /// The expression as its author wrote it.
    pub regex: String,
    /// Words that a match may begin with, for the anchor `literal`.
    pub literals: Vec<String>,
    /// How each of them can stand in a text.
    pub openings: Vec<Opening>,
    /// Letters and digits that a match begins with, as many as are counted.
    pub letters: u32,
    keep_unvalidated: bool,
    check: Option<Validator>,
}

/// Nothing longer is looked for: without a limit, hostile text makes the rest be read again and again.
pub const LONGEST: usize = 512;

// Room for one pattern: a large counted repetition over large classes is refused rather than filling the memory.
const NFA_BYTES: usize = 1 << 20;

impl Pattern {
    /// Checks one pattern; the error is a sentence about it that names the category.
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
        let nfa = compile(std::slice::from_ref(&spec.regex)).map_err(|error| fail(reason(&*error)))?;
        if nfa.has_empty() {
            return Err(fail("the regular expression matches the empty text".to_owned()));
        }
        Ok(Self {
            anchor,
            lead: spec.lead,
            regex: spec.regex.clone(),
            literals: spec.literals.clone(),
            openings: spec.literals.iter().map(|literal| opening(&nfa, literal.as_bytes())).collect(),
            letters: letters(&nfa, anchor == Anchor::Word),
            keep_unvalidated: spec.keep_unvalidated,
            check,
        })
    }

    /// Where the validated part of a form ends; `None` where the check refuses it or there is no check.
    #[must_use]
    pub fn validated(&self, text: &[u8], start: usize, end: usize) -> Option<usize> {
        self.check.and_then(|check| check(text, start, end)).filter(|stop| (start..=end).contains(stop))
    }

    /// Whether there is a check.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        self.check.is_some()
    }

    /// Whether a form counts only when a check confirms it.
    #[must_use]
    pub fn strict(&self) -> bool {
        self.check.is_some() && !self.keep_unvalidated
    }
}

/// Several expressions over bytes as one machine, each with its own number.
pub(crate) fn compile(regexes: &[String]) -> Result<NFA, Box<thompson::BuildError>> {
    let syntax = syntax::Config::new().unicode(false).utf8(false);
    let config = thompson::Config::new()
        .utf8(false)
        .which_captures(WhichCaptures::None)
        .nfa_size_limit(Some(NFA_BYTES * regexes.len()));
    thompson::Compiler::new().syntax(syntax).configure(config).build_many(regexes).map_err(Box::new)
}

fn reason(error: &dyn Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    let text = deepest.to_string();
    let last = text.lines().last().unwrap_or_default().trim();
    format!("bad regular expression: {last}")
}
