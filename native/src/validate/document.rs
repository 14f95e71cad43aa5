//! Is it a paper that says who somebody is: a travel document's machine-readable line, a British driving licence?

use super::Table;
use super::beside::{after, before};

/// Names of this file's checks.
pub const TABLE: Table = &[("mrz", mrz), ("mrz_names", mrz_names), ("uk_driving_licence", uk_driving_licence)];

/// The check digit of ICAO 9303-3, section 4.9: weights 7, 3, 1; letters count from 10, `<` is 0.
fn check(parts: &[&[u8]]) -> Option<u8> {
    let mut sum = 0_u32;
    for (place, &byte) in parts.iter().flat_map(|part| part.iter()).enumerate() {
        let value = match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'A'..=b'Z' => u32::from(byte - b'A') + 10,
            b'<' => 0,
            _ => return None,
        };
        sum += value * [7, 3, 1].get(place % 3).copied().unwrap_or(1);
    }
    u8::try_from(sum % 10).ok().map(|digit| digit + b'0')
}

fn checked(line: &[u8], from: usize, to: usize) -> Option<bool> {
    Some(check(&[line.get(from..to)?])? == *line.get(to)?)
}

/// A number field; a long number goes on in the optional field, with `<` instead of its check digit.
fn number_checked(line: &[u8], from: usize, to: usize) -> Option<bool> {
    Some(line.get(to) == Some(&b'<') || checked(line, from, to)?)
}

fn alone(text: &[u8], start: usize, end: usize) -> bool {
    let belongs = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'<');
    !belongs(before(text, start)) && !belongs(after(text, end, 0))
}

/// A line of figures in the machine-readable zone of a travel document: the second line of a passport (TD3, 44 signs)
/// or of a visa or small document (TD2, 36), or the first or second of a card (TD1, 30), each with its check digits
/// (ICAO 9303, parts 4 to 6).
#[must_use]
pub fn mrz(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let line = text.get(start..end)?;
    let right = match line.len() {
        length @ (44 | 36) => {
            let last = length - 1;
            let parts = [line.get(..10)?, line.get(13..20)?, line.get(21..last)?];
            number_checked(line, 0, 9)?
                && checked(line, 13, 19)?
                && checked(line, 21, 27)?
                && (length == 36 || line.get(42) == Some(&b'<') || checked(line, 28, 42)?)
                && check(&parts)? == *line.get(last)?
        }
        30 if line.first()?.is_ascii_digit() => checked(line, 0, 6)? && checked(line, 8, 14)?,
        30 => checked(line, 5, 14)?,
        _ => false,
    };
    (right && alone(text, start, end)).then_some(end)
}

/// A line of names in the machine-readable zone: family name, `<<`, given names, filled up with `<`.
#[must_use]
pub fn mrz_names(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let line = text.get(start..end)?;
    let names = line.get(if line.len() == 30 { 0 } else { 5 }..)?;
    let filled = line.ends_with(b"<");
    let parted = names.windows(3).any(|three| matches!(three, [a, b'<', b'<'] if a.is_ascii_uppercase()));
    (filled && parted && alone(text, start, end)).then_some(end)
}

/// A driver number of Great Britain: five signs of the family name (filled up with 9), decade, month (50 more for
/// women), day and year of birth, two initials, and what makes it unique.
#[must_use]
pub fn uk_driving_licence(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let mut signs = [0_u8; 16];
    let mut count = 0_usize;
    for &byte in text.get(start..end)?.iter().filter(|&&byte| byte != b' ') {
        *signs.get_mut(count)? = byte;
        count += 1;
    }
    let family = signs.get(..5)?;
    let padded = family.iter().skip_while(|byte| byte.is_ascii_uppercase()).all(|&byte| byte == b'9');
    let two = |at: usize| {
        let (ten, one) = (signs.get(at)?.checked_sub(b'0')?, signs.get(at + 1)?.checked_sub(b'0')?);
        ten.checked_mul(10)?.checked_add(one)
    };
    let (month, day) = (two(6)?, two(8)?);
    let month = if month > 50 { month - 50 } else { month };
    let longest = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    let born = (1..=longest).contains(&day);
    (count == 16 && padded && family.first() != Some(&b'9') && born && alone(text, start, end)).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(check: super::super::Validator, text: &str) -> bool {
        check(text.as_bytes(), 0, text.len()) == Some(text.len())
    }

    #[test]
    fn the_specimens_of_the_standard_are_right() {
        assert!(whole(mrz, "L898902C36UTO7408122F1204159ZE184226B<<<<<10"));
        assert!(whole(mrz, "D231458907UTO7408122F1204159<<<<<<<6"));
        assert!(whole(mrz, "I<UTOD231458907<<<<<<<<<<<<<<<"));
        assert!(whole(mrz, "7408122F1204159UTO<<<<<<<<<<<6"));
        assert!(whole(mrz_names, "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"));
        assert!(!whole(mrz, "L898902C37UTO7408122F1204159ZE184226B<<<<<10"));
        assert!(!whole(mrz, "L898902C36UTO7408123F1204159ZE184226B<<<<<10"));
    }

    #[test]
    fn driver_numbers_hold_a_date_of_birth() {
        assert!(whole(uk_driving_licence, "MORGA657054SM9IJ"));
        assert!(whole(uk_driving_licence, "MORGA 657054 SM9IJ"));
        assert!(!whole(uk_driving_licence, "MORGA613314SM9IJ"));
        assert!(!whole(uk_driving_licence, "MO9GA657054SM9IJ"));
    }
}
