//! Is there such a day?
//!
//! There is no clock here: a birth in the future is a day like any other. The reference library refuses some of
//! them, by today's date.

/// Whether the Gregorian calendar has the day.
pub(super) fn exists(year: u64, month: u64, day: u64) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day) && year > 0
}
