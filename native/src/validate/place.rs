//! Is it a place where somebody is, or lives?

use super::Table;
use super::beside::{after, before};

/// Names of this file's checks.
pub const TABLE: Table = &[
    ("lat_lon", lat_lon),
    ("lon_lat", lon_lat),
    ("degrees", degrees),
    ("iso6709", iso6709),
    ("plus_code", plus_code),
    ("words3", words3),
];

/// The numbers of a candidate in order; anything but digits, points and signs parts them.
fn numbers<const N: usize>(candidate: &[u8]) -> Option<[f64; N]> {
    let mut found = [0.0_f64; N];
    let mut count = 0_usize;
    let parts = candidate.split(|byte| !matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+'));
    for part in parts.filter(|part| part.iter().any(u8::is_ascii_digit)) {
        *found.get_mut(count)? = std::str::from_utf8(part).ok()?.parse().ok()?;
        count += 1;
    }
    (count == N).then_some(found)
}

fn on_earth(latitude: f64, longitude: f64) -> bool {
    // Two numbers below one are shares or probabilities far more often than the sea off Ghana.
    latitude.abs() <= 90.0 && longitude.abs() <= 180.0 && (latitude.abs() >= 1.0 || longitude.abs() >= 1.0)
}

/// Whether the pair is a part of a longer list of numbers written alike: a vector, a matrix row, a bounding box. A number
/// with fewer decimals beside it is another field (an altitude, an amount), and so is a whole number.
fn in_a_list(text: &[u8], start: usize, end: usize) -> bool {
    let fine = |decimals: usize| decimals >= FINE.min(decimals_before(text, end));
    let ahead = text.get(end..).unwrap_or_default();
    let followed = behind_comma(ahead.iter()).is_some_and(|rest| {
        let whole = rest.clone().take_while(|b| matches!(b, b'-' | b'0'..=b'9')).count();
        let mut tail = rest.skip(whole);
        whole > 0 && tail.next() == Some(&b'.') && fine(tail.take_while(|b| b.is_ascii_digit()).count())
    });
    let back = text.get(..start).unwrap_or_default();
    let led = behind_comma(back.iter().rev()).is_some_and(|rest| {
        let decimals = rest.clone().take(20).take_while(|b| b.is_ascii_digit()).count();
        rest.clone().nth(decimals) == Some(&b'.') && decimals > 0 && fine(decimals)
    });
    followed || led
}

/// Decimals from which on two numbers in a list are of one kind.
const FINE: usize = 3;

/// What stands behind a comma and blanks.
fn behind_comma<'a, I: Iterator<Item = &'a u8> + Clone>(mut bytes: I) -> Option<impl Iterator<Item = &'a u8> + Clone> {
    let comma = bytes.find(|byte| **byte != b' ')? == &b',';
    comma.then(|| bytes.skip_while(|byte| **byte == b' '))
}

fn decimals_before(text: &[u8], end: usize) -> usize {
    text.get(..end).unwrap_or_default().iter().rev().take(20).take_while(|b| b.is_ascii_digit()).count()
}

/// Latitude, then longitude, in decimal degrees (WGS 84).
#[must_use]
pub fn lat_lon(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let [latitude, longitude] = numbers::<2>(text.get(start..end)?)?;
    let joined = matches!(before(text, start), Some(b'.' | b'-' | b'+'))
        || (after(text, end, 0) == Some(b'.') && after(text, end, 1).is_some_and(|b| b.is_ascii_digit()));
    (!joined && on_earth(latitude, longitude) && !in_a_list(text, start, end)).then_some(end)
}

/// Longitude, then latitude: `GeoJSON` (RFC 7946) and well-known text (ISO 19125) write them in this order.
#[must_use]
pub fn lon_lat(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let [longitude, latitude] = numbers::<2>(text.get(start..end)?)?;
    on_earth(latitude, longitude).then_some(end)
}

/// Latitude and longitude with their signs, perhaps an altitude, and a slash behind (ISO 6709, annex H).
#[must_use]
pub fn iso6709(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let candidate = text.get(start..end)?;
    let second = 1 + candidate.get(1..)?.iter().position(|b| matches!(b, b'+' | b'-'))?;
    let number = |part: &[u8]| std::str::from_utf8(part).ok()?.parse::<f64>().ok();
    let (first, rest) = candidate.split_at_checked(second)?;
    let length = 1 + rest.get(1..)?.iter().position(|b| !matches!(b, b'0'..=b'9' | b'.'))?;
    on_earth(number(first)?, number(rest.get(..length)?)?).then_some(end)
}

/// Degrees with the points of the compass, alone or with minutes, or with minutes and seconds (ISO 6709, annex D).
#[must_use]
pub fn degrees(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let candidate = text.get(start..end)?;
    let (first, second) = numbers::<2>(candidate)
        .map(|[a, b]| (Some(a), Some(b)))
        .or_else(|| numbers::<4>(candidate).map(|[a, b, c, d]| (sixtieths(a, b, 0.0), sixtieths(c, d, 0.0))))
        .or_else(|| numbers::<6>(candidate).map(|[a, b, c, d, e, f]| (sixtieths(a, b, c), sixtieths(d, e, f))))?;
    let points: Vec<u8> = candidate.iter().filter(|b| matches!(b, b'N' | b'S' | b'E' | b'W' | b'O')).copied().collect();
    let (latitude, longitude) = match points.as_slice() {
        [b'N' | b'S', b'E' | b'W' | b'O'] => (first?, second?),
        [b'E' | b'W' | b'O', b'N' | b'S'] => (second?, first?),
        _ => return None,
    };
    (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then_some(end)
}

fn sixtieths(whole: f64, minutes: f64, seconds: f64) -> Option<f64> {
    let sound = (0.0..60.0).contains(&minutes) && (0.0..60.0).contains(&seconds);
    sound.then_some(whole.abs() + minutes / 60.0 + seconds / 3600.0)
}

/// A full Open Location Code: its first two signs lie within the poles and once around, and it is no sum of numbers.
#[must_use]
pub fn plus_code(text: &[u8], start: usize, end: usize) -> Option<usize> {
    const SIGNS: &[u8] = b"23456789CFGHJMPQRVWX";
    let code = text.get(start..end)?;
    let place = |index: usize| SIGNS.iter().position(|sign| code.get(index) == Some(sign));
    let lettered = code.iter().any(u8::is_ascii_alphabetic);
    (lettered && place(0)? <= 8 && place(1)? <= 17).then_some(end)
}

/// Three words behind three slashes that are not the beginning of a path: `file:///…`.
#[must_use]
pub fn words3(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let words = text.get(start..end)?.split(|&b| b == b'.').count() == 3;
    let path = matches!(before(text, start), Some(b':' | b'/'))
        || matches!(after(text, end, 0), Some(b'/' | b'_'))
        || (after(text, end, 0) == Some(b'.') && after(text, end, 1).is_some_and(|b| b.is_ascii_alphanumeric()));
    (words && !path).then_some(end)
}
