//! What is the Keccak-256 of a text, in the form before it became SHA-3 (as Ethereum and Monero use it)?

const RATE: usize = 136;
const ROUNDS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];
// Where each lane goes next, and by how many bits it is turned on the way (FIPS 202, 3.2.2 and 3.2.3).
const PATH: [(usize, u32); 24] = [
    (10, 1),
    (7, 3),
    (11, 6),
    (17, 10),
    (18, 15),
    (3, 21),
    (5, 28),
    (16, 36),
    (8, 45),
    (21, 55),
    (24, 2),
    (4, 14),
    (15, 27),
    (23, 41),
    (19, 56),
    (13, 8),
    (12, 25),
    (2, 43),
    (20, 62),
    (14, 18),
    (22, 39),
    (9, 61),
    (6, 20),
    (1, 44),
];

/// Keccak-256.
#[must_use]
pub fn keccak256(text: &[u8]) -> [u8; 32] {
    let mut state = [0_u64; 25];
    let mut padded = text.to_vec();
    padded.push(1);
    padded.resize(padded.len().next_multiple_of(RATE), 0);
    if let Some(last) = padded.last_mut() {
        *last |= 0x80;
    }
    for block in padded.chunks_exact(RATE) {
        for (lane, bytes) in state.iter_mut().zip(block.chunks_exact(8)) {
            *lane ^= bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        }
        permute(&mut state);
    }
    let mut digest = [0_u8; 32];
    for (bytes, lane) in digest.chunks_exact_mut(8).zip(state) {
        bytes.copy_from_slice(&lane.to_le_bytes());
    }
    digest
}

// Every place is a constant, or a loop's counter, below the array's length.
fn permute(state: &mut [u64; 25]) {
    for round in ROUNDS {
        let mut columns = [0_u64; 5];
        for (place, lane) in state.iter().enumerate() {
            columns[place % 5] ^= lane;
        }
        for (place, lane) in state.iter_mut().enumerate() {
            *lane ^= columns[(place + 4) % 5] ^ columns[(place + 1) % 5].rotate_left(1);
        }
        let mut carried = state[1];
        for (place, turn) in PATH {
            (state[place], carried) = (carried.rotate_left(turn), state[place]);
        }
        for row in state.chunks_exact_mut(5) {
            let kept: [u64; 5] = [row[0], row[1], row[2], row[3], row[4]];
            for (place, lane) in row.iter_mut().enumerate() {
                *lane ^= !kept[(place + 1) % 5] & kept[(place + 2) % 5];
            }
        }
        state[0] ^= round;
    }
}

#[cfg(test)]
mod tests {
    use super::keccak256;

    #[test]
    fn the_published_digest_of_the_empty_text_comes_out() {
        let digest = keccak256(b"");
        assert_eq!(&digest[..4], &[0xc5, 0xd2, 0x46, 0x01]);
        assert_eq!(&digest[28..], &[0x5d, 0x85, 0xa4, 0x70]);
    }
}
