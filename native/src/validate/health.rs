//! Is it a patient, somebody who treats patients, or a code for what ails one?

use super::Table;
use super::beside::{alone, digit, digits, repeated, signs};
use super::checksum::{luhn, verhoeff};

/// Names of this file's checks.
pub const TABLE: Table = &[
    ("uk_nhs_number", uk_nhs_number),
    ("us_mbi", us_mbi),
    ("us_npi", us_npi),
    ("us_dea", us_dea),
    ("de_kvnr", de_kvnr),
    ("icd10", icd10),
    ("snomed", snomed),
    ("loinc", loinc),
];

/// An NHS number: ten digits, the last one by 11 (NHS Data Dictionary, NHS NUMBER).
#[must_use]
pub fn uk_nhs_number(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let number = digits::<10>(text.get(start..end)?)?;
    let sum: u32 = number.iter().rev().zip(1..).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    (sum.is_multiple_of(11) && !repeated(&number) && alone(text, start, end)).then_some(end)
}

/// A Medicare beneficiary identifier: eleven signs, letters and digits in their places, no S, L, O, I, B or Z.
#[must_use]
pub fn us_mbi(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let number = signs::<11>(text.get(start..end)?)?;
    let sound = number.iter().zip(b"CAXNAXNAANN").all(|(&sign, kind)| {
        let letter = sign.is_ascii_uppercase() && !b"SLOIBZ".contains(&sign);
        match kind {
            b'C' => matches!(sign, b'1'..=b'9'),
            b'N' => sign.is_ascii_digit(),
            b'A' => letter,
            _ => letter || sign.is_ascii_digit(),
        }
    });
    sound.then_some(end)
}

/// A US national provider identifier: ten digits that begin with 1 or 2, Luhn with 80840 before them (45 CFR 162.406).
#[must_use]
pub fn us_npi(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let number = digits::<10>(text.get(start..end)?)?;
    let mut whole = [8, 0, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    whole.get_mut(5..)?.copy_from_slice(&number);
    (matches!(number.first(), Some(1 | 2)) && luhn(&whole) && alone(text, start, end)).then_some(end)
}

/// A DEA registration number: kind of registrant, initial (or 9 for a business), seven digits of which the last checks.
#[must_use]
pub fn us_dea(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let number = signs::<9>(text.get(start..end)?)?;
    let kind = number.first().is_some_and(|letter| b"ABCDEFGHJKLMPRSTUX".contains(letter));
    let initial = number.get(1).is_some_and(|sign| sign.is_ascii_uppercase() || *sign == b'9');
    let mut sum = 0_u32;
    for (place, &sign) in number.get(2..8)?.iter().enumerate() {
        sum += u32::from(digit(sign)?) * if place % 2 == 0 { 1 } else { 2 };
    }
    let right = u32::from(digit(*number.get(8)?)?) == sum % 10;
    (kind && initial && right).then_some(end)
}

/// A German health insurance number (SGB V, section 290): a letter, eight digits, and the last digit of the sum of all,
/// the letter as two digits, every second one doubled.
#[must_use]
pub fn de_kvnr(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let number = signs::<10>(text.get(start..end)?)?;
    let (letter, rest) = number.split_first()?;
    let place = letter.is_ascii_uppercase().then(|| letter - b'A' + 1)?;
    let mut sum = u32::from(place / 10) + doubled(place % 10);
    for (index, &sign) in rest.iter().take(8).enumerate() {
        let value = digit(sign)?;
        sum += if index % 2 == 0 { u32::from(value) } else { doubled(value) };
    }
    (u32::from(digit(*rest.last()?)?) == sum % 10).then_some(end)
}

fn doubled(value: u8) -> u32 {
    let twice = u32::from(value) * 2;
    twice / 10 + twice % 10
}

/// A diagnosis of ICD-10 or one of its national versions: the letter's chapter reaches that far.
#[must_use]
pub fn icd10(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let code = text.get(start..end)?;
    let (letter, tens) = (code.first()?.to_ascii_uppercase(), digit(*code.get(1)?)?);
    // The third sign is a digit, or a letter in a few categories of ICD-10-CM such as C7A, M1A and Z3A.
    let third = *code.get(2)?;
    let number = tens * 10 + digit(third).unwrap_or(0);
    let reaches = match letter {
        b'E' => number <= 90,
        b'D' => number <= 89,
        b'K' => number <= 95,
        b'P' => number <= 96,
        b'T' => number <= 98,
        b'V' => number >= 1,
        letter => letter.is_ascii_uppercase(),
    };
    let lettered = third.is_ascii_digit() || (third.is_ascii_alphabetic() && b"CDMOZ".contains(&letter));
    (reaches && lettered && alone(text, start, end)).then_some(end)
}

/// A concept, description or relationship of SNOMED CT: 6 to 18 digits, Verhoeff's check digit, and before it two
/// digits that say which of the three it is, in the international edition or an extension.
#[must_use]
pub fn snomed(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let candidate = text.get(start..end)?;
    let mut number = [0_u8; 18];
    for (place, &byte) in candidate.iter().enumerate() {
        *number.get_mut(place)? = digit(byte)?;
    }
    let number = number.get(..candidate.len()).filter(|number| number.len() >= 6)?;
    let partition = number.get(number.len() - 3..number.len() - 1)?;
    let known = matches!(partition, [0 | 1, 0..=2]);
    let lengthy = partition.first() == Some(&0) || number.len() > 10;
    (known && lengthy && verhoeff(number) && number.first() != Some(&0) && alone(text, start, end)).then_some(end)
}

/// A term of LOINC: up to seven digits, a hyphen, a check digit by Luhn.
#[must_use]
pub fn loinc(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let candidate = text.get(start..end)?;
    let mut number = [0_u8; 8];
    let mut count = 0_usize;
    for value in candidate.iter().filter_map(|&b| digit(b)) {
        *number.get_mut(count)? = value;
        count += 1;
    }
    (luhn(number.get(..count)?) && alone(text, start, end)).then_some(end)
}
