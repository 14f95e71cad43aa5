//! Is the value behind `password=`, `token:` or `Authorization:` a secret, or a variable, a type, a placeholder?

use super::base::base64;
use super::plausible::{self, drawn, holds, stand_in};

fn separates(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b':' | b'=' | b'>' | b',' | b';' | b'"' | b'\'' | b'`' | b'\\')
}

/// Where the value behind a label begins: past `Basic`, `Bearer` and the like; past an `is`; past the first mark such
/// as `:` or `=`, and the blanks and quotes behind it; or else past the first word. `datamap/recognise.py` cuts labels
/// off by the same rule.
#[must_use]
pub fn value_at(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let candidate = text.get(start..end)?;
    let behind = |from: usize| {
        let rest = candidate.get(from..)?;
        rest.iter().position(|&byte| !separates(byte)).map(|length| start + from + length)
    };
    let word = candidate.iter().position(|&byte| separates(byte))?;
    let first = candidate.get(..word)?;
    if SCHEMES.iter().any(|scheme| first.eq_ignore_ascii_case(scheme)) {
        return behind(word);
    }
    let said = candidate.get(word..)?.trim_ascii_start().strip_prefix(b"is");
    if let Some(rest) = said.filter(|rest| rest.first().is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b':'))
    {
        return behind(candidate.len() - rest.len());
    }
    let label = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || matches!(byte, b'_' | b'-' | b' ');
    let mark = candidate.iter().take(48).position(|byte| matches!(byte, b':' | b'=' | b'>' | b',' | b';'));
    let labelled = |head: &[u8]| head.iter().all(|byte| label(byte) || separates(*byte));
    match mark.filter(|&place| candidate.get(..place).is_some_and(labelled)) {
        Some(place) => behind(place),
        None => behind(word),
    }
}

/// Words that announce a credential without a mark behind them (RFC 9110, section 11.4).
const SCHEMES: &[&[u8]] = &[b"basic", b"bearer", b"ssws"];

/// The quote in front of the value, if there is one.
fn quote(text: &[u8], value: usize) -> Option<u8> {
    text.get(value.checked_sub(1)?).copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))
}

/// Where the value ends: at its closing quote, or, without one, before a mark that ends a statement.
fn value_end(text: &[u8], value: usize, end: usize) -> Option<usize> {
    let body = text.get(value..end)?;
    if let Some(mark) = quote(text, value) {
        return Some(value + body.iter().position(|&byte| byte == mark || byte == b'\\').unwrap_or(body.len()));
    }
    let ends = |byte: &u8| matches!(byte, b'&' | b';' | b',' | b'"' | b'\'' | b'`' | b'<' | b'\\');
    let body = body.get(..body.iter().position(ends).unwrap_or(body.len()))?;
    let kept = body.iter().rposition(|byte| !matches!(byte, b'.' | b')' | b']' | b'}' | b'?'))?;
    Some(value + kept + 1)
}

/// A password behind its label. Code names variables, types and calls in the same place, forms say `required`: so
/// letters alone are none, and one of digits alone has six or more.
#[must_use]
pub fn password(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let from = value_at(text, start, end)?;
    let stop = value_end(text, from, end)?;
    let value = text.get(from..stop)?;
    let quoted = quote(text, from).is_some();
    let letters = value.iter().any(u8::is_ascii_alphabetic) || !value.is_ascii();
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/') || *byte >= 0x80;
    let marks = value.iter().any(|byte| !plain(byte));
    let code = |byte: &u8| matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'|');
    // `bypass=`, `compass:`
    let other = text.get(start..).is_some_and(|label| label.get(4).is_some_and(|&byte| separates(byte)))
        && start.checked_sub(1).and_then(|place| text.get(place)).is_some_and(u8::is_ascii_lowercase);
    let refused = stand_in(value)
        || other
        || value.ends_with(b"?")
        || path(value)
        || address(value)
        || day(value)
        || (!quoted && (value.iter().any(code) || name(value) || holds(value, b"::")))
        || (stop == end
            && text.get(end).is_some_and(u8::is_ascii_graphic)
            && !text.get(end).is_some_and(|&byte| separates(byte)))
        || holds(value, b"://")
        || holds(value, b"{{")
        || holds(value, b"${");
    let enough = match (letters, digits, marks) {
        (true, 0, false) | (false, _, true) => false,
        (true, _, _) => value.len() >= 6,
        (false, count, false) => count >= 6 && count == value.len(),
    };
    (!refused && enough && value.len() <= 128).then_some(stop)
}

