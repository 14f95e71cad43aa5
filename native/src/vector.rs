//! What is each byte of a stretch? With vectors of 32 bytes where the processor has them, byte by byte elsewhere.

use crate::literals::Literals;
use crate::masks::{Kinds, WIDTH, bits};

/// Gives `take` the kinds of `count` blocks of 64 bytes; beyond the text there are blanks.
pub fn kinds(text: &[u8], count: usize, literals: Option<&Literals>, take: impl FnMut(Kinds)) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[expect(
            unsafe_code,
            reason = "the processor was asked whether it knows these instructions, on the line above"
        )]
        // SAFETY: the only demand of a function with `target_feature` is that the processor has the feature.
        return unsafe { wide::kinds(text, count, literals, take) };
    }
    narrow(text, count, literals, take);
}

/// Bytes behind a block that tell, with its last byte, whether a literal begins there.
const BEHIND: usize = 3;

/// The blocks, and for each the bytes behind it; beyond the text there are blanks.
fn blocks(text: &[u8], count: usize) -> impl Iterator<Item = [u8; WIDTH + BEHIND]> {
    (0..count).map(|number| {
        let rest = text.get(number * WIDTH..).unwrap_or_default();
        let mut block = [b' '; WIDTH + BEHIND];
        let length = rest.len().min(WIDTH + BEHIND);
        if let (Some(to), Some(from)) = (block.get_mut(..length), rest.get(..length)) {
            to.copy_from_slice(from);
        }
        block
    })
}

