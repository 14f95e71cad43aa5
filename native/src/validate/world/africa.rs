//! Numbers of persons in Africa.

use super::number::{characters, digits, is_day, is_day_of, part, weighed, written};
use crate::validate::checksum::luhn;

/// An Egyptian national number: century, birth date, governorate. How its last digit is reckoned is not published.
#[must_use]
pub fn eg_nid(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (14, 14), |d| {
        let century = match part(d, 0, 1) {
            2 => 1900,
            3 => 2000,
            _ => return false,
        };
        let governorate = matches!(part(d, 7, 2), 1..=4 | 11..=19 | 21..=29 | 31..=35 | 88);
        governorate && d.get(1..).is_some_and(|date| is_day_of(century, date))
    })
}

/// A Ghanaian TIN of an individual (P00): check by 11, ten is written X.
#[must_use]
pub fn gh_tin(text: &[u8], start: usize, end: usize) -> Option<usize> {
    characters(text, start, end, 11, |number| {
        let values: Option<Vec<u32>> = (1..10).map(|place| written(number, place, 1)).collect();
        let told = if number.last() == Some(&b'X') { Some(10) } else { written(number, 10, 1) };
        let sum = |values: &[u32]| (1..).zip(values).map(|(weight, value)| weight * value).sum::<u32>();
        number.starts_with(b"P00") && values.is_some_and(|values| told == Some(sum(&values) % 11))
    })
}

/// A Kenyan PIN of an individual, which begins with A.
#[must_use]
pub fn ke_pin(text: &[u8], start: usize, end: usize) -> Option<usize> {
    characters(text, start, end, 11, |number| {
        let (first, last) = (number.first(), number.last().is_some_and(u8::is_ascii_uppercase));
        first == Some(&b'A') && last && written(number, 1, 9).is_some()
    })
}

/// A Mauritian identity number: a letter, a birth date, check by 17.
#[must_use]
pub fn mu_nid(text: &[u8], start: usize, end: usize) -> Option<usize> {
    characters(text, start, end, 14, |number| mauritian(number).unwrap_or(false))
}

fn mauritian(number: &[u8]) -> Option<bool> {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        _ => u32::from(byte.wrapping_sub(b'A')) + 10,
    };
    number.get(1..13)?.iter().all(u8::is_ascii_digit).then_some(())?;
    let (&last, body) = number.split_last()?;
    let sum: u32 = (2..=14).rev().zip(body).map(|(weight, &byte)| weight * value(byte)).sum();
    let born = is_day(2000 + written(number, 5, 2)?, written(number, 3, 2)?, written(number, 1, 2)?);
    Some(number.first()?.is_ascii_uppercase() && born && value(last) == (17 - sum % 17) % 17)
}

/// A Mozambican NUIT.
#[must_use]
pub fn mz_nuit(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (9, 9), |d| {
        let check = match weighed(d, &[8, 9, 4, 5, 6, 7, 8, 9]) % 11 {
            10 => 1,
            rest => rest,
        };
        check == part(d, 8, 1)
    })
}

/// A South African ID number: birth date, citizen or resident, Luhn.
#[must_use]
pub fn za_id(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (13, 13), |d| (is_day_of(1900, d) || is_day_of(2000, d)) && part(d, 10, 1) <= 1 && luhn(d))
}

/// A South African tax reference number: begins with 0, 1, 2, 3 or 9; Luhn.
#[must_use]
pub fn za_tin(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (10, 10), |d| matches!(part(d, 0, 1), 0..=3 | 9) && luhn(d))
}
