//! Numbers of persons in India, Pakistan and Sri Lanka.

use super::number::{characters, digits, part, written};
use crate::validate::checksum::{luhn, verhoeff};

/// An Indian Aadhaar number: begins with 2 to 9, is no palindrome, Verhoeff.
#[must_use]
pub fn in_aadhaar(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (12, 12), |d| part(d, 0, 1) >= 2 && !d.iter().eq(d.iter().rev()) && verhoeff(d))
}

/// An Indian Virtual ID, which stands for an Aadhaar number.
#[must_use]
pub fn in_vid(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (16, 16), |d| part(d, 0, 1) >= 2 && !d.iter().eq(d.iter().rev()) && verhoeff(d))
}

/// An Indian Permanent Account Number of an individual: the fourth letter is P, the serial is not 0000.
#[must_use]
pub fn in_pan(text: &[u8], start: usize, end: usize) -> Option<usize> {
    characters(text, start, end, 10, |number| {
        number.get(3) == Some(&b'P') && written(number, 5, 4).is_some_and(|serial| serial != 0)
    })
}

/// An Indian voter's number (EPIC): three letters of the constituency, Luhn over the rest.
#[must_use]
pub fn in_epic(text: &[u8], start: usize, end: usize) -> Option<usize> {
    characters(text, start, end, 10, |number| {
        let values: Option<Vec<u8>> =
            number.iter().skip(3).map(|b| b.is_ascii_digit().then(|| b.wrapping_sub(b'0'))).collect();
        values.is_some_and(|values| luhn(&values))
    })
}

/// A Pakistani CNIC: begins with a province, ends in a digit that tells the sex.
#[must_use]
pub fn pk_cnic(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (13, 13), |d| (1..=7).contains(&part(d, 0, 1)) && part(d, 12, 1) != 0)
}

/// A Sri Lankan NIC: the day of the year of birth, 500 added for women; nine digits with V or X, or twelve.
#[must_use]
pub fn lk_nic(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let born = |day: u32| matches!(day, 1..=366 | 501..=866);
    let old = text.get(end.checked_sub(1)?).is_some_and(u8::is_ascii_alphabetic);
    if old {
        return characters(text, start, end, 10, |number| {
            matches!(number.last(), Some(b'V' | b'X')) && written(number, 2, 3).is_some_and(born)
        });
    }
    digits(text, start, end, (12, 12), |d| (1900..2100).contains(&part(d, 0, 4)) && born(part(d, 4, 3)))
}
