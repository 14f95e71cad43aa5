//! Is it a personal or tax number of the Benelux, France or the British Isles?

use super::date::exists;
use super::form::{at, letter_is, part, weighted, written};
use crate::validate::checksum::luhn;

/// Belgian national number, or BIS number (20 or 40 added to the month): check number modulo 97, after 1999 with a 2
/// before the digits. A month or day of zero is one that was not known. Both centuries are tried, without a clock.
pub(super) fn be_nn(n: &[u8; 11]) -> bool {
    let (number, check) = (part(n, 0, 9), part(n, 9, 11));
    let sound = |number: u64| 97 - number % 97 == check;
    matches!(part(n, 2, 4), 0..=12 | 20..=32 | 40..=52) && (sound(number) || sound(2_000_000_000 + number))
}

/// Number of a Belgian identity card: the last two digits are the rest by 97.
pub(super) fn be_eid(n: &[u8; 12]) -> bool {
    let rest = part(n, 0, 10) % 97;
    (if rest == 0 { 97 } else { rest }) == part(n, 10, 12)
}

/// Luxembourg's national number: birth date, serial, then Luhn and Verhoeff, both over the first eleven digits.
pub(super) fn lu_matricule(n: &[u8; 13]) -> bool {
    let [eleven @ .., _, last] = n;
    let [twelve @ .., _] = n;
    (1800..2100).contains(&part(n, 0, 4))
        && exists(part(n, 0, 4), part(n, 4, 6), part(n, 6, 8))
        && luhn(twelve)
        && verhoeff(eleven, *last)
}

/// Verhoeff's check in the dihedral group of order ten, whose members are `turns` (0-4) or mirrored (5-9).
fn verhoeff(digits: &[u8], check: u8) -> bool {
    const STEP: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let product = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let total = digits.iter().chain([&check]).rev().enumerate().fold(0, |total, (place, &digit)| {
        let moved = (0..place % 8).fold(digit, |d, _| STEP.get(usize::from(d)).copied().unwrap_or_default());
        product(total, moved)
    });
    total == 0
}

/// Dutch BSN: weights 9 to 2 and -1, modulo 11.
pub(super) fn nl_bsn(n: &[u8; 9]) -> bool {
    weighted(n, &[9, 8, 7, 6, 5, 4, 3, 2, 10]).is_multiple_of(11)
}

/// Dutch BSN of eight digits: its leading zero is often left out.
pub(super) fn nl_bsn_short(n: [u8; 8]) -> bool {
    weighted(&n, &[8, 7, 6, 5, 4, 3, 2, 10]).is_multiple_of(11)
}

/// Dutch education number: begins with 10, leaves 5.
pub(super) fn nl_onderwijsnummer(n: &[u8; 9]) -> bool {
    part(n, 0, 2) == 10 && weighted(n, &[9, 8, 7, 6, 5, 4, 3, 2, 10]) % 11 == 5
}

/// Number of a Dutch passport or identity card: two letters, six letters or digits, a digit, and never the letter O.
pub(super) fn nl_document(n: &[u8; 9]) -> bool {
    let [a, b, middle @ .., last] = n;
    a.is_ascii_uppercase()
        && b.is_ascii_uppercase()
        && last.is_ascii_digit()
        && middle.iter().all(u8::is_ascii_alphanumeric)
        && !n.contains(&b'O')
}

/// French NIR with its key, modulo 97; Corsica's departments 2A and 2B count as 19 and 18.
pub(super) fn fr_nir(n: &[u8; 15]) -> bool {
    let mut plain = *n;
    let [_, _, _, _, _, tens, units, ..] = &mut plain;
    match (*tens, *units) {
        (b'2', b'A') => (*tens, *units) = (b'1', b'9'),
        (b'2', b'B') => (*tens, *units) = (b'1', b'8'),
        _ => {}
    }
    let repeated = n.iter().all(|one| Some(one) == n.first());
    written(&plain).is_some_and(|all| !repeated && 97 - all / 100 % 97 == all % 100)
}

