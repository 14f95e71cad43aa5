//! Is it a bank account number of a country that has registered its form?

use super::Table;
use super::beside::after;
use super::checksum::mod97;
use crate::iban::STRUCTURES;

/// Names of this file's checks.
pub const TABLE: Table = &[("iban", iban)];

/// An IBAN: registered country, its length and structure, mod-97 (ISO 13616-1, ISO 7064).
/// Blanks between groups are allowed; a word that follows is left out.
#[must_use]
pub fn iban(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let candidate = text.get(start..end)?;
    let mut compact = [0_u8; 34];
    let country = [candidate.first()?.to_ascii_uppercase(), candidate.get(1)?.to_ascii_uppercase()];
    let place = STRUCTURES.binary_search_by(|(known, _)| known.as_slice().cmp(country.as_slice())).ok()?;
    let structure = STRUCTURES.get(place)?.1;
    let wanted = 4 + parts(structure).map(|(count, _)| count).sum::<usize>();
    let mut count = 0_usize;
    let mut stop = start;
    for (offset, &byte) in candidate.iter().enumerate() {
        if byte == b' ' || byte == b'-' {
            continue;
        }
        *compact.get_mut(count)? = byte.to_ascii_uppercase();
        count += 1;
        if count == wanted {
            stop = start + offset + 1;
            break;
        }
    }
    let compact = compact.get(..wanted)?;
    let bounded = after(text, stop, 0).is_none_or(|b| !b.is_ascii_alphanumeric());
    (count == wanted && bounded && structured(compact, structure) && mod97(compact) == Some(1)).then_some(stop)
}

fn parts(structure: &[u8]) -> impl Iterator<Item = (usize, u8)> + '_ {
    structure.split_inclusive(u8::is_ascii_alphabetic).filter_map(|part| {
        let (kind, number) = part.split_last()?;
        Some((number.iter().fold(0, |n, &d| n * 10 + usize::from(d.wrapping_sub(b'0'))), *kind))
    })
}

fn structured(compact: &[u8], structure: &[u8]) -> bool {
    let mut rest = compact.get(4..).unwrap_or_default();
    let checks = compact.get(2..4).is_some_and(|two| two.iter().all(u8::is_ascii_digit));
    checks
        && parts(structure).all(|(count, kind)| {
            let Some((part, tail)) = rest.split_at_checked(count) else {
                return false;
            };
            rest = tail;
            part.iter().all(|b| match kind {
                b'n' => b.is_ascii_digit(),
                b'a' => b.is_ascii_uppercase(),
                _ => b.is_ascii_alphanumeric(),
            })
        })
}
