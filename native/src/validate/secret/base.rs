//! What do base 64, base 62 and base 36 stand for?

/// Bytes of base 64 (RFC 4648), either alphabet, with or without padding; `None` where anything else is in it.
#[must_use]
pub fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let body = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    let mut out = Vec::with_capacity(body.len() / 4 * 3 + 3);
    let mut bits = 0_u32;
    let mut held = 0_u32;
    for &byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
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

/// Whether `digits` are the number, written with as many digits as there are, zeros in front. The first 10, 36 or 62
/// of `0-9A-Za-z` are the digits; `small` takes `a-z` right behind `0-9`.
#[must_use]
pub fn is_number(digits: &[u8], number: u32, base: u32, small: bool) -> bool {
    let mut rest = number;
    for &byte in digits.iter().rev() {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'z' if small => byte - b'a' + 10,
            b'A'..=b'Z' if !small => byte - b'A' + 10,
            b'a'..=b'z' => byte - b'a' + 36,
            _ => return false,
        };
        if u32::from(value) != rest % base {
            return false;
        }
        rest /= base;
    }
    rest == 0
}

/// CRC-32 as of IEEE 802.3, zlib and PNG.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}
