//! Is this candidate what it looks like? Checks beyond the form: checksums, ranges, registries.
//!
//! A validator sees the whole text, so that it can look at what stands beside the candidate, and answers where the
//! valid part ends (it may be shorter than the candidate), or `None`. None of them can panic: positions are only
//! ever compared and used through `get`.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::iban::STRUCTURES;

/// `(text, start, end) -> end of the valid part`, with `start <= end <= text.len()`.
pub type Validator = fn(&[u8], usize, usize) -> Option<usize>;

/// The validator of that name, or `None` where there is none.
#[must_use]
pub fn by_name(name: &str) -> Option<Validator> {
    Some(match name {
        "payment_card" => payment_card,
        "iban" => iban,
        "us_ssn" => us_ssn,
        "ipv4" => ipv4,
        "ipv6" => ipv6,
        "jwt" => jwt,
        "email" => email,
        "github_token" => github_token,
        "luhn" => luhn_only,
        _ => return None,
    })
}

/// Names that `by_name` knows.
pub const NAMES: &[&str] = &["payment_card", "iban", "us_ssn", "ipv4", "ipv6", "jwt", "email", "github_token", "luhn"];

fn digit(byte: u8) -> Option<u8> {
    byte.is_ascii_digit().then(|| byte - b'0')
}

fn before(text: &[u8], start: usize) -> Option<u8> {
    text.get(start.checked_sub(1)?).copied()
}

fn after(text: &[u8], end: usize, distance: usize) -> Option<u8> {
    text.get(end.checked_add(distance)?).copied()
}

/// A point with a digit behind it: the candidate is the first part of a decimal number or of a longer dotted one.
fn runs_on(text: &[u8], end: usize) -> bool {
    after(text, end, 0) == Some(b'.') && after(text, end, 1).is_some_and(|b| b.is_ascii_digit())
}

/// Luhn's check (ISO/IEC 7812-1, annex B) over digits 0-9.
#[must_use]
pub fn luhn(digits: &[u8]) -> bool {
    let mut sum = 0_u32;
    for (place, &value) in digits.iter().rev().enumerate() {
        let value = u32::from(value);
        sum += match (place % 2, value) {
            (0, v) => v,
            (_, v) if v < 5 => 2 * v,
            (_, v) => 2 * v - 9,
        };
    }
    !digits.is_empty() && sum.is_multiple_of(10)
}

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
        // Mastercard; RuPay
        510_000..=559_999 | 222_100..=272_099 | 508_500..=508_999 | 606_985..=607_984 | 608_001..=608_500 => {
            length == 16
        }
        // Discover; JCB; UnionPay; Mir
        601_100..=601_199
        | 644_000..=659_999
        | 352_800..=358_999
        | 620_000..=629_999
        | 810_000..=817_199
        | 220_000..=220_499 => length >= 16,
        // Diners Club
        300_000..=305_999 | 309_500..=309_599 | 360_000..=369_999 | 380_000..=399_999 => length >= 14,
        // Verve; Troy
        506_099..=506_198 | 979_200..=979_289 => matches!(length, 16 | 18 | 19),
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
        | 676_100..=676_399 => true,
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
    ends.iter().rev().find_map(|&(count, end)| {
        let number = digits.get(..count)?;
        let repeated = number.iter().all(|d| Some(d) == number.first());
        let whole = after(text, end, 0).is_none_or(|b| !b.is_ascii_alphanumeric() && b != b'_');
        (count >= least && !repeated && whole && !runs_on(text, end) && accept(number)).then_some(end)
    })
}

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

fn mod97(compact: &[u8]) -> Option<u32> {
    let (head, tail) = compact.split_at_checked(4)?;
    let mut rest = 0_u32;
    for &byte in tail.iter().chain(head) {
        rest = match byte {
            b'0'..=b'9' => rest * 10 + u32::from(byte - b'0'),
            b'A'..=b'Z' => rest * 100 + u32::from(byte - b'A') + 10,
            _ => return None,
        } % 97;
    }
    Some(rest)
}

/// A US Social Security number: area, group and serial that the SSA issues; not one known from advertisements.
#[must_use]
pub fn us_ssn(text: &[u8], start: usize, end: usize) -> Option<usize> {
    if matches!(before(text, start), Some(b'-' | b'.' | b'+'))
        || after(text, end, 0) == Some(b'-')
        || runs_on(text, end)
    {
        return None;
    }
    let mut number = 0_u32;
    let mut count = 0_usize;
    for value in text.get(start..end)?.iter().filter_map(|&b| digit(b)) {
        if count == 9 {
            return None;
        }
        number = number * 10 + u32::from(value);
        count += 1;
    }
    let (area, group, serial) = (number / 1_000_000, number / 10_000 % 100, number % 10_000);
    let advertised = matches!(number, 78_051_120 | 457_555_462 | 219_099_999);
    let refused = area == 0 || area == 666 || area >= 900 || group == 0 || serial == 0 || advertised;
    (count == 9 && !refused).then_some(end)
}