/// French tax number (SPI): begins with 0 to 3, the last three digits are the rest by 511.
pub(super) fn fr_spi(n: &[u8; 13]) -> bool {
    at(n, 0) <= 3 && part(n, 0, 10) % 511 == part(n, 10, 13)
}

/// British National Insurance number: prefixes and suffixes that are used; there is no check digit.
pub(super) fn gb_nino(n: &[u8; 9]) -> bool {
    let [first, second, digits @ .., suffix] = n;
    let unused = [*b"BG", *b"GB", *b"KN", *b"NK", *b"NT", *b"TN", *b"ZZ"];
    let prefix = |letter: &u8| letter.is_ascii_uppercase() && !b"DFIQUV".contains(letter);
    prefix(first)
        && prefix(second)
        && *second != b'O'
        && !unused.contains(&[*first, *second])
        && written(digits).is_some()
        && (b'A'..=b'D').contains(suffix)
}

/// British taxpayer reference: the first digit checks the other nine.
pub(super) fn gb_utr(n: &[u8; 10]) -> bool {
    const CHECKS: [u64; 11] = [2, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1];
    let rest = weighted(n, &[0, 6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11;
    usize::try_from(rest).ok().and_then(|rest| CHECKS.get(rest)) == Some(&at(n, 0))
}

const PUPIL: &[u8] = b"ABCDEFGHJKLMNPQRTUVWXYZ0123456789";

/// Local authorities in England that number pupils.
fn authority(number: u64) -> bool {
    matches!(number,
        201..=213 | 301..=320 | 330..=336 | 340..=344 | 350..=359 | 370..=373 | 380..=384 | 390..=394 | 420
        | 800..=803 | 805..=808 | 810..=813 | 815 | 816 | 821..=823 | 825 | 826 | 830 | 831 | 835..=837 | 840 | 841
        | 845 | 846 | 850..=852 | 855..=857 | 860 | 861 | 865..=874 | 876..=896 | 908 | 909 | 916 | 919 | 921 | 925
        | 926 | 928 | 929 | 931 | 933 | 935..=938)
}

/// English pupil number: check letter, local authority, school, year, serial (whose last place may be a letter).
pub(super) fn gb_upn(n: &[u8; 13]) -> bool {
    let [check, digits @ .., last] = n;
    let (Some(number), Some(_)) = (written(digits), PUPIL.iter().position(|known| known == last)) else {
        return false;
    };
    let sum = n.iter().skip(1).zip(2_u64..).try_fold(0_u64, |sum, (character, weight)| {
        let place = PUPIL.iter().position(|known| known == character)?;
        Some(sum + weight * u64::try_from(place).ok()?)
    });
    authority(number / 100_000_000) && sum.is_some_and(|sum| letter_is(PUPIL, sum % 23, *check))
}

const PPS: &[u8] = b"WABCDEFGHIJKLMNOPQRSTUV";

fn pps(digits: [u8; 7], check: u8, second: u64) -> bool {
    let values = digits.map(|byte| byte.wrapping_sub(b'0'));
    written(&digits).is_some() && letter_is(PPS, (weighted(&values, &[8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23, check)
}

/// Irish PPS number of seven digits and a check letter.
pub(super) fn ie_pps(n: [u8; 8]) -> bool {
    let [digits @ .., check] = n;
    pps(digits, check, 0)
}

/// Irish PPS number with a second letter: A, B and H (since 2013) are checked, the older W, T and X are not.
pub(super) fn ie_pps_long(n: &[u8; 9]) -> bool {
    let [digits @ .., check, second] = n;
    match second {
        b'A' | b'B' | b'H' => pps(*digits, *check, u64::from(second - b'A') + 1),
        b'W' | b'T' | b'X' => pps(*digits, *check, 0),
        _ => false,
    }
}
