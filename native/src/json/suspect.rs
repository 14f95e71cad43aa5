//! In which texts may a direct identifier stand? Never says no where one can: whoever is told yes looks closer.

const MANY: usize = 12; // digits of the shortest number that is looked at

/// One byte per text of an Arrow column whose buffers are cut to it: 1 where something in it is an at-sign, a plus,
/// the like in percent form, a run of many digits, or beyond ASCII. None where the buffers do not hold what they say.
#[must_use]
pub fn suspects(offsets: &[u8], data: &[u8], count: usize) -> Option<Vec<u8>> {
    let ends = offsets.as_chunks::<4>().0.get(..count.checked_add(1)?)?;
    let place = |end: &[u8; 4]| usize::try_from(i32::from_le_bytes(*end)).ok();
    let base = place(ends.first()?)?;
    let mut found = Vec::with_capacity(count);
    let mut from = 0;
    for end in ends.iter().skip(1) {
        let to = place(end)?.checked_sub(base)?;
        found.push(u8::from(suspect(data.get(from..to)?)));
        from = to;
    }
    Some(found)
}

fn suspect(text: &[u8]) -> bool {
    let mut digits = 0;
    let mut gap = true;
    for byte in text {
        match byte {
            b'0'..=b'9' => {
                (digits, gap) = (digits + 1, false);
                if digits >= MANY {
                    return true;
                }
            }
            b'@' | b'+' | b'%' | 0x80.. => return true,
            b' ' | b'-' if !gap => gap = true,
            _ => (digits, gap) = (0, true),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_an_identifier_is_suspect() {
        for text in [
            "a@b.example",
            "+44 20",
            "a%40b",
            "4111 1111 1111 1111",
            "4111-1111-1111",
            "x123456789012",
            "Zo\u{eb}",
            "1-23456789012",
        ] {
            assert!(suspect(text.as_bytes()), "{text}");
        }
        for text in
            ["", "customer:81723", "12345678901", "123456  789012", "123456--789012", "1234567.890123", "e-12345678901"]
        {
            assert!(!suspect(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn buffers_that_lie_are_refused() {
        assert_eq!(suspects(&[0; 8], b"", 1), Some(vec![0]));
        assert_eq!(suspects(&[0, 0, 0, 0, 1, 0, 0, 0], b"", 1), None);
        assert_eq!(suspects(&[0; 4], b"", 1), None);
        assert_eq!(suspects(&[1, 0, 0, 0, 0, 0, 0, 0], b"a", 1), None);
    }
}
