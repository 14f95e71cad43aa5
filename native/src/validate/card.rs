//! Is it a payment card, or another number with the same check digit?

use super::Table;
use super::beside::{after, before, digit, runs_on};
use super::checksum::luhn;

/// Names of this file's checks.
pub const TABLE: Table = &[("payment_card", payment_card), ("luhn", luhn_only)];

/// Whether an issuer of payment cards uses this beginning with this length (published issuer ranges).
#[must_use]
pub fn issued(digits: &[u8]) -> bool {
    let length = digits.len();
    if !(12..=19).contains(&length) {
        return false;
    }
    let six = digits.iter().take(6).fold(0_u32, |n, &d| n * 10 + u32::from(d));
    match six {
        // Visa
        400_000..=499_999 => matches!(length, 13 | 16 | 19),
        // American Express
        340_000..=349_999 | 370_000..=379_999 => length == 15,
        // Mastercard; RuPay; Elo; Hipercard; Dankort; Uzcard; Humo; BORICA
        510_000..=559_999
        | 222_100..=272_099
        | 508_500..=508_999
        | 606_985..=607_984
        | 608_001..=608_500
        | 817_200..=820_199
        | 504_175
        | 506_699..=506_778
        | 509_000..=509_999
        | 627_780
        | 636_297
        | 636_368
        | 606_282
        | 501_900..=501_999
        | 860_000..=860_099
        | 986_000..=986_099
        | 220_500..=220_599 => length == 16,
        // Discover; JCB; UnionPay; Mir; NAPAS
        601_100..=601_199
        | 644_000..=659_999
        | 352_800..=358_999
        | 620_000..=629_999
        | 810_000..=817_199
        | 220_000..=220_499
        | 970_400..=970_499 => length >= 16,
        // Diners Club
        300_000..=305_999 | 309_500..=309_599 | 360_000..=369_999 | 380_000..=399_999 => length >= 14,
        // Verve; Troy
        506_099..=506_198 | 507_865..=507_964 | 979_200..=979_289 => matches!(length, 16 | 18 | 19),
        // Maestro
        501_800..=501_899
        | 502_000..=502_099
        | 503_800..=503_899
        | 561_200..=561_299
        | 589_300..=589_399
        | 604_000..=604_099
        | 630_400..=630_499
        | 639_000..=639_099
        | 675_900..=675_999
        | 676_100..=676_399
        | 676_770
        | 676_774 => true,
        _ => false,
    }
}

/// A payment card number: Luhn, issuer range and length (ISO/IEC 7812-1). Tries the longest group of digits first,
/// so that a number followed by another number (an expiry date) is still found.
#[must_use]
pub fn payment_card(text: &[u8], start: usize, end: usize) -> Option<usize> {
    grouped_digits(text, start, end, 12, |digits| issued(digits) && luhn(digits))
}

/// Luhn alone, for the user's own numbers.
#[must_use]
pub fn luhn_only(text: &[u8], start: usize, end: usize) -> Option<usize> {
    grouped_digits(text, start, end, 2, luhn)
}

/// Whether groups of four are a part of a longer number in such groups: before them stand such a group or the beginning
/// of an IBAN (`SE71`), behind them another group that is no expiry (`1229`, `2029`), or several.
fn goes_on(text: &[u8], start: usize, end: usize) -> bool {
    let Some(mark @ (b' ' | b'-')) = text.get(start..end).and_then(|candidate| candidate.get(4)).copied() else {
        return false;
    };
    let group = |from: Option<usize>| -> Option<&[u8]> {
        let group = text.get(from?..from? + 4)?;
        let apart = |byte: Option<u8>| byte.is_none_or(|b| !b.is_ascii_alphanumeric());
        let alone = from?.checked_sub(1).is_none_or(|last| apart(text.get(last).copied()));
        (alone && apart(after(text, from? + 4, 0))).then_some(group)
    };
    let figures = |group: &[u8]| group.iter().all(u8::is_ascii_digit);
    let led = before(text, start) == Some(mark)
        && group(start.checked_sub(5)).is_some_and(|group| {
            let (head, tail) = group.split_at(2);
            figures(tail) && (figures(head) || head.iter().all(u8::is_ascii_alphabetic))
        });
    let next = |from: usize| group((after(text, from, 0) == Some(mark)).then_some(from + 1)).filter(|one| figures(one));
    let expiry =
        |group: &[u8]| group.starts_with(b"20") || matches!(group, [b'0', b'1'..=b'9', ..] | [b'1', b'0'..=b'2', ..]);
    let followed = next(end).is_some_and(|group| !expiry(group) || next(end + 5).is_some());
    led || followed
}

fn grouped_digits(
    text: &[u8],
    start: usize,
    end: usize,
    least: usize,
    accept: impl Fn(&[u8]) -> bool,
) -> Option<usize> {
    // `0.4111…` is a decimal number, `-4111…` after a letter or digit part of a longer identifier.
    let leading = before(text, start);
    if leading == Some(b'.')
        || (leading == Some(b'-') && before(text, start.saturating_sub(1)).is_some_and(|b| b.is_ascii_alphanumeric()))
    {
        return None;
    }
    let candidate = text.get(start..end)?;
    let mut digits = [0_u8; 32];
    let mut count = 0_usize;
    let mut ends = [(0_usize, 0_usize); 32]; // (digits so far, end) of each group
    let mut groups = 0_usize;
    for (offset, &byte) in candidate.iter().enumerate() {
        if let Some(value) = digit(byte) {
            *digits.get_mut(count)? = value;
            count += 1;
            let last_of_group = candidate.get(offset + 1).is_none_or(|b| !b.is_ascii_digit());
            if last_of_group {
                *ends.get_mut(groups)? = (count, start + offset + 1);
                groups += 1;
            }
        }
    }
    let ends = ends.get(..groups)?;
    if ends.len() == 4 && ends.first().is_some_and(|&(count, _)| count == 4) && goes_on(text, start, end) {
        return None;
    }
    ends.iter().rev().find_map(|&(count, end)| {
        let number = digits.get(..count)?;
        let repeated = number.iter().all(|d| Some(d) == number.first());
        let whole = after(text, end, 0).is_none_or(|b| !b.is_ascii_alphanumeric() && b != b'_');
        (count >= least && !repeated && whole && !runs_on(text, end) && accept(number)).then_some(end)
    })
}
