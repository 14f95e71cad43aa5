//! Numbers of persons in the Near East, the Caucasus and Central Asia.

use super::number::{digits, ends_in, is_day_of, part, weighed};
use crate::validate::checksum::luhn;

/// An Emirates ID: 784, the year of birth, Luhn.
#[must_use]
pub fn ae_emirates_id(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (15, 15), |d| part(d, 0, 3) == 784 && (1900..2100).contains(&part(d, 3, 4)) && luhn(d))
}

/// An Azerbaijani VÖEN of a natural person, which ends in 2; the check digit is the ninth.
#[must_use]
pub fn az_voen(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (10, 10), |d| {
        part(d, 9, 1) == 2 && weighed(d, &[4, 1, 8, 6, 2, 7, 5, 3]) % 11 == part(d, 8, 1)
    })
}

/// An Israeli identity number: Luhn.
#[must_use]
pub fn il_id(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (9, 9), luhn)
}

/// An Iranian national number.
#[must_use]
pub fn ir_national_id(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (10, 10), |d| {
        ends_in(d, |body| match weighed(body, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11 {
            rest @ (0 | 1) => rest,
            rest => 11 - rest,
        })
    })
}

/// A Kuwaiti civil number: century, birth date, check digit.
#[must_use]
pub fn kw_civil_id(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (12, 12), |d| {
        let century = match part(d, 0, 1) {
            1 => 1800,
            2 => 1900,
            3 => 2000,
            _ => return false,
        };
        d.get(1..).is_some_and(|date| is_day_of(century, date))
            && ends_in(d, |body| 11 - weighed(body, &[2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11)
    })
}

/// A Kazakh IIN: birth date, century and sex, check digit with a second set of weights where the first gives ten.
#[must_use]
pub fn kz_iin(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (12, 12), |d| {
        let century = match part(d, 6, 1) {
            1 | 2 => 1800,
            3 | 4 => 1900,
            5 | 6 => 2000,
            _ => return false,
        };
        let check = |body: &[u8]| match weighed(body, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11 {
            10 => weighed(body, &[3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11,
            rest => rest,
        };
        is_day_of(century, d) && ends_in(d, check)
    })
}

/// A Saudi national number (begins with 1) or that of a resident, Iqama (2): Luhn.
#[must_use]
pub fn sa_national_id(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (10, 10), |d| matches!(part(d, 0, 1), 1 | 2) && luhn(d))
}
