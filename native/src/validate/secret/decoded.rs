//! Does it decode to what it claims to be?

use super::base::base64;

/// A JSON Web Token (RFC 7519) whose header decodes to a JSON object with the member `alg`.
#[must_use]
pub fn jwt(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let token = text.get(start..end)?;
    let head = token.split(|&b| b == b'.').next()?;
    let json = base64(head)?;
    let json = std::str::from_utf8(&json).ok()?.trim();
    let object = json.strip_prefix('{')?.strip_suffix('}')?;
    let value = object.split_once("\"alg\"")?.1.trim_start().strip_prefix(':')?.trim_start();
    value.starts_with('"').then_some(end)
}

/// A Discord token, whose first part is the account's number in base 64.
#[must_use]
pub fn discord_token(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let token = text.get(start..end)?;
    let number = base64(token.split(|&b| b == b'.').next()?)?;
    let bounded = text.get(end).is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'_'));
    (bounded && (17..=20).contains(&number.len()) && number.iter().all(u8::is_ascii_digit)).then_some(end)
}

/// A password hash in the forms of crypt(5), PHC and the web frameworks. Of bcrypt the cost is checked (4 to 31); the
/// others are told by their form, but a salt and hash of one repeated sign are a picture of one.
#[must_use]
pub fn password_hash(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let hash = text.get(start..end)?;
    let cost = match hash {
        [b'$', b'2', _, b'$', tens, ones, b'$', ..] => {
            (4..=31).contains(&(10 * u32::from(tens.wrapping_sub(b'0')) + u32::from(ones.wrapping_sub(b'0'))))
        }
        _ => true,
    };
    let last = hash.last()?;
    let drawn = hash.len() < 20 || hash.iter().rev().take(20).any(|byte| byte != last) || matches!(last, b'A' | b'a');
    (cost && drawn).then_some(end)
}
