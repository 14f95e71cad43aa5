//! Where does a JSON value end, and is it one of which every reader would say the same?
//!
//! Stricter than JSON: what two parsers could understand differently (numbers of hundreds of digits, deep nesting,
//! half surrogate pairs) is `None` here, as is what is no JSON. Whoever asks takes another way for such lines.

const DEEPEST: usize = 32;
const LONGEST: usize = 300; // characters of a number: beyond, some readers refuse it
const EXACT: usize = 18; // digits that surely fit 64 bits

/// A value, by its first and last byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Value {
    /// Text between these bytes; the last says whether escapes are in it.
    Text(usize, usize, bool),
    /// A whole number of few digits, written the one way there is.
    Whole(usize, usize),
    Null,
    /// `{` stands here.
    Object(usize),
    /// `[` stands here.
    List(usize),
    /// A fraction, a truth or a long number.
    Other,
}

/// The first byte from `at` on that is no blank.
#[inline]
pub(super) fn skip_blanks(line: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\r') = line.get(at) {
        at += 1;
    }
    at
}

/// The value that begins at `at` and where what follows it begins; objects and lists are not gone into.
#[inline]
pub(super) fn value(line: &[u8], at: usize) -> Option<(Value, usize)> {
    match line.get(at)? {
        b'"' => text(line, at).map(|(to, escaped)| (Value::Text(at + 1, to, escaped), to + 1)),
        b'{' => Some((Value::Object(at), at)),
        b'[' => Some((Value::List(at), at)),
        b'n' => word(line, at, b"null").map(|next| (Value::Null, next)),
        b't' => word(line, at, b"true").map(|next| (Value::Other, next)),
        b'f' => word(line, at, b"false").map(|next| (Value::Other, next)),
        _ => number(line, at),
    }
}

fn word(line: &[u8], at: usize, expected: &[u8]) -> Option<usize> {
    line.get(at..)?.starts_with(expected).then_some(at + expected.len())
}

/// Where the text that begins at the quote `at` ends (its closing quote), and whether escapes are in it.
#[inline]
pub(super) fn text(line: &[u8], at: usize) -> Option<(usize, bool)> {
    let mut at = at + 1;
    let mut escaped = false;
    loop {
        at += plain(line.get(at..)?);
        match line.get(at)? {
            b'"' => return Some((at, escaped)),
            b'\\' => {
                escaped = true;
                at += 2;
                if line.get(at - 1)? == &b'u' {
                    point(line.get(at..at + 4)?)?;
                    at += 4;
                } else {
                    simple(*line.get(at - 1)?)?;
                }
            }
            _ => return None, // a control character
        }
    }
}

