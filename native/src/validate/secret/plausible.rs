//! Does it look drawn by a machine, or written by a person to stand for something?

/// Words that stand in a manual where the secret will be.
const STAND_INS: &[&[u8]] = &[
    b"xxxxx",
    b"your",
    b"placeholder",
    b"redacted",
    b"changeme",
    b"change_me",
    b"insert",
    b"dummy",
    b"*****",
    b".....",
];

/// Whether a value stands for another: `your-key-here`, `xxxxxxxx`, `<token>`, `${TOKEN}`, `%s`.
#[must_use]
pub fn stand_in(value: &[u8]) -> bool {
    let opens = matches!(value.first(), None | Some(b'<' | b'$' | b'{' | b'[' | b'%' | b'*' | b'(' | b'#'));
    opens || STAND_INS.iter().any(|word| holds(value, word))
}

/// Whether a lower-case word stands anywhere in the value, in either case.
pub(super) fn holds(value: &[u8], word: &[u8]) -> bool {
    value.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

/// A token told by its form, such as `sk_live_…`: it begins and ends where the form does, is not the middle of a long
/// text in base 64, and is no stand-in.
#[must_use]
pub fn token(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let value = text.get(start..end)?;
    let (before, behind) = (text.get(..start)?, text.get(end..)?);
    let runs_on = before.last() == Some(&b'_')
        || behind.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let inside = middle(before.iter().rev()) || middle(behind.iter());
    (!runs_on && !inside && !STAND_INS.iter().any(|word| holds(value, word))).then_some(end)
}

/// Whether the bytes, going away from a token, go on as base 64 does: a `/` or `+`, and more of its signs.
fn middle<'a>(mut bytes: impl Iterator<Item = &'a u8>) -> bool {
    matches!(bytes.next(), Some(b'/' | b'+'))
        && bytes.take(24).filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+')).count() == 24
}

/// Shannon's entropy of the bytes as they are distributed in the value, in bits for each.
#[must_use]
#[allow(clippy::cast_precision_loss)] // counts of bytes of one token, at most 16 KiB
pub fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0_usize; 256];
    for &byte in value {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let all = value.len() as f64;
    counts.iter().filter(|count| **count > 0).map(|&count| count as f64 / all).map(|share| -share * share.log2()).sum()
}

/// Whether it is as mixed as what a machine has drawn, of sixteen characters or more: letters and digits that change
/// places often, and no sign far more frequent than others. Words joined by marks and numbers at their ends are not.
#[must_use]
pub fn drawn(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let turns =
        value.windows(2).filter(|pair| pair.first().copied().map(kind) != pair.last().copied().map(kind)).count();
    let least = if value.len() < 32 { 2.8 } else { 3.1 };
    value.len() >= 16 && digits >= 1 && letters >= 2 && turns * 6 >= value.len() && entropy(value) >= least
}

fn kind(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        _ => 3,
    }
}
