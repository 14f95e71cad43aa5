//! In which line, and between which characters, do the matches of a text stand? Bytes inside, characters outside.

use std::cell::OnceCell;

use memchr::{memchr_iter, memrchr};

use crate::plain::plain;
use crate::scan::Patterns;

/// A match in a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    /// Lines before it.
    pub line: usize,
    /// First character of the line.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// The category's place in the list of categories.
    pub category: usize,
    /// Whether a check confirmed it.
    pub validated: bool,
}

/// What a character is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Characters {
    /// A code point; half a surrogate pair is one, as in Python.
    Points,
    /// A code point, or one U+FFFD for bytes that are none.
    Replaced,
}

impl Patterns {
    /// Matches in lines that end with `\n`, by line and start. With `whole`, the text is one line, and a `\n` in it
    /// is a character that no match holds.
    #[must_use]
    pub fn lines(&self, text: &[u8], characters: Characters, whole: bool) -> Vec<Found> {
        let ascii = text.is_ascii();
        let made = if ascii { None } else { plain(text) };
        let matches = self.matches(made.as_ref().map_or(text, |plain| &plain.bytes));
        // Whether all of the text is UTF-8 is asked only where a part of it is not.
        let valid = OnceCell::new();
        let points = |bytes: &[u8]| {
            characters == Characters::Points
                || std::str::from_utf8(bytes).is_ok()
                || *valid.get_or_init(|| std::str::from_utf8(text).is_ok())
        };
        let count = |bytes: &[u8]| {
            if ascii || bytes.is_ascii() {
                bytes.len()
            } else if points(bytes) {
                bytes.iter().filter(|&&byte| !(0x80..0xc0).contains(&byte)).count()
            } else {
                bytes.utf8_chunks().map(|c| c.valid().chars().count() + usize::from(!c.invalid().is_empty())).sum()
            }
        };
        let between = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        let mut found = Vec::with_capacity(matches.len());
        let (mut line, mut place, mut column) = (0_usize, 0_usize, 0_usize); // column: characters before `place`
        for one in matches {
            let (start, end) = made.as_ref().map_or((one.start, one.end), |p| p.original(text, one.start, one.end));
            let passed = between(place, start);
            if let Some(newline) = memrchr(b'\n', passed).filter(|_| !whole) {
                line += memchr_iter(b'\n', passed).count();
                (place, column) = (place + newline + 1, 0);
            }
            let first = column + count(between(place, start));
            column = first + count(between(start, end));
            place = end;
            found.push(Found { line, start: first, end: column, category: one.category, validated: one.validated });
        }
        found
    }
}
