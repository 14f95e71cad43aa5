//! Do the digits add up? The arithmetic that many numbers share.

/// Luhn's check (ISO/IEC 7812-1, annex B) over digits 0-9.
#[must_use]
pub fn luhn(digits: &[u8]) -> bool {
    let mut sum = 0_u32;
    for (place, &value) in digits.iter().rev().enumerate() {
        let value = u32::from(value);
        sum += match (place % 2, value) {
            (0, v) => v,
            (_, v) if v < 5 => 2 * v,
            (_, v) => 2 * v - 9,
        };
    }
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// The rest of an IBAN or another ISO 7064 number by 97, its first four characters moved to the end.
#[must_use]
pub fn mod97(compact: &[u8]) -> Option<u32> {
    let (head, tail) = compact.split_at_checked(4)?;
    let mut rest = 0_u32;
    for &byte in tail.iter().chain(head) {
        rest = match byte {
            b'0'..=b'9' => rest * 10 + u32::from(byte - b'0'),
            b'A'..=b'Z' => rest * 100 + u32::from(byte - b'A') + 10,
            _ => return None,
        } % 97;
    }
    Some(rest)
}

/// Verhoeff's check: the dihedral group of order ten, so that every swap of two neighbours is noticed.
#[must_use]
pub fn verhoeff(values: &[u8]) -> bool {
    const TURN: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let turned = |value: u8, times: usize| {
        (0..times % 8).try_fold(value, |value, _| TURN.get(usize::from(value)).copied()).unwrap_or(0)
    };
    let joined = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - 5 + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let rest = values.iter().rev().enumerate().fold(0, |rest, (place, &value)| joined(rest, turned(value, place)));
    !values.is_empty() && rest == 0
}

#[cfg(test)]
mod tests {
    use super::verhoeff;

    #[test]
    fn verhoeff_notices_a_changed_digit() {
        assert!(verhoeff(&[2, 3, 6, 3]));
        assert!(!verhoeff(&[2, 3, 6, 4]) && !verhoeff(&[]));
    }
}
