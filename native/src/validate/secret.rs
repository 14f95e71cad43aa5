//! Does it open something?

use super::Table;

/// Names of this file's checks.
pub const TABLE: Table = &[("jwt", jwt), ("github_token", github_token)];

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
