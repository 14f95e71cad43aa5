//! Is it a personal or tax number of the Iberian peninsula, Italy, Albania, Greece, Cyprus or Turkey?

use super::date::exists;
use super::form::{at, base36, letter_is, part, weighted, written};
use crate::validate::checksum::luhn;

/// Andorran tax number of a person: F for residents (up to 699999), E for others; how the last letter is found is not
/// published.
pub(super) fn ad_nrt(n: [u8; 8]) -> bool {
    let [kind, digits @ .., last] = n;
    let number = written(&digits);
    last.is_ascii_uppercase() && number.is_some_and(|number| kind == b'E' || (kind == b'F' && number <= 699_999))
}

/// Albanian NID: decade (A is 1900), year, month (30 added for foreigners, 50 for women), day, serial, a letter from
/// A to W, whose rule is not published.
pub(super) fn al_nid(n: &[u8; 10]) -> bool {
    let [decade, digits @ .., last] = n;
    let Some(digits) = written(digits) else {
        return false;
    };
    let year = 1900 + 10 * u64::from(decade.wrapping_sub(b'A')) + digits / 10_000_000;
    let month = match digits / 100_000 % 100 {
        month @ 81.. => month - 80,
        month @ 51.. => month - 50,
        month @ 31.. => month - 30,
        month => month,
    };
    (b'A'..=b'T').contains(decade) && (b'A'..=b'W').contains(last) && exists(year, month, digits / 1000 % 100)
}

/// Cypriot tax number: eight digits, not beginning with 12, and a check letter.
pub(super) fn cy_tic(n: &[u8; 9]) -> bool {
    const ODD: [u64; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let [digits @ .., check] = n;
    let mut sum = 0;
    for (place, byte) in digits.iter().enumerate() {
        let Some(value) = written(&[*byte]) else {
            return false;
        };
        let odd = usize::try_from(value).ok().and_then(|value| ODD.get(value)).copied().unwrap_or_default();
        sum += if place % 2 == 0 { odd } else { value };
    }
    !digits.starts_with(b"12") && letter_is(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", sum % 26, *check)
}

const DNI: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// Spanish DNI: eight digits and a letter.
pub(super) fn es_dni(n: &[u8; 9]) -> bool {
    let [digits @ .., check] = n;
    written(digits).is_some_and(|number| letter_is(DNI, number % 23, *check))
}

/// Spanish NIE (X, Y, Z), or tax number of a person without DNI (K, L, M): seven digits and a letter.
pub(super) fn es_nie(n: &[u8; 9]) -> bool {
    let [kind, digits @ .., check] = n;
    let head = match kind {
        b'X' | b'K' | b'L' | b'M' => 0,
        b'Y' => 10_000_000,
        b'Z' => 20_000_000,
        _ => return false,
    };
    written(digits).is_some_and(|number| letter_is(DNI, (head + number) % 23, *check))
}

/// Spanish social security number: province, number, and both by 97; a number below ten million has seven digits.
pub(super) fn es_nss(n: &[u8; 12]) -> bool {
    let (province, number) = (part(n, 0, 2), part(n, 2, 10));
    let whole = if number < 10_000_000 { province * 10_000_000 + number } else { part(n, 0, 10) };
    matches!(province, 1..=53 | 66) && whole % 97 == part(n, 10, 12)
}

/// Greek AMKA: birth date, serial, Luhn.
pub(super) fn gr_amka(n: &[u8; 11]) -> bool {
    let (day, month, year) = (part(n, 0, 2), part(n, 2, 4), part(n, 4, 6));
    (exists(1900 + year, month, day) || exists(2000 + year, month, day)) && luhn(n)
}

/// Greek tax number: powers of two, modulo 11.
pub(super) fn gr_afm(n: &[u8; 9]) -> bool {
    weighted(n, &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == at(n, 8)
}

/// The digit of a codice fiscale, which may be written as a letter where two people would have the same code.
fn omocodia(character: u8) -> Option<u64> {
    let letter = b"LMNPQRSTUV".iter().position(|&known| known == character);
    letter.and_then(|place| u64::try_from(place).ok()).or_else(|| written(&[character]))
}

/// Italian codice fiscale of a person: consonants of the name, birth date (40 added to the day for women), place,
/// check letter.
pub(super) fn it_codice_fiscale(n: &[u8; 16]) -> bool {
    const ODD: [u64; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let [name @ .., y1, y2, month, d1, d2, place, p1, p2, p3, check] = n;
    let numbers = [y1, y2, d1, d2, p1, p2, p3].map(|character| omocodia(*character));
    let [Some(y1), Some(y2), Some(d1), Some(d2), Some(_), Some(_), Some(_)] = numbers else {
        return false;
    };
    let Some(month) = b"ABCDEHLMPRST".iter().position(|known| known == month) else {
        return false;
    };
    let (year, day) = (y1 * 10 + y2, (d1 * 10 + d2) % 40);
    let century = if year < 20 { 2000 } else { 1900 };
    let born = u64::try_from(month).is_ok_and(|month| exists(century + year, month + 1, day));
    let sum = n.iter().take(15).enumerate().try_fold(0_u64, |sum, (place, &character)| {
        let value = base36(character)?;
        let value = if character.is_ascii_digit() { value } else { value - 10 };
        let odd = usize::try_from(value).ok().and_then(|value| ODD.get(value)).copied()?;
        Some(sum + if place % 2 == 0 { odd } else { value })
    });
    name.iter().all(u8::is_ascii_uppercase)
        && place.is_ascii_uppercase()
        && born
        && sum.is_some_and(|sum| letter_is(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", sum % 26, *check))
}

/// Portuguese tax number: weights 9 to 2, modulo 11.
pub(super) fn pt_nif(n: &[u8; 9]) -> bool {
    let rest = weighted(n, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    at(n, 0) != 0 && (11 - rest) % 11 % 10 == at(n, 8)
}

/// Portuguese citizen card: nine digits, two letters or digits of the version, and Luhn over base 36.
pub(super) fn pt_cartao_cidadao(n: &[u8; 12]) -> bool {
    let [digits @ .., _, _, check] = n;
    let sum = n.iter().rev().enumerate().try_fold(0_u64, |sum, (place, &character)| {
        let value = base36(character)?;
        Some(
            sum + if place % 2 == 0 {
                value
            } else if value < 5 {
                2 * value
            } else {
                2 * value - 9
            },
        )
    });
    let digits = digits.get(..9).and_then(written).is_some();
    digits && check.is_ascii_digit() && sum.is_some_and(|sum| sum.is_multiple_of(10))
}

/// Turkish identity number: does not begin with 0, two check digits.
pub(super) fn tr_kimlik(n: &[u8; 11]) -> bool {
    // 10 minus a digit is 9 times the digit, modulo 10: weights 3 and 1 become 7 and 9.
    let first = weighted(n, &[7, 9, 7, 9, 7, 9, 7, 9, 7]) % 10;
    let second = (first + weighted(n, &[1; 9])) % 10;
    at(n, 0) != 0 && first == at(n, 9) && second == at(n, 10)
}
