//! Does a candidate stand alone, and what is in it without the separators it is printed with?

use crate::validate::beside::{after, before, digits};

/// Whether the candidate is no part of something longer: a dotted or hyphenated number, an account before its bank
/// code, a phone number after `+`.
fn alone(text: &[u8], start: usize, end: usize) -> bool {
    let digit = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_digit());
    let joins = |byte: Option<u8>| matches!(byte, Some(b'.' | b'-' | b'/'));
    let leading = before(text, start);
    let behind = joins(leading) && digit(before(text, start.saturating_sub(1)));
    let ahead = joins(after(text, end, 0)) && digit(after(text, end, 1));
    leading != Some(b'+') && !behind && !ahead
}

fn repeated(characters: &[u8]) -> bool {
    characters.iter().all(|one| Some(one) == characters.first())
}

/// Where a number of `N` digits ends that stands alone, is not one digit repeated, and is sound.
pub(super) fn number<const N: usize>(
    text: &[u8],
    start: usize,
    end: usize,
    sound: impl Fn(&[u8; N]) -> bool,
) -> Option<usize> {
    let digits = digits::<N>(text.get(start..end)?)?;
    (alone(text, start, end) && !repeated(&digits) && sound(&digits)).then_some(end)
}

/// Where a code of `N` letters and digits ends that stands alone and is sound; `sound` is given capital letters,
/// without blanks, hyphens, points and slashes.
pub(super) fn code<const N: usize>(
    text: &[u8],
    start: usize,
    end: usize,
    sound: impl Fn(&[u8; N]) -> bool,
) -> Option<usize> {
    let mut found = [0_u8; N];
    let mut count = 0_usize;
    for &byte in text.get(start..end)? {
        match byte {
            b' ' | b'-' | b'.' | b'/' => {}
            _ => {
                *found.get_mut(count)? = byte.to_ascii_uppercase();
                count += 1;
            }
        }
    }
    (count == N && alone(text, start, end) && sound(&found)).then_some(end)
}

/// Where an exact form of `N` characters ends whose marks mean something; `sound` is given capital letters.
pub(super) fn exact<const N: usize>(
    text: &[u8],
    start: usize,
    end: usize,
    sound: impl Fn(&[u8; N]) -> bool,
) -> Option<usize> {
    let found: [u8; N] = text.get(start..end)?.try_into().ok()?;
    (alone(text, start, end) && sound(&found.map(|byte| byte.to_ascii_uppercase()))).then_some(end)
}

/// Where a candidate ends that stands alone and is sound as it is written.
pub(super) fn marked(text: &[u8], start: usize, end: usize, sound: impl Fn(&[u8]) -> bool) -> Option<usize> {
    (alone(text, start, end) && sound(text.get(start..end)?)).then_some(end)
}

/// The number that the digits (0-9) from one place to another make.
pub(super) fn part(digits: &[u8], from: usize, to: usize) -> u64 {
    digits.get(from..to).unwrap_or_default().iter().fold(0, |value, &digit| value * 10 + u64::from(digit))
}

/// One digit.
pub(super) fn at(digits: &[u8], place: usize) -> u64 {
    part(digits, place, place + 1)
}

/// The number that ASCII digits make; `None` where another character is among them.
pub(super) fn written(characters: &[u8]) -> Option<u64> {
    characters.iter().try_fold(0_u64, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0')))
}

/// The sum of digits times weights, as far as there are weights.
pub(super) fn weighted(digits: &[u8], weights: &[u64]) -> u64 {
    digits.iter().zip(weights).map(|(&digit, weight)| u64::from(digit) * weight).sum()
}

/// The value of a letter or digit in base 36: `A` is 10.
pub(super) fn base36(character: u8) -> Option<u64> {
    match character {
        b'0'..=b'9' => Some(u64::from(character - b'0')),
        b'A'..=b'Z' => Some(u64::from(character - b'A') + 10),
        _ => None,
    }
}

/// The letter at a place of an alphabet is this one.
pub(super) fn letter_is(alphabet: &[u8], place: u64, letter: u8) -> bool {
    usize::try_from(place).ok().and_then(|place| alphabet.get(place)) == Some(&letter)
}

/// ISO 7064 MOD 11,10 over all digits, the check digit last.
pub(super) fn mod_11_10(digits: &[u8]) -> bool {
    let rest = digits.iter().fold(5_u64, |rest, &digit| {
        let rest = if rest == 0 { 10 } else { rest };
        (rest * 2 % 11 + u64::from(digit)) % 10
    });
    rest == 1
}
