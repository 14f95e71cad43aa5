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
    let at = authority.iter().rposition(|&byte| byte == b'@')?;
    let (login, host) = authority.split_at_checked(at)?;
    let colon = login.iter().position(|&byte| byte == b':')?;
    let password = login.get(colon + 1..)?;
    let named = host
        .get(1..)
        .is_some_and(|name| name.first().is_some_and(u8::is_ascii_alphanumeric) || name.first() == Some(&b'['));
    let refused = password.len() < 2
        || stand_in(password)
        || NO_PASSWORDS.iter().any(|word| password.eq_ignore_ascii_case(word))
        || [&b"${"[..], b"{{", b"<", b"%(", b"example"].iter().any(|mark| holds(password, mark));
    let last =
        address.iter().rposition(|byte| !matches!(byte, b'.' | b',' | b';' | b':' | b')' | b']' | b'!' | b'?'))?;
    (named && !refused).then_some(start + last + 1)
}
