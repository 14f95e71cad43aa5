//! Numbers of persons in South America.

use super::number::{characters, digits, ends_in, part, weighed, written};
use crate::validate::checksum::luhn;

/// An Argentine CUIT or CUIL of a person: types 20, 23, 24 and 27.
#[must_use]
pub fn ar_cuit(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (11, 11), |d| {
        let check = |body: &[u8]| match weighed(body, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
            0 => 0,
            1 => 9,
            rest => 11 - rest,
        };
        matches!(part(d, 0, 2), 20 | 23 | 24 | 27) && ends_in(d, check)
    })
}

/// A Brazilian CPF: two check digits.
#[must_use]
pub fn br_cpf(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let check = |sum: u32| (11 - sum % 11) % 11 % 10;
    digits(text, start, end, (11, 11), |d| {
        let first = check(weighed(d, &[10, 9, 8, 7, 6, 5, 4, 3, 2]));
        let second = check(weighed(d, &[11, 10, 9, 8, 7, 6, 5, 4, 3]) + 2 * first);
        part(d, 9, 2) == first * 10 + second
    })
}

/// A Chilean RUT or RUN: weights 2 to 7 from the right, ten is written K.
#[must_use]
pub fn cl_rut(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let count = text.get(start..end)?.iter().filter(|b| b.is_ascii_alphanumeric()).count();
    characters(text, start, end, count, |number| {
        let Some((&last, body)) = number.split_last() else {
            return false;
        };
        let weights = [2, 3, 4, 5, 6, 7].into_iter().cycle();
        let sum: u32 = weights.zip(body.iter().rev()).map(|(w, b)| w * u32::from(b.wrapping_sub(b'0'))).sum();
        let told = if last == b'K' { 10 } else { u32::from(last.wrapping_sub(b'0')) };
        let repeated = number.iter().all(|b| Some(b) == number.first());
        (8..=9).contains(&count) && body.iter().all(u8::is_ascii_digit) && told == (11 - sum % 11) % 11 && !repeated
    })
}

/// A Colombian NIT: weights are primes from the right.
#[must_use]
pub fn co_nit(text: &[u8], start: usize, end: usize) -> Option<usize> {
    const WEIGHTS: [u32; 15] = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];
    digits(text, start, end, (8, 16), |d| {
        ends_in(d, |body| {
            let sum: u32 = body.iter().rev().zip(WEIGHTS).map(|(&value, weight)| u32::from(value) * weight).sum();
            match sum % 11 {
                rest @ (0 | 1) => rest,
                rest => 11 - rest,
            }
        })
    })
}

/// An Ecuadorian cédula: province, third digit, Luhn.
#[must_use]
pub fn ec_ci(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (10, 10), ecuadorian)
}

/// An Ecuadorian RUC of a person: the cédula and the number of an establishment.
#[must_use]
pub fn ec_ruc(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (13, 13), |d| part(d, 10, 3) != 0 && d.get(..10).is_some_and(ecuadorian))
}

fn ecuadorian(d: &[u8]) -> bool {
    matches!(part(d, 0, 2), 1..=24 | 30 | 50) && part(d, 2, 1) <= 6 && luhn(d)
}

/// A Peruvian DNI with its check character, a digit or a letter.
#[must_use]
pub fn pe_cui(text: &[u8], start: usize, end: usize) -> Option<usize> {
    characters(text, start, end, 9, |number| {
        let values: Option<Vec<u32>> = (0..8).map(|place| written(number, place, 1)).collect();
        let Some(values) = values else {
            return false;
        };
        let sum: u32 = values.iter().zip([3, 2, 7, 6, 5, 4, 3, 2]).map(|(value, weight)| value * weight).sum();
        let place = usize::try_from(sum % 11).unwrap_or_default();
        let (digit, letter) = (b"65432110987".get(place), b"KJIHGFEDCBA".get(place));
        number.get(8).is_some_and(|last| digit == Some(last) || letter == Some(last))
    })
}

/// A Peruvian RUC of a person: begins with 10, 15 or 17.
#[must_use]
pub fn pe_ruc(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (11, 11), |d| {
        let check = |body: &[u8]| (11 - weighed(body, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 10;
        matches!(part(d, 0, 2), 10 | 15 | 17) && ends_in(d, check)
    })
}

/// A Paraguayan RUC of a person: the number of the cédula, below 80 million, and a check digit.
#[must_use]
pub fn py_ruc(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (6, 9), |d| {
        ends_in(d, |body| {
            let sum: u32 = (2..).zip(body.iter().rev()).map(|(weight, &value)| weight * u32::from(value)).sum();
            (11 - sum % 11) % 11 % 10
        }) && part(d, 0, d.len() - 1) < 80_000_000
    })
}

/// A Uruguayan cédula: the check digit is the last of the eight; a cédula of six digits and one counts as with a zero.
#[must_use]
pub fn uy_ci(text: &[u8], start: usize, end: usize) -> Option<usize> {
    const WEIGHTS: [u32; 7] = [2, 9, 8, 7, 6, 3, 4];
    digits(text, start, end, (7, 8), |d| {
        let weights = WEIGHTS.get(8 - d.len()..).unwrap_or_default();
        ends_in(d, |body| (10 - weighed(body, weights) % 10) % 10)
    })
}

/// A Venezuelan RIF of a person: V, E or P.
#[must_use]
pub fn ve_rif(text: &[u8], start: usize, end: usize) -> Option<usize> {
    characters(text, start, end, 10, |number| {
        let begin = match number.first() {
            Some(b'V') => 4,
            Some(b'E') => 8,
            Some(b'P') => 16,
            _ => return false,
        };
        let values: Option<Vec<u32>> = (1..10).map(|place| written(number, place, 1)).collect();
        let sum = |values: &[u32]| values.iter().zip([3, 2, 7, 6, 5, 4, 3, 2]).map(|(v, w)| v * w).sum::<u32>();
        values.is_some_and(|values| {
            let rest = (begin + sum(&values)) % 11;
            values.last() == Some(&if rest < 2 { 0 } else { 11 - rest })
        })
    })
}
