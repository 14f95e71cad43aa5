//! Numbers of persons in Australia and New Zealand.

use super::number::{digits, ends_in, part, weighed};

/// An Australian Tax File Number of eight or nine digits.
#[must_use]
pub fn au_tfn(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (8, 9), |d| weighed(d, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11))
}

/// An Australian Medicare card number: begins with 2 to 6, the ninth digit is the check, the tenth counts the cards
/// from 1; an eleventh is the person's place on the card.
#[must_use]
pub fn au_medicare(text: &[u8], start: usize, end: usize) -> Option<usize> {
    digits(text, start, end, (10, 11), |d| {
        let check = weighed(d, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10;
        let places = d.iter().skip(9).all(|&value| value != 0);
        matches!(part(d, 0, 1), 2..=6) && check == part(d, 8, 1) && places
    })
}

/// A New Zealand IRD number: a second set of weights where the first gives ten.
#[must_use]
pub fn nz_ird(text: &[u8], start: usize, end: usize) -> Option<usize> {
    const FIRST: [u32; 8] = [3, 2, 7, 6, 5, 4, 3, 2];
    const SECOND: [u32; 8] = [7, 4, 3, 2, 5, 2, 7, 6];
    digits(text, start, end, (8, 9), |d| {
        let range = 10_000_001..150_000_000;
        range.contains(&part(d, 0, d.len()))
            && ends_in(d, |body| {
                let skipped = FIRST.len() - body.len().min(FIRST.len());
                let check = |weights: &[u32]| (11 - weighed(body, weights.get(skipped..).unwrap_or(weights)) % 11) % 11;
                if check(&FIRST) == 10 { check(&SECOND) } else { check(&FIRST) }
            })
    })
}
