//! Numbers of persons in Central America and the Caribbean.

use super::number::{characters, digits, ends_in, is_day_of, part, weighed};
use crate::validate::checksum::luhn;

/// A Cuban identity card number: a birth date whose century the seventh digit tells.
#[must_use]
pub fn cu_ni(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (11, 11), |d| {
        let century = match part(d, 6, 1) {
            9 => 1800,
            0..=5 => 1900,
            _ => 2000,
        };
        is_day_of(century, d)
    })
}

/// A Dominican cédula: Luhn.
#[must_use]
pub fn do_cedula(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (11, 11), luhn)
}

/// A Guatemalan CUI (number of the DPI): check digit, department, municipality.
#[must_use]
pub fn gt_cui(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (13, 13), |d| {
        let check = weighed(d, &[2, 3, 4, 5, 6, 7, 8, 9]) % 11;
        check == part(d, 8, 1) && (1..=22).contains(&part(d, 9, 2)) && (1..=33).contains(&part(d, 11, 2))
    })
}

/// A Guatemalan NIT: weights rise from the right, ten is written K.
#[must_use]
pub fn gt_nit(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let count = text.get(start..end)?.iter().filter(|b| b.is_ascii_alphanumeric()).count();
    characters(text, start, end, count, |number| {
        let Some((&last, body)) = number.split_last() else {
            return false;
        };
        let sum: u32 = (2..).zip(body.iter().rev()).map(|(weight, b)| weight * u32::from(b.wrapping_sub(b'0'))).sum();
        let check = (11 - sum % 11) % 11;
        let told = if last == b'K' { 10 } else { u32::from(last.wrapping_sub(b'0')) };
        body.iter().all(u8::is_ascii_digit) && body.iter().any(|&b| b != b'0') && told == check
    })
}

/// A Salvadoran DUI.
#[must_use]
pub fn sv_dui(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (9, 9), |d| ends_in(d, |body| (10 - weighed(body, &[9, 8, 7, 6, 5, 4, 3, 2]) % 10) % 10))
}

/// A Salvadoran NIT: two ways to reckon the check digit, old numbers (up to 100 in the serial) the first.
#[must_use]
pub fn sv_nit(text: &[u8], start: usize, end: usize) -> Option<usize> {
    const OLD: [u32; 13] = [14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2];
    const NEW: [u32; 13] = [2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    digits(text, start, end, (14, 14), |d| {
        let check = |body: &[u8]| {
            if part(body, 10, 3) <= 100 {
                weighed(body, &OLD) % 11 % 10
            } else {
                (11 - weighed(body, &NEW) % 11) % 11 % 10
            }
        };
        matches!(part(d, 0, 1), 0 | 1 | 9) && ends_in(d, check)
    })
}