fn narrow(text: &[u8], count: usize, literals: Option<&Literals>, mut take: impl FnMut(Kinds)) {
    for block in blocks(text, count) {
        let Some(here) = block.first_chunk::<WIDTH>() else {
            return;
        };
        let mut suspects = 0;
        if let Some(literals) = literals {
            for place in 0..WIDTH {
                suspects |= u64::from(literals.knows(&block, place)) << place;
            }
        }
        // All of them, wherever they stand.
        let apart = 0;
        take(Kinds {
            digits: bits(here, |b| b.wrapping_sub(b'0') < 10),
            capitals: bits(here, |b| b.wrapping_sub(b'A') < 26),
            small: bits(here, |b| b.wrapping_sub(b'a') < 26),
            underscores: bits(here, |b| b == b'_'),
            signs: bits(here, |b| b == b'@' || b == b':'),
            newlines: bits(here, |b| b == b'\n'),
            high: bits(here, |b| b >= 0x80),
            suspects,
            apart,
        });
    }
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{
        __m256i, _mm256_and_si256, _mm256_andnot_si256, _mm256_cmpeq_epi8, _mm256_min_epu8, _mm256_movemask_epi8,
        _mm256_or_si256, _mm256_set_epi64x, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8,
        _mm256_srli_epi16, _mm256_sub_epi8,
    };

    use super::{BEHIND, blocks};
    use crate::literals::{Literals, Nibbles};
    use crate::masks::{Kinds, WIDTH};

    #[target_feature(enable = "avx2")]
    pub fn kinds(text: &[u8], count: usize, literals: Option<&Literals>, mut take: impl FnMut(Kinds)) {
        let nibbles = literals.map(|literals| &literals.nibbles);
        let tables = nibbles.map(|nibbles| (tables(nibbles), _mm256_set1_epi8(nibbles.apart.cast_signed())));
        // All blocks but the last ones are read where they lie.
        let whole = (text.len().saturating_sub(BEHIND) / WIDTH).min(count);
        let windows = (0..whole).filter_map(|number| text.get(number * WIDTH..)?.first_chunk::<{ WIDTH + BEHIND }>());
        for block in windows {
            take(of(block, tables.as_ref()));
        }
        for block in blocks(text.get(whole * WIDTH..).unwrap_or_default(), count - whole) {
            take(of(&block, tables.as_ref()));
        }
    }

    #[target_feature(enable = "avx2")]
    fn of(block: &[u8; WIDTH + BEHIND], tables: Option<&([__m256i; 8], __m256i)>) -> Kinds {
        let (low, high) = (load(block, 0), load(block, 32));
        let (mut suspects, mut apart) = (0, 0);
        if let Some((tables, groups)) = tables {
            let (low, high) = (passed(block, 0, low, tables), passed(block, 32, high, tables));
            let some = |met: __m256i| _mm256_cmpeq_epi8(met, _mm256_setzero_si256());
            let inside = |met: __m256i| some(_mm256_andnot_si256(*groups, met));
            apart = !join(some(low), some(high));
            suspects = !join(inside(low), inside(high));
        }
        Kinds {
            digits: join(within(low, b'0', 10), within(high, b'0', 10)),
            capitals: join(within(low, b'A', 26), within(high, b'A', 26)),
            small: join(within(low, b'a', 26), within(high, b'a', 26)),
            underscores: join(equal(low, b'_'), equal(high, b'_')),
            signs: join(
                _mm256_or_si256(equal(low, b'@'), equal(low, b':')),
                _mm256_or_si256(equal(high, b'@'), equal(high, b':')),
            ),
            newlines: join(equal(low, b'\n'), equal(high, b'\n')),
            high: join(low, high),
            suspects,
            apart,
        }
    }

    /// Of each byte the groups of literals that may begin there. Each of the four pairs of tables says for each nibble of a byte
    /// which of eight groups of literals have it there (Teddy, from the Hyperscan project).
    #[target_feature(enable = "avx2")]
    fn passed(block: &[u8; WIDTH + BEHIND], place: usize, first: __m256i, tables: &[__m256i; 8]) -> __m256i {
        let [first_low, first_high, second_low, second_high, third_low, third_high, fourth_low, fourth_high] = tables;
        let groups = |bytes: __m256i, low: &__m256i, high: &__m256i| {
            let nibble = _mm256_set1_epi8(0x0f);
            let lows = _mm256_shuffle_epi8(*low, _mm256_and_si256(bytes, nibble));
            let highs = _mm256_shuffle_epi8(*high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
            _mm256_and_si256(lows, highs)
        };
        _mm256_and_si256(
            _mm256_and_si256(
                groups(first, first_low, first_high),
                groups(load(block, place + 1), second_low, second_high),
            ),
            _mm256_and_si256(
                groups(load(block, place + 2), third_low, third_high),
                groups(load(block, place + 3), fourth_low, fourth_high),
            ),
        )
    }

    #[target_feature(enable = "avx2")]
    fn tables(nibbles: &Nibbles) -> [__m256i; 8] {
        nibbles.tables.map(|table| {
            let (low, high) = halves(&table);
            _mm256_set_epi64x(high, low, high, low)
        })
    }

    fn halves(sixteen: &[u8; 16]) -> (i64, i64) {
        let both = u128::from_le_bytes(*sixteen).cast_signed();
        #[expect(clippy::cast_possible_truncation, reason = "each half is meant")]
        (both as i64, (both >> 64) as i64)
    }

    #[target_feature(enable = "avx2")]
    fn load(block: &[u8; WIDTH + BEHIND], place: usize) -> __m256i {
        let sixteen = |at: usize| {
            let bytes = block.get(place + at..).and_then(|rest| rest.first_chunk::<16>());
            bytes.map_or((0, 0), halves)
        };
        let ((a, b), (c, d)) = (sixteen(0), sixteen(16));
        _mm256_set_epi64x(d, c, b, a)
    }

    #[target_feature(enable = "avx2")]
    fn within(bytes: __m256i, first: u8, count: u8) -> __m256i {
        let distance = _mm256_sub_epi8(bytes, _mm256_set1_epi8(first.cast_signed()));
        _mm256_cmpeq_epi8(_mm256_min_epu8(distance, _mm256_set1_epi8((count - 1).cast_signed())), distance)
    }

    #[target_feature(enable = "avx2")]
    fn equal(bytes: __m256i, byte: u8) -> __m256i {
        _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte.cast_signed()))
    }

    #[target_feature(enable = "avx2")]
    fn join(low: __m256i, high: __m256i) -> u64 {
        let bits = |half: __m256i| u64::from(_mm256_movemask_epi8(half).cast_unsigned());
        bits(low) | bits(high) << 32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{Pattern, Spec};

    #[test]
    fn no_literal_is_passed_over_wherever_it_stands() {
        let spec = |literals: &[&str]| Spec {
            id: "secret".to_owned(),
            anchor: "literal".to_owned(),
            literals: literals.iter().map(|&literal| literal.to_owned()).collect(),
            regex: "[A-Za-z_<-]{2,}".to_owned(),
            lead: 0,
            validator: None,
            keep_unvalidated: false,
        };
        let pattern = Pattern::new(&spec(&["ghp_", "eyJ", "I<", "-----BEGIN"])).unwrap_or_else(|e| unreachable!("{e}"));
        let literals = Literals::new(&[pattern]).unwrap_or_else(|| unreachable!());
        for literal in ["ghp_", "eyJ", "I<", "-----BEGIN"] {
            for place in 0..3 * WIDTH {
                let text = [&vec![b'x'; place], literal.as_bytes(), &vec![b' '; place % 70]].concat();
                let mut met = [false; 2];
                for (met, narrowly) in met.iter_mut().zip([false, true]) {
                    let mut number = 0;
                    let mut take = |kinds: Kinds| {
                        *met |= number == place / WIDTH && (kinds.suspects | kinds.apart) >> (place % WIDTH) & 1 == 1;
                        number += 1;
                    };
                    let count = text.len().div_ceil(WIDTH);
                    if narrowly {
                        narrow(&text, count, Some(&literals), &mut take);
                    } else {
                        kinds(&text, count, Some(&literals), &mut take);
                    }
                }
                assert_eq!(met, [true; 2], "{literal} at {place}");
            }
        }
    }

    #[test]
    fn vectors_answer_as_single_bytes_do() {
        let text: Vec<u8> = (0..5000_u32).map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect();
        for length in [0, 1, 2, 3, 63, 64, 65, 66, 67, 128, 5000] {
            let text = &text[..length];
            let (mut wide, mut slow) = (Vec::new(), Vec::new());
            kinds(text, length.div_ceil(WIDTH), None, |kinds| wide.push(kinds));
            narrow(text, length.div_ceil(WIDTH), None, |kinds| slow.push(kinds));
            assert_eq!(wide, slow, "{length}");
        }
    }
}
