//! Is it a key in bech32 with a right checksum?

/// The identity of the file encryption tool age: bech32 (BIP 173) in capitals, 32 bytes, checksum 1.
#[must_use]
pub fn age_secret_key(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let data = text.get(start..end)?.strip_prefix(b"AGE-SECRET-KEY-1")?;
    let human = b"age-secret-key-";
    let mut check = 1_u32;
    for byte in human {
        check = step(check, u32::from(byte >> 5));
    }
    check = step(check, 0);
    for byte in human {
        check = step(check, u32::from(byte & 31));
    }
    for byte in data {
        check = step(check, value(*byte)?);
    }
    (data.len() == 58 && check == 1).then_some(end)
}

fn value(byte: u8) -> Option<u32> {
    let place = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".iter().position(|&known| known == byte)?;
    u32::try_from(place).ok()
}

fn step(check: u32, value: u32) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = check >> 25;
    let next = ((check & 0x01ff_ffff) << 5) ^ value;
    GENERATOR.iter().enumerate().fold(next, |sum, (bit, word)| if top >> bit & 1 == 1 { sum ^ word } else { sum })
}
