//! Is it a number that a state gave to a person?

use super::Table;
use super::beside::{after, before, digit, runs_on};

/// Names of this file's checks.
pub const TABLE: Table = &[("us_ssn", us_ssn)];

/// A US Social Security number: area, group and serial that the SSA issues; not one known from advertisements.
#[must_use]
pub fn us_ssn(text: &[u8], start: usize, end: usize) -> Option<usize> {
    if matches!(before(text, start), Some(b'-' | b'.' | b'+'))
        || after(text, end, 0) == Some(b'-')
        || runs_on(text, end)
    {
        return None;
    }
    let mut number = 0_u32;
    let mut count = 0_usize;
    for value in text.get(start..end)?.iter().filter_map(|&b| digit(b)) {
        if count == 9 {
            return None;
        }
        number = number * 10 + u32::from(value);
        count += 1;
    }
    let (area, group, serial) = (number / 1_000_000, number / 10_000 % 100, number % 10_000);
    let advertised = matches!(number, 78_051_120 | 457_555_462 | 219_099_999);
    let refused = area == 0 || area == 666 || area >= 900 || group == 0 || serial == 0 || advertised;
    (count == 9 && !refused).then_some(end)
}
