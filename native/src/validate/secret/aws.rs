//! Can Amazon have issued it?

use super::labelled;
use super::plausible::entropy;

/// An access key id: four letters, then base 32. In ids whose fifth letter is Q or a later one the first bits are the
/// account's number, which has twelve decimal digits; older ids hold none.
#[must_use]
pub fn access_key(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let body = text.get(start..end)?.get(4..)?;
    let mut bits = 0_u64;
    for (place, &byte) in body.iter().enumerate() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        if place < 10 {
            bits = bits << 5 | u64::from(value);
        }
    }
    // Of the first 48 bits of 50, the uppermost says that there is an account, and 40 behind it which.
    let account = bits >> 2 >> 7 & 0xff_ffff_ffff;
    let issued = body.first().is_some_and(|&byte| byte < b'Q') || account < 1_000_000_000_000;
    (body.len() == 16 && issued).then_some(end)
}

/// A secret key or a session token behind its label: base 64 with letters of both cases and digits. The key that
/// Amazon's manuals print counts.
#[must_use]
pub fn secret_key(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let value = text.get(labelled::value_at(text, start, end)?..end)?;
    let of = |kind: fn(&u8) -> bool| value.iter().any(kind);
    let mixed = of(u8::is_ascii_lowercase) && of(u8::is_ascii_uppercase) && of(u8::is_ascii_digit);
    let bounded = text.get(end).is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'+' | b'/' | b'='));
    (mixed && bounded && value.len() >= 40 && entropy(value) >= 3.9).then_some(end)
}
