//! What is written in a candidate, does it stand alone, and is there a date in it?

use crate::validate::beside::{after, before};

/// Longer than any number of a person in this folder.
const ROOM: usize = 24;

/// Where a candidate of `least` to `most` digits ends, when it stands alone, its digits are not all the same and
/// `accept` agrees. Digits come as values 0-9; blanks, points, hyphens and slashes are left out.
pub(super) fn digits(
    text: &[u8],
    start: usize,
    end: usize,
    (least, most): (usize, usize),
    accept: impl FnOnce(&[u8]) -> bool,
) -> Option<usize> {
    let (written, count) = compact(text, start, end)?;
    let mut values = [0_u8; ROOM];
    for (value, byte) in values.iter_mut().zip(written.get(..count)?) {
        *value = byte.is_ascii_digit().then(|| byte - b'0')?;
    }
    let values = values.get(..count)?;
    let repeated = values.iter().all(|value| Some(value) == values.first());
    ((least..=most).contains(&count) && !repeated && accept(values)).then_some(end)
}

/// The same for numbers with letters in them: `accept` is given ASCII digits and capitals.
pub(super) fn characters(
    text: &[u8],
    start: usize,
    end: usize,
    count: usize,
    accept: impl FnOnce(&[u8]) -> bool,
) -> Option<usize> {
    let (written, found) = compact(text, start, end)?;
    (found == count && accept(written.get(..count)?)).then_some(end)
}

/// Letters and digits of a candidate that is not plainly part of something longer.
fn compact(text: &[u8], start: usize, end: usize) -> Option<([u8; ROOM], usize)> {
    if !alone(text, start, end) {
        return None;
    }
    let mut found = [0_u8; ROOM];
    let mut count = 0_usize;
    for &byte in text.get(start..end)? {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                *found.get_mut(count)? = byte.to_ascii_uppercase();
                count += 1;
            }
            b' ' | b'-' | b'.' | b'/' | b'(' | b')' => {}
            _ => return None,
        }
    }
    Some((found, count))
}

/// No sign before it, and no point or hyphen with another digit beside it: not a part of a decimal number, of a
/// telephone number or of a longer identifier.
pub(super) fn alone(text: &[u8], start: usize, end: usize) -> bool {
    let joins = |byte: Option<u8>| matches!(byte, Some(b'.' | b'-'));
    let digit = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_digit());
    let leading = before(text, start);
    let led = joins(leading) && digit(before(text, start.saturating_sub(1)));
    let followed = joins(after(text, end, 0)) && digit(after(text, end, 1));
    leading != Some(b'+') && !led && !followed
}

/// The number that some of the digits make.
pub(super) fn part(values: &[u8], from: usize, count: usize) -> u32 {
    values.iter().skip(from).take(count).fold(0, |number, &value| number * 10 + u32::from(value))
}

/// The same over ASCII; `None` where something else than a digit stands there, or too many for the type.
pub(super) fn written(characters: &[u8], from: usize, count: usize) -> Option<u32> {
    let digits = characters.get(from..from.checked_add(count)?)?;
    digits.iter().try_fold(0_u32, |number, b| {
        b.is_ascii_digit().then_some(())?;
        number.checked_mul(10)?.checked_add(u32::from(b - b'0'))
    })
}

/// Each digit times its weight, added up.
pub(super) fn weighed(values: &[u8], weights: &[u32]) -> u32 {
    values.iter().zip(weights).map(|(&value, &weight)| u32::from(value) * weight).sum()
}

/// Whether the last digit is what `check` makes of those before it.
pub(super) fn ends_in(values: &[u8], check: impl FnOnce(&[u8]) -> u32) -> bool {
    values.split_last().is_some_and(|(&last, body)| u32::from(last) == check(body))
}

/// Whether there is such a day in the Gregorian calendar.
pub(super) fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Whether six digits `YYMMDD` are a day of the century that begins with `century`, such as 1900.
pub(super) fn is_day_of(century: u32, values: &[u8]) -> bool {
    is_day(century + part(values, 0, 2), part(values, 2, 2), part(values, 4, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_count() {
        assert!(is_day(2000, 2, 29) && is_day(2024, 2, 29) && is_day(1999, 12, 31));
        assert!(!is_day(1900, 2, 29) && !is_day(2023, 4, 31) && !is_day(2023, 13, 1) && !is_day(2023, 1, 0));
    }

    #[test]
    fn parts_of_longer_numbers_do_not_stand_alone() {
        assert!(alone(b"id 123, 4", 3, 6) && alone(b"a-123.", 2, 5));
        assert!(!alone(b"1.123", 2, 5) && !alone(b"123-4", 0, 3) && !alone(b"+123", 1, 4));
    }
}
