//! Numbers of persons in Indonesia, Malaysia, Singapore, Thailand and Vietnam.

use super::number::{characters, digits, ends_in, is_day, is_day_of, part, weighed, written};
use crate::validate::checksum::luhn;

/// An Indonesian NIK: province, regency or city, birth date (40 added to the day for women).
#[must_use]
pub fn id_nik(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (16, 16), |d| {
        let province = matches!(
            part(d, 0, 2),
            11..=19 | 21 | 31..=36 | 51..=53 | 61..=65 | 71..=76 | 81 | 82 | 91..=97
        );
        let regency = matches!(part(d, 2, 2), 1..=40 | 71..=79);
        let (day, month, year) = (part(d, 6, 2), part(d, 8, 2), part(d, 10, 2));
        let day = if day > 40 { day - 40 } else { day };
        province && regency && (is_day(1900 + year, month, day) || is_day(2000 + year, month, day))
    })
}

/// An Indonesian NPWP of fifteen digits, or of sixteen with a zero before them: Luhn over the first nine of the fifteen.
#[must_use]
pub fn id_npwp(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (15, 16), |d| {
        let old = if d.len() == 16 { d.strip_prefix(&[0]) } else { Some(d) };
        old.and_then(|old| old.get(..9)).is_some_and(luhn)
    })
}

/// A Malaysian NRIC: birth date and place of birth.
#[must_use]
pub fn my_nric(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (12, 12), |d| {
        let place = matches!(part(d, 6, 2), 1..=16 | 21..=68 | 71 | 72 | 74..=79 | 82..=93 | 98 | 99);
        place && (is_day_of(1900, d) || is_day_of(2000, d))
    })
}

/// A Singaporean NRIC (S, T) or FIN (F, G, M).
#[must_use]
pub fn sg_nric(text: &[u8], start: usize, end: usize) -> Option<usize> {
    characters(text, start, end, 9, |number| {
        let (added, letters): (u32, &[u8; 11]) = match number.first() {
            Some(b'S') => (0, b"JZIHGFEDCBA"),
            Some(b'T') => (4, b"JZIHGFEDCBA"),
            Some(b'F') => (0, b"XWUTRQPNMLK"),
            Some(b'G') => (4, b"XWUTRQPNMLK"),
            Some(b'M') => (3, b"XWUTRQPNJLK"),
            _ => return false,
        };
        let values: Option<Vec<u32>> = (1..8).map(|place| written(number, place, 1)).collect();
        values.is_some_and(|values| {
            let sum: u32 = values.iter().zip([2, 7, 6, 5, 4, 3, 2]).map(|(value, weight)| value * weight).sum();
            let place = usize::try_from((sum + added) % 11).unwrap_or_default();
            number.get(8) == letters.get(place)
        })
    })
}

/// A Thai personal identification number: does not begin with 0 or 9.
#[must_use]
pub fn th_pin(text: &[u8], start: usize, end: usize) -> Option<usize> {
    const WEIGHTS: [u32; 12] = [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2];
    digits(text, start, end, (13, 13), |d| {
        !matches!(part(d, 0, 1), 0 | 9) && ends_in(d, |body| (11 - weighed(body, &WEIGHTS) % 11) % 10)
    })
}

/// A Vietnamese tax code of ten digits.
#[must_use]
pub fn vn_mst(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (10, 10), |d| {
        part(d, 2, 7) != 0 && ends_in(d, |body| 10 - weighed(body, &[31, 29, 23, 19, 17, 13, 7, 5, 3]) % 11)
    })
}

/// A Vietnamese citizen's number: province or country of birth, century and sex, year of birth, six digits.
#[must_use]
pub fn vn_cccd(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (12, 12), |d| (1..=96).contains(&part(d, 0, 3)) && part(d, 3, 1) <= 3)
}
