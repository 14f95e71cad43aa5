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
