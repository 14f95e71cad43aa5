//! Is it a number of years that somebody has lived, or a number of something else?

use super::Table;
use super::beside::{after, before};

/// Names of this file's checks.
pub const TABLE: Table = &[("age", age), ("age_said", age_said)];

const OLDEST: u32 = 119;
// What ages of machines and amounts are counted in.
const UNITS: &[&[u8]] = &[
    b"ms",
    b"s",
    b"sec",
    b"secs",
    b"second",
    b"seconds",
    b"min",
    b"mins",
    b"minute",
    b"minutes",
    b"h",
    b"hour",
    b"hours",
    b"day",
    b"days",
    b"week",
    b"weeks",
    b"px",
    b"pt",
    b"kb",
    b"mb",
    b"gb",
    b"percent",
    b"points",
    b"items",
    b"times",
    b"people",
    b"users",
    b"requests",
    b"eur",
    b"usd",
];

// Words for it in the languages of the shipped categories, and what may stand between them and the number.
const SAID: &[&str] = &["age", "aged", "alter", "edad", "idade", "leeftijd", "wiek", "wieku", "alder", "umur", "usia"];
const BETWEEN: &[&str] = &["is", "of", "was", "von", "de", "at"];

/// The same, right behind a word for it: `age: 34`, `"age": 34`, `aged 34`, `im Alter von 34`.
#[must_use]
pub fn age_said(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let window = text.get(start.saturating_sub(24)..start)?.to_ascii_lowercase();
    // PostgreSQL's tsvector tells where a word stands, as `'age':4`: a place in a text is no age.
    if window.ends_with(b"':") {
        return None;
    }
    let line = window.rsplit(|&byte| byte == b'\n' || byte.is_ascii_digit()).next()?;
    let mut words = line.rsplit(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let mut word = words.next()?;
    if BETWEEN.iter().any(|between| between.as_bytes() == word) {
        word = words.next()?;
    }
    SAID.iter().any(|said| said.as_bytes() == word).then(|| age(text, start, end)).flatten()
}

/// A whole number from 1 to 119 that stands alone: no part of a decimal number, a date or a range of something, and no
/// unit but years behind it.
#[must_use]
pub fn age(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let digits = text.get(start..end)?.iter().take_while(|byte| byte.is_ascii_digit());
    let (years, count) =
        digits.fold((0_u32, 0_u32), |(n, count), &d| (n * 10 % 10_000 + u32::from(d - b'0'), count + 1));
    let number = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_digit());
    let second = start.checked_sub(1).and_then(|place| before(text, place));
    let ahead = match before(text, start) {
        Some(b'.' | b',' | b'-' | b'/' | b':') => number(second),
        Some(b'$' | b'#' | b'+' | b'v') => true,
        _ => false,
    };
    let behind = match after(text, end, 0) {
        Some(b'.' | b',' | b'-' | b'/' | b':') => number(after(text, end, 1)),
        Some(b'%' | b'$') => true,
        _ => false,
    };
    let rest = text.get(end..).unwrap_or_default();
    let word = rest.strip_prefix(b" ").unwrap_or(rest);
    let length = word.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'%').count();
    let unit = word.get(..length).unwrap_or_default().to_ascii_lowercase();
    let counted = unit.starts_with(b"%") || UNITS.contains(&unit.as_slice());
    ((1..=3).contains(&count) && (1..=OLDEST).contains(&years) && !ahead && !behind && !counted).then_some(end)
}
