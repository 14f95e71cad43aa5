//! Is it a personal or tax number of Belarus, Moldova, Russia or Ukraine?

use super::form::{at, base36, part, weighted, written};

/// Belarusian payer's number of a person: two letters, six digits, check digit. Firms have digits alone.
pub(super) fn by_unp(n: &[u8; 9]) -> bool {
    const LETTERS: &[u8] = b"ABCEHKMOPT";
    let [region, second, digits @ .., check] = n;
    let Some(place) = LETTERS.iter().position(|letter| letter == second).and_then(|place| u64::try_from(place).ok())
    else {
        return false;
    };
    let (Some(head), Some(_), Some(check)) = (base36(*region), written(digits), written(&[*check])) else {
        return false;
    };
    let values = digits.map(|byte| byte.wrapping_sub(b'0'));
    let sum = 29 * head + 23 * place + weighted(&values, &[19, 17, 13, 7, 5, 3]);
    b"ABCEHKM".contains(region) && sum % 11 == check
}

/// Belarusian identification number: sex and century, birth date, region, serial, two letters, check digit
/// (weights 7, 3, 1, as in machine-readable passports).
pub(super) fn by_personal_number(n: &[u8; 14]) -> bool {
    let sum = n
        .iter()
        .zip([7, 3, 1].iter().cycle())
        .take(13)
        .try_fold(0, |sum, (&character, weight)| base36(character).map(|value| sum + value * weight));
    let [head @ .., region, a, b, c, first, second, check] = n;
    let Some(head) = written(head) else {
        return false;
    };
    // The year has two digits, so every fourth may be a leap year.
    let born = super::date::exists(2000 + head % 100, head / 100 % 100, head / 10_000 % 100);
    (1..=6).contains(&(head / 1_000_000))
        && born
        && b"ABCHKEM".contains(region)
        && written(&[*a, *b, *c]).is_some()
        && matches!([*first, *second], [b'P', b'B'] | [b'B', b'A' | b'I'])
        && written(&[*check]).is_some_and(|check| sum.is_some_and(|sum: u64| sum % 10 == check))
}

/// Moldovan IDNP: begins with 2, which stands for natural persons; the check digit of all state identifiers.
pub(super) fn md_idnp(n: &[u8; 13]) -> bool {
    at(n, 0) == 2 && weighted(n, &[7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]) % 10 == at(n, 12)
}

/// Russian taxpayer's number of a person: twelve digits, two of them check digits.
pub(super) fn ru_inn(n: &[u8; 12]) -> bool {
    weighted(n, &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10 == at(n, 10)
        && weighted(n, &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10 == at(n, 11)
}

/// Russian insurance number (SNILS): a check number modulo 101, for numbers above 001-001-998.
pub(super) fn ru_snils(n: &[u8; 11]) -> bool {
    let rest = weighted(n, &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101;
    part(n, 0, 9) > 1_001_998 && rest % 100 == part(n, 9, 11)
}

/// Ukrainian number of the taxpayer's card: ten digits, the last a check digit.
pub(super) fn ua_rntrc(n: &[u8; 10]) -> bool {
    // The first weight is -1, that is 10 modulo 11.
    weighted(n, &[10, 5, 7, 9, 4, 6, 10, 5, 7]) % 11 % 10 == at(n, 9)
}
