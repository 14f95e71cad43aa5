//! Which patterns can begin with a number of this shape? Worked out once for each shape: a text has few of them.

use crate::runs::Run;

/// What is possible with one shape, a bit each: the lowest three for a pattern that begins with the number, in each of
/// three automata, and `SIGN` for one that begins with the byte before it.
pub type Possible = u8;
/// See `Possible`.
pub const SIGN: Possible = 8;

/// Answers that are kept. Another shape may take a shape's place.
const SLOTS: usize = 1 << 10;
/// Numbers that are longer, and second numbers that are, are alike: of those everything is possible (`runs.rs`).
const LONG: (usize, usize) = (25, 9);

/// The answers so far.
pub struct Shapes {
    slots: Box<[u64; SLOTS]>,
}

impl Default for Shapes {
    fn default() -> Self {
        Self { slots: Box::new([0; SLOTS]) }
    }
}

impl Shapes {
    /// What is possible with these digits behind this byte.
    #[inline]
    pub fn of(&mut self, last: Option<u8>, run: &Run, work_out: impl FnOnce() -> Possible) -> Possible {
        let byte = |byte: Option<u8>| byte.filter(|&byte| byte != b'\n').map_or(256, u64::from);
        let (digits, second) = (run.digits.min(LONG.0) as u64, run.second.min(LONG.1) as u64);
        // No key is 0, as there is a digit.
        let key = digits | second << 5 | byte(last) << 9 | byte(run.next) << 18 | byte(run.last) << 27;
        let slot = self.slots.get_mut((key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - 10)) as usize);
        let Some(slot) = slot else {
            return work_out();
        };
        if *slot >> 8 != key {
            *slot = key << 8 | u64::from(work_out());
        }
        slot.to_le_bytes()[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shape_has_its_own_answer() {
        let mut shapes = Shapes::default();
        for round in 0..2 {
            for digits in 1..=30 {
                for (last, next) in [(None, Some(b',')), (Some(b','), None), (Some(b'-'), Some(b'-'))] {
                    let run = Run { digits, next, second: digits % 11, last: next };
                    let answer = u8::try_from(digits.min(LONG.0)).unwrap_or(0) ^ last.unwrap_or(0);
                    assert_eq!(shapes.of(last, &run, || answer), answer, "{round} {run:?}");
                }
            }
        }
    }
}
