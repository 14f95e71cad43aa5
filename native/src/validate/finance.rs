//! Is it a bank, or an account at one?

use super::Table;
use super::beside::{alone, digits, repeated};
use super::card::issued;
use super::checksum::luhn;

/// Names of this file's checks.
pub const TABLE: Table = &[
    ("bic", bic),
    ("us_aba_routing", us_aba_routing),
    ("mx_clabe", mx_clabe),
    ("es_ccc", es_ccc),
    ("no_bank_account", no_bank_account),
    ("card_track", card_track),
];

// ISO 3166-1, and XK, which the registry of ISO 9362 uses for Kosovo.
const COUNTRIES: &[u8] =
    b"ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCL\
CMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMIN\
IOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNG\
NINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTN\
TOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";

/// A business identifier code (ISO 9362): letters 5 and 6 are a country. The form is the pattern's.
#[must_use]
pub fn bic(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let country = text.get(start..end)?.get(4..6)?;
    COUNTRIES.chunks_exact(2).any(|known| known.eq_ignore_ascii_case(country)).then_some(end)
}

fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(&digit, weight)| u32::from(digit) * weight).sum()
}

/// A US routing number: a district of the Federal Reserve that is in use, and the check digit (weights 3, 7, 1).
#[must_use]
pub fn us_aba_routing(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let number = digits::<9>(text.get(start..end)?)?;
    let district = number.iter().take(2).fold(0, |n, &d| n * 10 + d);
    let used = matches!(district, 1..=12 | 21..=32 | 61..=72 | 80);
    let right = weighted(&number, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10);
    (used && right && !repeated(&number) && alone(text, start, end)).then_some(end)
}

/// A Mexican CLABE: eighteen digits, the last one checks the others (weights 3, 7, 1, each product by 10).
#[must_use]
pub fn mx_clabe(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let number = digits::<18>(text.get(start..end)?)?;
    let (check, body) = number.split_last()?;
    let sum: u32 = body.iter().zip([3_u32, 7, 1].iter().cycle()).map(|(&d, w)| u32::from(d) * w % 10).sum();
    let right = (10 - sum % 10) % 10 == u32::from(*check);
    (right && !repeated(&number) && alone(text, start, end)).then_some(end)
}

/// A Spanish account number (código cuenta cliente): digits 9 and 10 check the bank and the account.
#[must_use]
pub fn es_ccc(text: &[u8], start: usize, end: usize) -> Option<usize> {
    const WEIGHTS: [u32; 10] = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
    let number = digits::<20>(text.get(start..end)?)?;
    let check = |part: &[u8], weights: &[u32]| match weighted(part, weights) % 11 {
        rest @ (0 | 1) => rest,
        rest => 11 - rest,
    };
    let (bank, rest) = number.split_at_checked(8)?;
    let (checks, account) = rest.split_at_checked(2)?;
    let right = [check(bank, WEIGHTS.get(2..)?), check(account, &WEIGHTS)];
    let equal = checks.iter().zip(right).all(|(&digit, wanted)| u32::from(digit) == wanted);
    (equal && !repeated(&number) && alone(text, start, end)).then_some(end)
}

/// A Norwegian account number: eleven digits, the last one by 11.
#[must_use]
pub fn no_bank_account(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let number = digits::<11>(text.get(start..end)?)?;
    let (check, body) = number.split_last()?;
    let right = weighted(body, &[6, 7, 8, 9, 4, 5, 6, 7, 8, 9]) % 11 == u32::from(*check);
    (right && !repeated(&number) && alone(text, start, end)).then_some(end)
}

/// What the magnetic stripe of a payment card holds (ISO/IEC 7813): a card number, and a month behind the separator.
#[must_use]
pub fn card_track(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let candidate = text.get(start..end)?;
    let body = candidate.iter().position(u8::is_ascii_digit)?;
    let candidate = candidate.get(body..)?;
    let length = candidate.iter().position(|b| !b.is_ascii_digit())?;
    let (number, rest) = candidate.split_at_checked(length)?;
    let mut card = [0_u8; 19];
    for (place, digit) in card.iter_mut().zip(number) {
        *place = digit - b'0';
    }
    let card = card.get(..length)?;
    let separator = *rest.first()?;
    let expiry = match rest.iter().rposition(|&b| b == b'^') {
        Some(last) if separator == b'^' => rest.get(last + 1..)?,
        _ => rest.get(1..)?,
    };
    let month = expiry.get(2..4)?;
    let calendar = matches!(month, [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2']);
    (calendar && issued(card) && luhn(card)).then_some(end)
}
