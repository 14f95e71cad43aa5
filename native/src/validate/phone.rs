//! Is it a telephone number that a country's numbering plan holds?
//!
//! The plans of all regions are one acyclic automaton over digits, made by `dev/phone_plans.py` from libphonenumber's
//! metadata (Apache License 2.0; the file's first line names the version). It has a start for what follows `+`
//! (ITU-T E.164), one for each region's national numbers, and one for numbers as they are printed in large countries.

use std::sync::LazyLock;

use super::Table;
use super::beside::{after, before, digit};

/// Names of this file's checks.
pub const TABLE: Table = &[("phone", phone), ("phone_american", phone_american)];

const FILE: &[u8] = include_bytes!("phone_plans.bin");
const ABROAD: [u8; 2] = *b"+ ";
const PRINTED: [u8; 2] = *b"? ";
const AMERICAN: [u8; 2] = *b"US";
const FEWEST: usize = 6; // digits; shorter ones are for calls within a town or a house
const MOST: usize = 19; // digits that E.164 allows (15), and a prefix dialled before them
const GROUPS: usize = 10;

struct Plans {
    accepting: u16,
    starts: &'static [u8],
    rows: &'static [u8],
}

static PLANS: LazyLock<Option<Plans>> = LazyLock::new(|| {
    let line = FILE.iter().position(|&byte| byte == b'\n')?;
    let rest = FILE.get(line + 1..)?;
    let (accepting, starts) = (pair(rest, 2)?, usize::from(pair(rest, 4)?));
    let (starts, rows) = rest.get(6..)?.split_at_checked(4 * starts)?;
    Some(Plans { accepting, starts, rows })
});

fn pair(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at + 2)?;
    Some(u16::from_le_bytes(two.try_into().ok()?))
}

impl Plans {
    fn start(&self, name: [u8; 2]) -> Option<u16> {
        let found = self.starts.chunks_exact(4).find(|entry| entry.starts_with(&name))?;
        pair(found, 2)
    }

    /// Whether the plan that begins with `state` holds all these digits.
    fn holds(&self, state: u16, digits: &[u8]) -> bool {
        let mut state = state;
        for &value in digits {
            match pair(self.rows, usize::from(state) * 20 + usize::from(value) * 2) {
                None | Some(0) => return false,
                Some(next) => state = next,
            }
        }
        state >= self.accepting
    }
}

/// A candidate taken apart: its digits, and where each group of them ends.
struct Written {
    digits: [u8; MOST],
    count: usize,
    groups: [Group; GROUPS],
    group_count: usize,
    plus: bool,
    /// An extension follows the last group.
    extended: bool,
}

#[derive(Clone, Copy, Default)]
struct Group {
    /// Digits up to its end.
    count: usize,
    /// One past its last byte.
    end: usize,
    /// Points, and other marks, before it.
    points: usize,
    others: usize,
}

impl Written {
    /// `(0)` behind a country code is left out, and so are groups beyond what any number has.
    fn read(candidate: &[u8]) -> Self {
        let mut written = Self {
            digits: [0; MOST],
            count: 0,
            groups: [Group::default(); GROUPS],
            group_count: 0,
            plus: candidate.iter().take(2).any(|&byte| byte == b'+'),
            extended: false,
        };
        let (mut points, mut others, mut skip) = (0_usize, 0_usize, 0_usize);
        for (place, &byte) in candidate.iter().enumerate() {
            if place < skip {
                continue;
            }
            if written.count > 0 && candidate.get(place..).is_some_and(|rest| rest.starts_with(b"(0)")) {
                skip = place + 3;
                others += 1;
            } else if let Some(value) = digit(byte) {
                let Some(slot) = written.digits.get_mut(written.count) else {
                    break;
                };
                *slot = value;
                written.count += 1;
                if candidate.get(place + 1).is_none_or(|next| !next.is_ascii_digit()) {
                    let Some(group) = written.groups.get_mut(written.group_count) else {
                        break;
                    };
                    *group = Group { count: written.count, end: place + 1, points, others };
                    written.group_count += 1;
                }
            } else if written.count > 0 {
                match byte {
                    b'.' => points += 1,
                    b' ' | b'-' | b'/' | b'(' | b')' => others += 1,
                    _ => {
                        written.extended = true;
                        break;
                    }
                }
            }
        }
        written
    }

