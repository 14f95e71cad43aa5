//! Is it a personal number of the Nordic or Baltic countries?

use super::date::exists;
use super::form::{at, letter_is, part, weighted, written};
use crate::validate::checksum::luhn;

/// Danish CPR number: the birth date, whose century the seventh digit tells. Since 2007 no check digit holds.
pub(super) fn dk_cpr(n: &[u8; 10]) -> bool {
    let year = part(n, 4, 6);
    let century = match at(n, 6) {
        5..=8 if year >= 58 => 1800,
        0..=3 => 1900,
        4 | 9 if year >= 37 => 1900,
        _ => 2000,
    };
    exists(century + year, part(n, 2, 4), part(n, 0, 2))
}

/// The check digit that Estonia and Lithuania share: a second set of weights where the first leaves 10.
fn baltic_check(n: &[u8; 11]) -> bool {
    let first = weighted(n, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let rest = if first == 10 { weighted(n, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 } else { first };
    rest % 10 == at(n, 10)
}

fn baltic_birth(n: &[u8; 11]) -> bool {
    let sex = at(n, 0);
    let century = 1800 + sex.saturating_sub(1) / 2 * 100;
    (1..=8).contains(&sex) && exists(century + part(n, 1, 3), part(n, 3, 5), part(n, 5, 7))
}

/// Estonian isikukood: sex and century, birth date, check digit.
pub(super) fn ee_isikukood(n: &[u8; 11]) -> bool {
    baltic_birth(n) && baltic_check(n)
}

/// Lithuanian asmens kodas: as in Estonia; one that begins with 9 holds no birth date.
pub(super) fn lt_asmens_kodas(n: &[u8; 11]) -> bool {
    (at(n, 0) == 9 || baltic_birth(n)) && baltic_check(n)
}

/// Latvian personas kods: birth date and century, or 32 since July 2017; check digit. Firms begin with 4 or more.
pub(super) fn lv_personas_kods(n: &[u8; 11]) -> bool {
    let year = 1800 + at(n, 6) * 100 + part(n, 4, 6);
    let born = part(n, 0, 2) == 32 || exists(year, part(n, 2, 4), part(n, 0, 2));
    born && (1 + weighted(n, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10 == at(n, 10)
}

/// Finnish HETU: birth date, sign of the century (five more for each since 2023), serial, check character.
/// Serials from 900 on are temporary and name nobody.
pub(super) fn fi_hetu(n: &[u8; 11]) -> bool {
    let [date @ .., sign, a, b, c, check] = n;
    let (Some(birth), Some(serial)) = (written(date), written(&[*a, *b, *c])) else {
        return false;
    };
    let century = match sign {
        b'+' => 1800,
        b'-' | b'U'..=b'Y' => 1900,
        b'A'..=b'F' => 2000,
        _ => return false,
    };
    exists(century + birth % 100, birth / 100 % 100, birth / 10_000)
        && (2..900).contains(&serial)
        && letter_is(b"0123456789ABCDEFHJKLMNPRSTUVWXY", (birth * 1000 + serial) % 31, *check)
}

/// Icelandic kennitala of a person: birth date, check digit, century. Firms have 40 added to the day.
pub(super) fn is_kennitala(n: &[u8; 10]) -> bool {
    let century = match at(n, 9) {
        9 => 1900,
        0 => 2000,
        _ => return false,
    };
    exists(century + part(n, 4, 6), part(n, 2, 4), part(n, 0, 2))
        && weighted(n, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// Norwegian fødselsnummer, or D-number (40 added to the day) or H-number (40 added to the month): two check digits,
/// a century that the individual number tells.
pub(super) fn no_fodselsnummer(n: &[u8; 11]) -> bool {
    let year = part(n, 4, 6);
    let century = match part(n, 6, 9) {
        500..750 if year >= 54 => 1800,
        500.. if year < 40 => 2000,
        0..500 | 900.. => 1900,
        _ => return false,
    };
    let without = |value: u64| if value > 40 { value - 40 } else { value };
    let (day, month) = (part(n, 0, 2), part(n, 2, 4));
    day < 80
        && exists(century + year, without(month), without(day))
        && weighted(n, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && weighted(n, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// Ten or twelve digits of a Swedish number, `-` or `+` before the last four: those digits, how many, and whether
/// the mark is `+`.
fn swedish(candidate: &[u8]) -> Option<([u8; 12], usize, bool)> {
    let mut digits = [0_u8; 12];
    let mut count = 0_usize;
    for &byte in candidate {
        if byte.is_ascii_digit() {
            *digits.get_mut(count)? = byte - b'0';
            count += 1;
        }
    }
    matches!(count, 10 | 12).then_some((digits, count, candidate.contains(&b'+')))
}

fn swedish_person(candidate: &[u8], added: u64) -> bool {
    let Some((digits, count, hundred)) = swedish(candidate) else {
        return false;
    };
    let digits = digits.get(..count).unwrap_or_default();
    let ten = digits.get(count - 10..).unwrap_or_default();
    let year = match (count, part(ten, 0, 2)) {
        (12, _) => part(digits, 0, 4),
        // Without a century: only of a year 00 does it matter which one, for the 29th of February.
        (_, 0) if hundred => 1900,
        (_, year) => 2000 + year,
    };
    let day = part(ten, 4, 6);
    (1800..2100).contains(&year)
        && day > added
        && exists(year, part(ten, 2, 4), day.saturating_sub(added))
        && part(ten, 6, 9) > 0
        && luhn(ten)
}

/// Swedish personnummer: birth date, serial, Luhn over the last ten digits.
pub(super) fn se_personnummer(candidate: &[u8]) -> bool {
    swedish_person(candidate, 0)
}

/// Swedish samordningsnummer, for people who are not registered: 60 added to the day.
pub(super) fn se_samordningsnummer(candidate: &[u8]) -> bool {
    swedish_person(candidate, 60)
}
