//! Is the checksum that the token's maker put in it right?

use super::base::{crc32, is_number};

/// A GitHub token of the form with a checksum: the last six characters are CRC-32 of the thirty before, in base 62.
/// Fine-grained tokens publish no such rule and stay unconfirmed.
#[must_use]
pub fn github_token(text: &[u8], start: usize, end: usize) -> Option<usize> {
    thirty_and_six(text.get(start..end)?.get(4..)?).then_some(end)
}

/// An npm token: built as GitHub's are.
#[must_use]
pub fn npm_token(text: &[u8], start: usize, end: usize) -> Option<usize> {
    thirty_and_six(text.get(start..end)?.strip_prefix(b"npm_")?).then_some(end)
}

fn thirty_and_six(body: &[u8]) -> bool {
    body.len() == 36
        && body.split_at_checked(30).is_some_and(|(random, check)| is_number(check, crc32(random), 62, false))
}

/// A routable GitLab token: `<prefix><base 64>.<version>.<length><check>`; the length of the base 64 part in two digits
/// of base 36, then CRC-32 of all before it in seven. The first such tokens had no version.
#[must_use]
pub fn gitlab_token(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let token = text.get(start..end)?;
    let (told, check) = token.split_at_checked(token.len().checked_sub(7)?)?;
    let (payload, length) = told.split_at_checked(told.len().checked_sub(2)?)?;
    let payload = payload.strip_suffix(b".")?;
    let payload = payload.strip_suffix(b".01").unwrap_or(payload);
    // The prefix has a hyphen, and before a runner's payload its kind: `t1_`. The payload may hold both characters.
    let marks = payload.iter().enumerate().filter(|&(_, &byte)| byte == b'-' || byte == b'_');
    let mut lengths = marks.filter_map(|(place, _)| u32::try_from(payload.len() - place - 1).ok());
    let right = lengths.any(|size| is_number(length, size, 36, true));
    (right && is_number(check, crc32(told), 36, true)).then_some(end)
}

/// A Grafana service account token: `glsa_<32>_<8>`, the last part CRC-32 of all before it, least byte first, in hex.
#[must_use]
pub fn grafana_token(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let token = text.get(start..end)?;
    let (told, check) = token.split_at_checked(token.len().checked_sub(9)?)?;
    let wanted = crc32(told).to_le_bytes();
    let mut pairs = check.strip_prefix(b"_")?.chunks_exact(2);
    let right = wanted.iter().all(|&byte| {
        let pair = pairs.next().and_then(|pair| std::str::from_utf8(pair).ok());
        pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) == Some(byte)
    });
    right.then_some(end)
}