    fn all(&self) -> &[u8] {
        self.digits.get(..self.count).unwrap_or_default()
    }

    fn group(&self, number: usize) -> &[u8] {
        let from = number.checked_sub(1).and_then(|last| self.groups.get(last)).map_or(0, |group| group.count);
        let to = self.groups.get(number).map_or(from, |group| group.count);
        self.digits.get(from..to).unwrap_or_default()
    }

    /// Digits behind `+`, 00 or 011, where one of them is written.
    fn abroad(&self) -> Option<&[u8]> {
        let digits = self.all();
        if self.plus {
            return Some(digits);
        }
        digits.strip_prefix([0, 0].as_slice()).or_else(|| digits.strip_prefix([0, 1, 1].as_slice()))
    }

    /// A date, a decimal number, a version or an address of the network, read up to the end of one group: groups that
    /// telephone numbers do not have.
    fn is_other(&self, last: usize) -> bool {
        let Some(group) = self.groups.get(last) else {
            return true;
        };
        let year = |group: &[u8]| group.len() == 4 && (group.starts_with(&[1, 9]) || group.starts_with(&[2, 0]));
        let month = |group: &[u8]| match group {
            [one] => *one > 0,
            [ten, one] => (1..=31).contains(&(ten * 10 + one)),
            _ => false,
        };
        let (first, second, third) = (self.group(0), self.group(1), self.group(2));
        let date = last >= 2
            && ((year(first) && month(second) && month(third))
                || (last == 2 && month(first) && month(second) && year(third)));
        let american = last == 2 && (first.len(), second.len(), third.len()) == (3, 3, 4);
        let trunk = first.first() == Some(&0) && first.len() >= 2;
        let dotted = group.points > 0 && (group.others > 0 || group.points < 2 || !(american || trunk || last >= 4));
        date || dotted
    }
}

/// Whether what stands beside the candidate makes it a part of something longer.
fn part_of_more(text: &[u8], start: usize, end: usize) -> bool {
    let word = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    let number = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_digit());
    let second = start.checked_sub(1).and_then(|place| before(text, place));
    let ahead = match before(text, start) {
        Some(b'-') => word(second),
        // Behind `437.41,` begins another field, where it cannot be the rest of a number.
        Some(b',') => number(second) && number(after(text, start, 0)) && !american(text.get(start..end)),
        Some(b'.' | b':' | b'/' | b')') => number(second),
        Some(b'#' | b'$' | b'+' | b'*' | b'^' | b'~' | b'%') => true,
        other => word(other),
    };
    let next = after(text, end, 1);
    let behind = match after(text, end, 0) {
        Some(b'-' | b'.' | b':' | b'/' | b'+') => number(next),
        Some(b'@' | b'%' | b'$') => true,
        other => word(other),
    };
    ahead || behind
}

/// Whether it begins as numbers of North America are grouped, and no other number is: `202-555-0143`, `202.555.0143`.
fn american(candidate: Option<&[u8]>) -> bool {
    let mark = |place: usize| candidate.and_then(|text| text.get(place)).copied();
    matches!((mark(3), mark(7)), (Some(b'-'), Some(b'-')) | (Some(b'.'), Some(b'.')))
}

