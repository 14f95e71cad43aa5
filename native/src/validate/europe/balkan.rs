//! Is it a personal or tax number of Bulgaria, Romania or former Yugoslavia?

use super::date::exists;
use super::form::{at, part, weighted};

/// Bulgarian EGN: birth date (20 added to the month before 1900, 40 after 1999) and check digit.
pub(super) fn bg_egn(n: &[u8; 10]) -> bool {
    let (century, month) = match part(n, 2, 4) {
        month @ 41.. => (2000, month - 40),
        month @ 21..41 => (1800, month - 20),
        month => (1900, month),
    };
    exists(century + part(n, 0, 2), month, part(n, 4, 6))
        && weighted(n, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == at(n, 9)
}

/// Bulgarian personal number of a foreigner: a check digit, nothing else.
pub(super) fn bg_pnf(n: &[u8; 10]) -> bool {
    weighted(n, &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 == at(n, 9)
}

/// JMBG: day, month and three digits of the year, region, serial, check digit.
pub(super) fn jmbg(n: &[u8; 13]) -> bool {
    let year = part(n, 4, 7);
    let millennium = if year < 800 { 2000 } else { 1000 };
    let rest = weighted(n, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    exists(millennium + year, part(n, 2, 4), part(n, 0, 2)) && (11 - rest) % 11 % 10 == at(n, 12)
}

/// Romanian CNP: sex and century, birth date, county, check digit.
pub(super) fn ro_cnp(n: &[u8; 13]) -> bool {
    let century = match at(n, 0) {
        0 => return false,
        3 | 4 => 1800,
        5 | 6 => 2000,
        _ => 1900,
    };
    let county = matches!(part(n, 7, 9), 1..=48 | 51 | 52 | 70 | 80..=83);
    let rest = weighted(n, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    county
        && exists(century + part(n, 1, 3), part(n, 3, 5), part(n, 5, 7))
        && (if rest == 10 { 1 } else { rest }) == at(n, 12)
}

/// Slovenian tax number: eight digits, the last a check digit.
pub(super) fn si_davcna(n: [u8; 8]) -> bool {
    let check = 11 - weighted(&n, &[8, 7, 6, 5, 4, 3, 2]) % 11;
    at(&n, 0) != 0 && check != 11 && check % 10 == at(&n, 7)
}
