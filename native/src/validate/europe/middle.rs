//! Is it a personal or tax number of Austria, Czechia, Germany, Hungary, Poland, Slovakia or Switzerland?

use super::date::exists;
use super::form::{at, mod_11_10, part, weighted, written};
use crate::validate::checksum::luhn;

/// Austrian insurance number: the fourth digit checks the others. The birth date is only usual, so it is not asked.
pub(super) fn at_vnr(n: &[u8; 10]) -> bool {
    at(n, 0) != 0 && weighted(n, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 == at(n, 3)
}

/// Austrian tax account: a tax office that exists, and Luhn.
pub(super) fn at_tin(n: &[u8; 9]) -> bool {
    let office = matches!(part(n, 0, 2),
        3 | 4 | 6..=10 | 12 | 15 | 16 | 18 | 22 | 23 | 29 | 33 | 38 | 41 | 46 | 51..=54 | 57 | 59 | 61 | 65
        | 67..=69 | 71 | 72 | 81..=84 | 90 | 91 | 93 | 97 | 98);
    office && luhn(n)
}

/// Swiss AHV number: 756 and the check digit of European article numbers.
pub(super) fn ch_ahv(n: &[u8; 13]) -> bool {
    part(n, 0, 3) == 756 && weighted(n, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

fn czech_birth(year: u64, n: &[u8]) -> bool {
    // Women have 50 added to the month; 20 more since 2004, when a day's serials are used up.
    exists(year, part(n, 2, 4) % 50 % 20, part(n, 4, 6))
}

/// Czech and Slovak rodné číslo of ten digits, since 1954: birth date, and the first nine by 11.
pub(super) fn cz_rodne_cislo(n: &[u8; 10]) -> bool {
    let year = match part(n, 0, 2) {
        year @ 0..54 => 2000 + year,
        year => 1900 + year,
    };
    czech_birth(year, n) && part(n, 0, 9) % 11 % 10 == at(n, 9)
}

/// Czech and Slovak rodné číslo of nine digits, before 1954: a birth date alone.
pub(super) fn cz_rodne_cislo_short(n: &[u8; 9]) -> bool {
    match part(n, 0, 2) {
        year @ 0..54 => czech_birth(1900 + year, n),
        year @ 80.. => czech_birth(1800 + year, n),
        _ => false,
    }
}

/// German tax identification number: among the first ten digits exactly one stands twice or three times; ISO 7064.
pub(super) fn de_steuer_id(n: &[u8; 11]) -> bool {
    let [ten @ .., _] = n;
    let mut times = [0_u8; 10];
    for &digit in ten {
        if let Some(count) = times.get_mut(usize::from(digit)) {
            *count += 1;
        }
    }
    let mut several = times.iter().filter(|&&count| count > 1);
    let once = matches!((several.next(), several.next()), (Some(2 | 3), None));
    at(n, 0) != 0 && once && mod_11_10(n)
}

/// German pension insurance number: insurer's area, birth date (zeros where unknown), initial, serial, check digit.
pub(super) fn de_rentenversicherung(n: &[u8; 12]) -> bool {
    let [head @ .., initial, tens, units, check] = n;
    let (Some(front), Some(serial), Some(check)) = (written(head), written(&[*tens, *units]), written(&[*check]))
    else {
        return false;
    };
    let area = matches!(front / 1_000_000,
        2..=4 | 8..=21 | 23..=26 | 28 | 29 | 38..=40 | 42..=44 | 48..=61 | 63..=66 | 68 | 69 | 80..=82 | 89);
    let dated = front / 10_000 % 100 <= 31 && front / 100 % 100 <= 12;
    let letter = u64::from(initial.wrapping_sub(b'A')) + 1;
    let mut number = (front * 100 + letter) * 100 + serial;
    let mut sum = 0;
    for factor in [1, 2, 1, 2, 1, 2, 1, 7, 5, 2, 1, 2] {
        let product = number % 10 * factor;
        sum += product / 10 + product % 10;
        number /= 10;
    }
    initial.is_ascii_uppercase() && area && dated && sum % 10 == check
}

/// Hungarian tax number of a person: 8, the days from 1867 to the birth, serial, check digit.
pub(super) fn hu_adoazonosito(n: &[u8; 10]) -> bool {
    at(n, 0) == 8 && weighted(n, &[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 == at(n, 9)
}

/// Hungarian insurance number: weights 3 and 7 in turn, modulo 10.
pub(super) fn hu_taj(n: &[u8; 9]) -> bool {
    weighted(n, &[3, 7, 3, 7, 3, 7, 3, 7]) % 10 == at(n, 8)
}

/// Hungarian personal number: sex and century, birth date, serial, check digit, whose weights were turned round for
/// births since 1997.
pub(super) fn hu_szemelyi_szam(n: &[u8; 11]) -> bool {
    let year = part(n, 1, 3);
    let (century, turned) = match at(n, 0) {
        1 | 2 | 5 | 6 => (1900, year >= 97),
        3 | 4 | 7 | 8 => (2000, true),
        _ => return false,
    };
    let weights = if turned { [10, 9, 8, 7, 6, 5, 4, 3, 2, 1] } else { [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] };
    exists(century + year, part(n, 3, 5), part(n, 5, 7)) && weighted(n, &weights) % 11 == at(n, 10)
}

/// Polish PESEL: birth date (the century is added to the month), serial, check digit.
pub(super) fn pl_pesel(n: &[u8; 11]) -> bool {
    let month = part(n, 2, 4);
    let century = match month / 20 {
        4 => 1800,
        centuries => 1900 + centuries * 100,
    };
    exists(century + part(n, 0, 2), month % 20, part(n, 4, 6))
        && weighted(n, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}