/// A name as programs write it, in parts joined by points or low lines: `settings.password2`, `DB_PASSWORD_2`.
fn name(value: &[u8]) -> bool {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let begins = |part: &[u8]| part.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    let one_case = !(value.iter().any(u8::is_ascii_uppercase) && value.iter().any(u8::is_ascii_lowercase));
    let joined = value.contains(&b'.') || (value.contains(&b'_') && one_case);
    joined && value.split(|&byte| byte == b'.').all(|part| begins(part) && part.iter().all(word))
}

fn path(value: &[u8]) -> bool {
    matches!(value, [b'/', ..] | [b'.' | b'~', b'/', ..] | [b'.', b'.', b'/', ..] | [_, b':', b'\\' | b'/', ..])
        || value.split(|&byte| byte == b'/').nth(2).is_some()
}

fn address(value: &[u8]) -> bool {
    let mut parts = value.split(|&byte| byte == b'@');
    let (local, host) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+');
    let ending = host.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    let dotted = ending.len() < host.len() && ending.len() >= 2 && ending.iter().all(u8::is_ascii_alphabetic);
    parts.next().is_none() && !local.is_empty() && dotted && local.iter().chain(host).all(plain)
}

fn day(value: &[u8]) -> bool {
    let form = value.iter().take(8).enumerate();
    value.len() >= 8
        && form
            .into_iter()
            .all(|(place, byte)| if matches!(place, 4 | 7) { *byte == b'-' } else { byte.is_ascii_digit() })
}

/// Words before a label that make its token one of a form, a page or a parser.
const OTHER_TOKENS: &[&[u8]] =
    &[b"csrf", b"xsrf", b"page", b"next", b"continuation", b"cursor", b"cancellation", b"publickey"];

/// A key or token behind its label, as mixed as what a machine has drawn. Calls and dotted names are not.
#[must_use]
pub fn secret(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let from = value_at(text, start, end)?;
    let stop = value_end(text, from, end)?;
    let value = text.get(from..stop)?;
    let before = text.get(start.saturating_sub(14)..start)?;
    let called = text.get(stop).is_some_and(|byte| matches!(byte, b'(' | b'['));
    let other = OTHER_TOKENS.iter().any(|word| holds(before, word));
    let dotted = value.contains(&b'.') && name(value) && !value.split(|&byte| byte == b'.').next().is_some_and(drawn);
    (!called && !other && !dotted && !stand_in(value) && !path(value) && !holds(value, b"example") && drawn(value))
        .then_some(stop)
}

/// A token told by its form and its label: the check of `token` on the value.
#[must_use]
pub fn token(text: &[u8], start: usize, end: usize) -> Option<usize> {
    plausible::token(text, value_at(text, start, end)?, end)
}

/// `Basic` and the base 64 of `user:password` (RFC 7617).
#[must_use]
pub fn basic_auth(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let from = value_at(text, start, end)?;
    let plain = base64(text.get(from..end)?)?;
    let plain = std::str::from_utf8(&plain).ok()?;
    let (user, password) = plain.split_once(':')?;
    let printed = !plain.chars().any(char::is_control);
    let bounded = text.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'+' | b'/' | b'='));
    let told = !user.is_empty() && password.len() >= 3 && !stand_in(password.as_bytes());
    (printed && bounded && told).then_some(end)
}