/// An IPv4 address in dotted decimal, not part of a longer dotted number, not `0.x`, and not the version of a
/// product: `Browser/114.0.0.0`, `tool-1.2.3.4`, `1.2.3.4-beta`.
#[must_use]
pub fn ipv4(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let letter = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphabetic());
    let leading = before(text, start);
    let product = leading == Some(b'/') && letter(before(text, start.saturating_sub(1)));
    let suffix = matches!(after(text, end, 0), Some(b'-' | b'+')) && letter(after(text, end, 1));
    if matches!(leading, Some(b'.' | b'-' | b'+')) || product || suffix || runs_on(text, end) {
        return None;
    }
    let address: Ipv4Addr = std::str::from_utf8(text.get(start..end)?).ok()?.parse().ok()?;
    (address.octets()[0] != 0 && !address.is_broadcast()).then_some(end)
}

/// An IPv6 address (RFC 4291) that names a host: `::` and `::1` do not, and words that happen to be hexadecimal do not.
#[must_use]
pub fn ipv6(text: &[u8], start: usize, end: usize) -> Option<usize> {
    if after(text, end, 0).is_some_and(|b| b.is_ascii_alphanumeric() || b == b':' || b == b'_') {
        return None;
    }
    let candidate = text.get(start..end)?;
    // A sentence's colon or point may stand behind the address.
    let trailing = candidate.iter().rev().take_while(|&&b| b == b'.').count();
    let end = end.checked_sub(trailing)?;
    let candidate = text.get(start..end)?;
    let address: Ipv6Addr = std::str::from_utf8(candidate).ok()?.parse().ok()?;
    let named = !address.is_unspecified() && !address.is_loopback();
    (named && candidate.iter().any(u8::is_ascii_digit)).then_some(end)
}

/// A JSON Web Token (RFC 7519) whose header decodes to a JSON object with the member `alg`.
#[must_use]
pub fn jwt(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let token = text.get(start..end)?;
    let head = token.split(|&b| b == b'.').next()?;
    let json = base64url(head)?;
    let json = std::str::from_utf8(&json).ok()?.trim();
    let object = json.strip_prefix('{')?.strip_suffix('}')?;
    let value = object.split_once("\"alg\"")?.1.trim_start().strip_prefix(':')?.trim_start();
    value.starts_with('"').then_some(end)
}

fn base64url(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let mut bits = 0_u32;
    let mut held = 0_u32;
    for &byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        held = (held << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xff).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    Some(out)
}

// Endings that are files, not domains: `icon@2x.png`.
const FILE_ENDINGS: &[&[u8]] = &[
    b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"css", b"js", b"json", b"html", b"htm", b"xml", b"php", b"txt",
    b"pdf", b"exe", b"dll", b"yml", b"yaml",
];

/// Whether `start` lies in the user part of an address such as `https://user:word@host`.
fn in_user_part(text: &[u8], start: usize) -> bool {
    let window = text.get(start.saturating_sub(128)..start).unwrap_or_default();
    let mut back = window.iter().rev().skip_while(|b| !matches!(b, b'/' | b'?' | b' ' | b'"' | b'\n'));
    back.next() == Some(&b'/') && back.next() == Some(&b'/')
}

/// An e-mail address (RFC 5321 sizes): no empty part, labels of 1-63 without a hyphen at the edges, no file name,
/// not the password and host of a web address.
#[must_use]
pub fn email(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let address = text.get(start..end)?;
    let at = address.iter().rposition(|&b| b == b'@')?;
    let (local, domain) = (address.get(..at)?, address.get(at + 1..)?);
    let dotted = |part: &[u8]| part.split(|&b| b == b'.').all(|piece| !piece.is_empty());
    if local.len() > 64 || address.len() > 254 || !dotted(local) || !dotted(domain) || in_user_part(text, start) {
        return None;
    }
    let mut labels = domain.split(|&b| b == b'.');
    let sound = labels.clone().all(|l| l.len() <= 63 && l.first() != Some(&b'-') && l.last() != Some(&b'-'));
    let last = labels.next_back()?.to_ascii_lowercase();
    (sound && !FILE_ENDINGS.contains(&last.as_slice())).then_some(end)
}

/// A GitHub token of the form with a checksum: the last six characters are CRC-32 of the thirty before, in base 62.
/// Fine-grained tokens publish no such rule and stay unconfirmed.
#[must_use]
pub fn github_token(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let token = text.get(start..end)?;
    let body = token.get(4..)?;
    if body.len() != 36 {
        return None;
    }
    let (random, check) = body.split_at_checked(30)?;
    let mut rest = crc32(random);
    for &byte in check.iter().rev() {
        const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let wanted = usize::try_from(rest % 62).ok().and_then(|place| DIGITS.get(place))?;
        if byte != *wanted {
            return None;
        }
        rest /= 62;
    }
    Some(end)
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}
