//! Does this address give away the password of its user?

use super::plausible::{holds, stand_in};

/// Words that manuals print where the password will be.
const NO_PASSWORDS: &[&[u8]] = &[
    b"password",
    b"passwd",
    b"pass",
    b"pwd",
    b"secret",
    b"token",
    b"pw",
    b"passwort",
    b"user_password",
    b"mypassword",
];

/// `scheme://user:password@host` (RFC 3986, section 3.2.1), whole; the user may be empty. A password that is a word for
/// itself, a variable, or stars is none. What ends the sentence and not the address is left out.
#[must_use]
pub fn url_with_password(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let address = text.get(start..end)?;
    let scheme = address.windows(3).position(|window| window == b"://")?;
    let rest = address.get(scheme + 3..)?;
    let authority = rest.split(|byte| matches!(byte, b'/' | b'?' | b'#')).next()?;
    let several = address.starts_with(b"mongodb");
    let (at, named) = authority.iter().enumerate().filter(|(_, byte)| **byte == b'@').find_map(|(at, _)| {
        let length = host(authority.get(at + 1..)?, several)?;
        Some((at, at + 1 + length))
    })?;
    let login = authority.get(..at)?;
    let colon = login.iter().position(|&byte| byte == b':')?;
    let password = login.get(colon + 1..)?;
    let refused = password.len() < 2
        || stand_in(password)
        || NO_PASSWORDS.iter().any(|word| password.eq_ignore_ascii_case(word))
        || [&b"${"[..], b"{{", b"<", b"%(", b"example"].iter().any(|mark| holds(password, mark));
    // Behind the host the address goes on to what closes a field around it; all of it is ASCII (RFC 3986).
    let rest = rest.get(named..)?;
    let closes = |byte: &u8| matches!(byte, b',' | b';' | b')' | b']' | b'}' | b'|' | 0x80..);
    let open = rest.iter().position(closes).unwrap_or(rest.len());
    let whole = address.get(..scheme + 3 + named + open)?;
    let last = whole.iter().rposition(|byte| !matches!(byte, b'.' | b':' | b'!' | b'?'))?;
    (!refused).then_some(start + last + 1)
}

/// How long the name of a host is, with its port: `None` where none begins, or an `@` follows, so that the password goes
/// on. Several may be parted by commas (`MongoDB`).
fn host(text: &[u8], several: bool) -> Option<usize> {
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    let bracket = text.first() == Some(&b'[');
    let length = if bracket {
        1 + text.iter().position(|&byte| byte == b']')?
    } else {
        text.iter().take_while(|byte| inside(byte)).count()
    };
    let begins = bracket || text.first()?.is_ascii_alphanumeric();
    match text.get(length) {
        Some(b',') if several => match text.get(length + 1..).and_then(|rest| host(rest, several)) {
            Some(next) => Some(length + 1 + next),
            None => begins.then_some(length),
        },
        Some(b'@') => None,
        _ => begins.then_some(length),
    }
}
