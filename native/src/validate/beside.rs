//! What stands beside a candidate, and which digits are in it?

pub(crate) fn digit(byte: u8) -> Option<u8> {
    byte.is_ascii_digit().then(|| byte - b'0')
}

pub(crate) fn before(text: &[u8], start: usize) -> Option<u8> {
    text.get(start.checked_sub(1)?).copied()
}

pub(crate) fn after(text: &[u8], end: usize, distance: usize) -> Option<u8> {
    text.get(end.checked_add(distance)?).copied()
}

/// A point with a digit behind it: the candidate is the first part of a decimal number or of a longer dotted one.
pub(crate) fn runs_on(text: &[u8], end: usize) -> bool {
    after(text, end, 0) == Some(b'.') && after(text, end, 1).is_some_and(|b| b.is_ascii_digit())
}

/// The digits of a candidate, blanks, points, hyphens and slashes left out; `None` where anything else is in it or
/// there are not exactly `N` digits.
#[must_use]
pub fn digits<const N: usize>(candidate: &[u8]) -> Option<[u8; N]> {
    let mut found = [0_u8; N];
    let mut count = 0_usize;
    for &byte in candidate {
        match byte {
            b'0'..=b'9' => {
                *found.get_mut(count)? = byte - b'0';
                count += 1;
            }
            b' ' | b'-' | b'.' | b'/' => {}
            _ => return None,
        }
    }
    (count == N).then_some(found)
}

/// Whether a number stands by itself: no digit is joined to it by a point, hyphen, slash, plus or colon.
pub(crate) fn alone(text: &[u8], start: usize, end: usize) -> bool {
    let joint = |byte: Option<u8>| matches!(byte, Some(b'.' | b'-' | b'/' | b'+' | b':'));
    let figure = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_digit());
    let goes_on = joint(after(text, end, 0)) && figure(after(text, end, 1));
    let began = joint(before(text, start)) && figure(before(text, start.saturating_sub(1)));
    !goes_on && !began
}

/// Whether all digits are the same: what people type to fill a field, and no issuer hands out.
pub(crate) fn repeated(digits: &[u8]) -> bool {
    digits.iter().all(|digit| Some(digit) == digits.first())
}

/// The letters and digits of a candidate, capital, blanks, points and hyphens left out; `None` where anything else is
/// in it or there are not exactly `N`.
pub(crate) fn signs<const N: usize>(candidate: &[u8]) -> Option<[u8; N]> {
    let mut found = [0_u8; N];
    let mut count = 0_usize;
    for &byte in candidate {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                *found.get_mut(count)? = byte.to_ascii_uppercase();
                count += 1;
            }
            b' ' | b'-' | b'.' => {}
            _ => return None,
        }
    }
    (count == N).then_some(found)
}
