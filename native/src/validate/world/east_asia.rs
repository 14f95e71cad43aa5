//! Numbers of persons in China, Hong Kong, Japan, Korea and Taiwan.

use super::number::{characters, digits, ends_in, is_day, is_day_of, part, weighed, written};

/// A Chinese resident identity card number (GB 11643): province, birth date, ISO 7064 MOD 11-2.
#[must_use]
pub fn cn_ric(text: &[u8], start: usize, end: usize) -> Option<usize> {
    characters(text, start, end, 18, |number| resident(number).unwrap_or(false))
}

fn resident(number: &[u8]) -> Option<bool> {
    let province = matches!(
        written(number, 0, 2)?,
        11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81 | 82
    );
    let year = written(number, 6, 4)?;
    let born = (1850..2100).contains(&year) && is_day(year, written(number, 10, 2)?, written(number, 12, 2)?);
    let (&last, body) = number.split_last()?;
    let mut rest = 0_u32;
    for byte in body {
        rest = (rest + byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?) * 2 % 11;
    }
    let check = (12 - rest) % 11;
    let told = if last == b'X' { 10 } else { u32::from(last.wrapping_sub(b'0')) };
    Some(province && born && told == check)
}

/// A Hong Kong identity card number: one letter (a blank of value 36 before it) or two, six digits, check by 11.
#[must_use]
pub fn hk_hkid(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let count = text.get(start..end)?.iter().filter(|b| b.is_ascii_alphanumeric()).count();
    characters(text, start, end, count, |number| {
        let Some((&last, body)) = number.split_last() else {
            return false;
        };
        let letters = body.iter().take_while(|b| b.is_ascii_uppercase()).count();
        if body.len() - letters != 6 || !matches!(letters, 1 | 2) {
            return false;
        }
        let blank = if letters == 1 { 36 * 9 } else { 0 };
        let value = |byte: u8| if byte.is_ascii_digit() { byte - b'0' } else { byte.wrapping_sub(b'A') + 10 };
        let sum: u32 = body.iter().rev().zip(2..).map(|(&byte, weight)| u32::from(value(byte)) * weight).sum();
        let told = matches!(last, b'0'..=b'9' | b'A').then(|| u32::from(value(last)));
        body.iter().skip(letters).all(u8::is_ascii_digit) && told.is_some_and(|t| (blank + sum + t).is_multiple_of(11))
    })
}

/// A Japanese Individual Number.
#[must_use]
pub fn jp_my_number(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (12, 12), |d| {
        ends_in(d, |body| (11 - weighed(body, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10)
    })
}

/// A Korean resident registration number: birth date, century, place of registration, check digit.
#[must_use]
pub fn kr_rrn(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (13, 13), |d| {
        let century = match part(d, 6, 1) {
            1 | 2 | 5 | 6 => 1900,
            3 | 4 | 7 | 8 => 2000,
            _ => 1800,
        };
        let check = |body: &[u8]| (11 - weighed(body, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10;
        is_day_of(century, d) && part(d, 7, 2) <= 96 && ends_in(d, check)
    })
}

/// A Taiwanese national identification number (second character 1 or 2), or that of a resident (8 or 9).
#[must_use]
pub fn tw_national_id(text: &[u8], start: usize, end: usize) -> Option<usize> {
    // Places are numbered in the order in which their letters came into use.
    const LETTERS: &[u8; 26] = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";
    characters(text, start, end, 10, |number| {
        let place = number.first().and_then(|first| LETTERS.iter().position(|letter| letter == first));
        let Some(place) = place.and_then(|place| u32::try_from(place + 10).ok()) else {
            return false;
        };
        let values: Option<Vec<u32>> = (1..10).map(|at| written(number, at, 1)).collect();
        values.is_some_and(|values| {
            let sum: u32 = values.iter().zip([8, 7, 6, 5, 4, 3, 2, 1, 1]).map(|(value, weight)| value * weight).sum();
            matches!(values.first(), Some(1 | 2 | 8 | 9)) && (place / 10 + place % 10 * 9 + sum).is_multiple_of(10)
        })
    })
}