/// A telephone number: behind `+`, 00 or 011 one of any country (ITU-T E.164), else one as it is printed in one of the
/// countries that `dev/phone_plans.py` lists. An extension belongs to it; a group that makes it too long does not.
#[must_use]
pub fn phone(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let written = Written::read(text.get(start..end)?);
    let plans = PLANS.as_ref()?;
    let longest = |skip: usize, state: u16, abroad: bool| {
        let groups = written.groups.get(..written.group_count)?;
        groups.iter().enumerate().rev().find_map(|(place, group)| {
            let number = written.digits.get(skip..group.count)?;
            let last = place + 1 == written.group_count;
            let stop = if last && written.extended { end } else { start + group.end };
            let fits = number.len() >= FEWEST
                && plans.holds(state, number)
                && !all_equal(number)
                && (abroad || !written.is_other(place))
                && !part_of_more(text, start, stop);
            fits.then_some(stop)
        })
    };
    let abroad = written.abroad().map(|digits| written.count - digits.len());
    let found = abroad.and_then(|skip| longest(skip, plans.start(ABROAD)?, true));
    // 011 begins numbers of Riyadh and Addis Ababa, too.
    found.or_else(|| if written.plus { None } else { longest(0, plans.start(PRINTED)?, false) })
}

/// A number of the North American plan in its usual groups.
#[must_use]
pub fn phone_american(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let written = Written::read(text.get(start..end)?);
    let plans = PLANS.as_ref()?;
    let whole = plans.holds(plans.start(AMERICAN)?, written.all());
    (whole && !part_of_more(text, start, end)).then_some(end)
}

fn all_equal(number: &[u8]) -> bool {
    number.iter().all(|value| Some(value) == number.first())
}

/// Whether the whole of `number` is one: behind `+`, 00 or 011 of any country, else of one of the regions (ISO 3166-1
/// codes). Dates, decimal numbers and versions are none.
#[must_use]
pub fn in_plan(number: &str, regions: &[String]) -> bool {
    let held = |number: &str| {
        let first = number.find(|sign: char| sign.is_ascii_digit())?;
        let mark = |sign: char| matches!(sign, '+' | '(' | ' ');
        let sign = |sign: char| sign.is_ascii_alphanumeric() || " .,;:#()/-".contains(sign);
        if !number.get(..first)?.chars().all(mark) || !number.get(first..)?.chars().all(sign) {
            return None;
        }
        let written = Written::read(number.as_bytes());
        let whole = written.extended || written.groups.get(written.group_count.checked_sub(1)?)?.count == written.count;
        let plans = PLANS.as_ref()?;
        if let Some(digits) = written.abroad()
            && plans.holds(plans.start(ABROAD)?, digits)
        {
            return Some(true);
        }
        if !whole || written.plus || written.is_other(written.group_count - 1) {
            return Some(false);
        }
        let mut starts = regions.iter().filter_map(|region| plans.start(region.as_bytes().try_into().ok()?));
        Some(starts.any(|state| plans.holds(state, written.all())))
    };
    held(number).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(number: &str) -> bool {
        phone(number.as_bytes(), 0, number.len()) == Some(number.len())
    }

    #[test]
    fn numbers_of_many_plans_are_known() {
        for number in ["+1 202-555-0143", "+44 (0)20 7946 0958", "0049 30 123456", "011 44 20 7946 0958"] {
            assert!(whole(number), "{number}");
        }
        for number in ["01 23 45 67 89", "030 123456", "(202) 555-0143", "2025550143", "020 7946 0958"] {
            assert!(whole(number), "{number}");
        }
    }

    #[test]
    fn dates_versions_and_decimals_are_none() {
        for number in ["2021-01-01", "01.02.2021", "10.0.19041.1", "52.520008", "192.168.100.200", "+999 12345678"] {
            assert_eq!(phone(number.as_bytes(), 0, number.len()), None, "{number}");
        }
    }

    #[test]
    fn a_group_too_many_is_left_out() {
        let text = b"+44 20 7946 0958 12 x";
        assert_eq!(phone(text, 0, 19), Some(16));
        assert_eq!(phone(b"+1 202-555-0143 ext. 12", 0, 23), Some(23));
    }

    #[test]
    fn the_automaton_is_sound() {
        let sound =
            |plans: &Plans| plans.rows.len().is_multiple_of(20) && usize::from(plans.accepting) < plans.rows.len() / 20;
        assert!(PLANS.as_ref().is_some_and(sound));
    }
}
