//! Numbers of persons in the United States, Canada and Mexico.

use super::number::{alone, characters, digits, ends_in, is_day, part, weighed, written};
use crate::validate::beside::{after, before, digit, runs_on};
use crate::validate::checksum::luhn;

/// A US Social Security number: area, group and serial that the SSA issues; not one known from advertisements.
#[must_use]
pub fn us_ssn(text: &[u8], start: usize, end: usize) -> Option<usize> {
    if matches!(before(text, start), Some(b'-' | b'.' | b'+'))
        || after(text, end, 0) == Some(b'-')
        || runs_on(text, end)
    {
        return None;
    }
    let mut number = 0_u32;
    let mut count = 0_usize;
    for value in text.get(start..end)?.iter().filter_map(|&b| digit(b)) {
        if count == 9 {
            return None;
        }
        number = number * 10 + u32::from(value);
        count += 1;
    }
    let (area, group, serial) = (number / 1_000_000, number / 10_000 % 100, number % 10_000);
    let advertised = matches!(number, 78_051_120 | 457_555_462 | 219_099_999);
    let refused = area == 0 || area == 666 || area >= 900 || group == 0 || serial == 0 || advertised;
    (count == 9 && !refused).then_some(end)
}

/// A US Individual Taxpayer Identification Number: begins with 9, its group is one that the IRS uses for ITINs.
#[must_use]
pub fn us_itin(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (9, 9), |d| {
        part(d, 0, 1) == 9 && matches!(part(d, 3, 2), 50..=65 | 70..=88 | 90..=92 | 94..=99)
    })
}

/// A US Adoption Taxpayer Identification Number: begins with 9, group 93.
#[must_use]
pub fn us_atin(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (9, 9), |d| part(d, 0, 1) == 9 && part(d, 3, 2) == 93)
}

/// A Canadian Social Insurance Number: Luhn; none begins with 0 or 8.
#[must_use]
pub fn ca_sin(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (9, 9), |d| !matches!(part(d, 0, 1), 0 | 8) && luhn(d))
}

/// A Personal Health Number of British Columbia: begins with 9, each product is reduced by 11 before it is added.
#[must_use]
pub fn ca_bc_phn(text: &[u8], start: usize, end: usize) -> Option<usize> {
    const WEIGHTS: [u32; 8] = [2, 4, 8, 5, 10, 9, 7, 3];
    digits(text, start, end, (10, 10), |d| {
        let check = |body: &[u8]| (11 - weighed(body.get(1..).unwrap_or_default(), &WEIGHTS) % 11) % 11;
        part(d, 0, 1) == 9 && ends_in(d, check)
    })
}

// States of birth, as a CURP abbreviates them; NE is abroad.
const STATES: &[u8] =
    b"AS BC BS CC CH CL CM CS DF DG GR GT HG JC MC MN MS NE NL NT OC PL QR QT SL SP SR TC TL TS VZ YN ZS";

/// A Mexican CURP: name, birth date, sex, state of birth and check digit.
#[must_use]
pub fn mx_curp(text: &[u8], start: usize, end: usize) -> Option<usize> {
    characters(text, start, end, 18, |number| curp(number).unwrap_or(false))
}

fn curp(number: &[u8]) -> Option<bool> {
    let letters = |from: usize, to: usize| Some(number.get(from..to)?.iter().all(u8::is_ascii_uppercase));
    let century = if number.get(16)?.is_ascii_digit() { 1900 } else { 2000 };
    let born = is_day(century + written(number, 4, 2)?, written(number, 6, 2)?, written(number, 8, 2)?);
    let sex = matches!(number.get(10)?, b'H' | b'M');
    let state = STATES.split(|&b| b == b' ').any(|state| number.get(11..13) == Some(state));
    let mut sum = 0_u32;
    for (weight, byte) in (2..=18).rev().zip(number) {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'N' => byte - b'A' + 10,
            b'O'..=b'Z' => byte - b'A' + 11, // N with a tilde has a value of its own
            _ => return None,
        };
        sum += u32::from(value) * weight;
    }
    let check = (10 - sum % 10) % 10;
    Some(letters(0, 4)? && letters(10, 16)? && born && sex && state && written(number, 17, 1)? == check)
}

/// A Mexican RFC of a person: four letters, a birth date, three characters, of which the office makes the last ones.
#[must_use]
pub fn mx_rfc(text: &[u8], start: usize, end: usize) -> Option<usize> {
    if !alone(text, start, end) {
        return None;
    }
    let found = text.get(start..end)?;
    // The form is the regular expression's; only where the date begins differs, for a letter may be two bytes.
    let place = found.iter().position(u8::is_ascii_digit)?;
    let date = |at: usize| written(found, place + at, 2);
    is_day(2000 + date(0)?, date(2)?, date(4)?).then_some(end)
}