/// How many bytes come before the first quote, backslash or control character: eight at a time.
#[inline]
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
        let low = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let hit = zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\'))) | low;
        if hit != 0 {
            // What a borrow reports lies above a true hit: the lowest one is true.
            return at + (hit.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    at + rest.iter().take_while(|byte| **byte >= 0x20 && **byte != b'"' && **byte != b'\\').count()
}

fn simple(letter: u8) -> Option<char> {
    Some(match letter {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

/// The character of four hexadecimal digits; none for surrogates and control characters.
fn point(digits: &[u8]) -> Option<char> {
    let mut code = 0;
    for digit in digits {
        code = code << 4 | char::from(*digit).to_digit(16)?;
    }
    char::from_u32(code).filter(|found| *found >= ' ')
}

/// Adds the text between two bytes, with its escapes resolved, to `data`. It was looked at by `text`.
pub(super) fn unescape(raw: &[u8], data: &mut Vec<u8>) -> Option<()> {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        data.extend_from_slice(rest.get(..at)?);
        let letter = *rest.get(at + 1)?;
        let (found, next) =
            if letter == b'u' { (point(rest.get(at + 2..at + 6)?)?, at + 6) } else { (simple(letter)?, at + 2) };
        data.extend_from_slice(found.encode_utf8(&mut [0; 4]).as_bytes());
        rest = rest.get(next..)?;
    }
    data.extend_from_slice(rest);
    Some(())
}

fn digits(line: &[u8], at: usize) -> usize {
    line.get(at..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

fn number(line: &[u8], from: usize) -> Option<(Value, usize)> {
    let negative = line.get(from) == Some(&b'-');
    let start = from + usize::from(negative);
    let count = digits(line, start);
    let zero = line.get(start) == Some(&b'0');
    if count == 0 || (zero && count > 1) {
        return None;
    }
    let mut at = start + count;
    let mut whole = count <= EXACT && !(zero && negative);
    if line.get(at) == Some(&b'.') {
        let more = digits(line, at + 1);
        (whole, at) = (false, at + 1 + more);
        if more == 0 {
            return None;
        }
    }
    if let Some(b'e' | b'E') = line.get(at) {
        at += 1;
        at += usize::from(matches!(line.get(at), Some(b'+' | b'-')));
        let more = digits(line, at);
        (whole, at) = (false, at + more);
        if more == 0 {
            return None;
        }
    }
    (at - from <= LONGEST).then_some((if whole { Value::Whole(from, at) } else { Value::Other }, at))
}

/// Where what follows the value at `at` begins, whatever the value holds.
pub(super) fn skip(line: &[u8], at: usize, deep: usize) -> Option<usize> {
    let (found, next) = value(line, at)?;
    match found {
        Value::Object(_) | Value::List(_) if deep >= DEEPEST => None,
        Value::Object(from) => members(line, from, |line, _, _, at| skip(line, at, deep + 1)),
        Value::List(from) => items(line, from, |line, at| skip(line, at, deep + 1)),
        _ => Some(next),
    }
}

/// Where what follows the object at `{` begins. each: takes the first and last byte of a key and where its value
/// begins, tells where the value ends. A key with an escape in it is none that can be compared.
#[inline]
pub(super) fn members(
    line: &[u8],
    from: usize,
    mut each: impl FnMut(&[u8], usize, usize, usize) -> Option<usize>,
) -> Option<usize> {
    let mut at = skip_blanks(line, from + 1);
    if line.get(at)? == &b'}' {
        return Some(at + 1);
    }
    loop {
        if line.get(at)? != &b'"' {
            return None;
        }
        let (end, escaped) = text(line, at)?;
        let colon = skip_blanks(line, end + 1);
        if escaped || line.get(colon)? != &b':' {
            return None;
        }
        let next = each(line, at + 1, end, skip_blanks(line, colon + 1))?;
        at = skip_blanks(line, next);
        match line.get(at)? {
            b',' => at = skip_blanks(line, at + 1),
            b'}' => return Some(at + 1),
            _ => return None,
        }
    }
}

/// Where what follows the list at `[` begins. each: takes where an item begins, tells where it ends.
#[inline]
pub(super) fn items(line: &[u8], from: usize, mut each: impl FnMut(&[u8], usize) -> Option<usize>) -> Option<usize> {
    let mut at = skip_blanks(line, from + 1);
    if line.get(at)? == &b']' {
        return Some(at + 1);
    }
    loop {
        at = skip_blanks(line, each(line, at)?);
        match line.get(at)? {
            b',' => at = skip_blanks(line, at + 1),
            b']' => return Some(at + 1),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> bool {
        skip(text.as_bytes(), 0, 0) == Some(text.len())
    }

    #[test]
    fn what_is_json_is_passed_by() {
        for text in [
            "{}",
            "[]",
            "{\"a\":1}",
            "{ \"a\" : [ 1 , -0.5e+3 , true , false , null , {} ] }",
            "\"\\u00e9\\n\"",
            "12345678901234567890",
            "\"a longer text than eight bytes, with \u{e9} in it\"",
            "-0",
            "0.0",
            "1E5",
        ] {
            assert!(whole(text), "{text}");
        }
    }

    #[test]
    fn what_is_none_or_doubtful_is_refused() {
        let deep = "[".repeat(40) + &"]".repeat(40);
        let long = "1".repeat(301);
        for text in [
            "",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "[1,]",
            "[1 2]",
            "01",
            "-",
            "1.",
            "1e",
            "nul",
            "NaN",
            "\"",
            "\"\\\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\u0001\"",
            "\"\\x\"",
            "\"a\tb\"",
            "\"0123456\u{1}\"",
            "{a:1}",
            "{\"\\u0061\":1}",
            "'a'",
            "+1",
            ".5",
            &deep,
            &long,
        ] {
            assert!(!whole(text), "{text}");
        }
    }

    #[test]
    fn every_place_of_a_special_byte_is_seen() {
        for special in [b'"', b'\\', 0, 0x1f, b'\n'] {
            for at in 0..40 {
                for other in [b'x', b'!', b'#', b'[', b']', 0x20, 0x7f, 0x80, 0xa2, 0xdc, 0xff] {
                    let mut bytes = vec![other; 41];
                    bytes[at] = special;
                    assert_eq!(plain(&bytes), at);
                }
            }
        }
    }

    #[test]
    fn escapes_become_what_they_stand_for() {
        let mut data = Vec::new();
        assert_eq!(unescape(br#"a\u00e9\n\"\\\/\tb"#, &mut data), Some(()));
        assert_eq!(data, "a\u{e9}\n\"\\/\tb".as_bytes());
    }
}
