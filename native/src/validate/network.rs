//! Does it name a host, its network card, or a mailbox?

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Table;
use super::beside::{after, before, runs_on};

/// Names of this file's checks.
pub const TABLE: Table = &[("ipv4", ipv4), ("ipv6", ipv6), ("email", email), ("mac", mac)];

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
    // Eight groups of two digits are a network card's number (EUI-64).
    let card = candidate.len() == 23 && candidate.split(|&b| b == b':').all(|group| group.len() == 2);
    let named = !address.is_unspecified() && !address.is_loopback() && !card;
    (named && candidate.iter().any(u8::is_ascii_digit)).then_some(end)
}

/// A network card's number (EUI-48, EUI-64; IEEE 802): one separator throughout or none, not all zeros and not the
/// broadcast (groups such as `01:00:5e…` are left in: the bit that marks them is often set in made-up numbers). With
/// hyphens or points there must be a letter: digits so grouped are dates, phones and account numbers.
#[must_use]
pub fn mac(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let separator = |byte: &u8| matches!(byte, b':' | b'-' | b'.');
    let number = text.get(start..end)?;
    let mark = number.iter().copied().find(|byte| separator(byte));
    let even = number.iter().filter(|byte| separator(byte)).all(|&byte| Some(byte) == mark);
    let joint = |byte: Option<u8>| byte.is_some_and(|b| Some(b) == mark || b.is_ascii_alphanumeric());
    // A sentence's point may stand behind it.
    let goes_on = match after(text, end, 0) {
        Some(b'.') => after(text, end, 1).is_some_and(|b| b.is_ascii_hexdigit()),
        other => joint(other),
    };
    let mut signs = number.iter().filter(|byte| !separator(byte));
    let varied = signs.next().is_some_and(|one| signs.any(|other| !other.eq_ignore_ascii_case(one)));
    let telling = mark == Some(b':') || number.iter().any(u8::is_ascii_alphabetic);
    (even && varied && telling && !goes_on && !joint(before(text, start))).then_some(end)
}

// Endings that are files or units of a service manager, not domains: `icon@2x.png`, `getty@tty1.service`.
const FILE_ENDINGS: &[&[u8]] = &[
    b"service", b"socket", b"timer", b"mount", b"target", b"slice", b"zip", b"gz", b"avif", b"tsx", b"jsx", b"lock",
    b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"css", b"js", b"json", b"html", b"htm", b"xml", b"php", b"txt",
    b"pdf", b"exe", b"dll", b"yml", b"yaml",
];

/// Whether `start` lies in the user part of an address such as `https://user:word@host`: not behind its host, nor behind
/// a mark that ends a field.
fn in_user_part(text: &[u8], start: usize) -> bool {
    let ends = |b: &u8| b.is_ascii_whitespace() || b"/?\"'@,;|<>()[]{}".contains(b);
    let window = text.get(start.saturating_sub(128)..start).unwrap_or_default();
    let mut back = window.iter().rev().skip_while(|b| !ends(b));
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
    // `git@host:path` is how repositories are reached, by everybody alike.
    if local == b"git" && after(text, end, 0) == Some(b':') {
        return None;
    }
    let mut labels = domain.split(|&b| b == b'.');
    let sound = labels.clone().all(|l| l.len() <= 63 && l.first() != Some(&b'-') && l.last() != Some(&b'-'));
    let last = labels.next_back()?.to_ascii_lowercase();
    (sound && !FILE_ENDINGS.contains(&last.as_slice())).then_some(end)
}
