//! Does the checksum of a text in base 32 hold (BIP 173, BIP 350)?

const SIGNS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Which of the two constants the checksum was made with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Variant {
    /// BIP 173.
    Bech32,
    /// BIP 350.
    Bech32m,
}

/// The values (0-31) behind the `1`, checksum left out, and the variant; `None` where the checksum is wrong, the
/// beginning is another one, or capital and small letters are mixed.
#[must_use]
pub fn decode(text: &[u8], beginning: &[u8]) -> Option<(Vec<u8>, Variant)> {
    let small = text.to_ascii_lowercase();
    if small != text && text.to_ascii_uppercase() != text {
        return None;
    }
    let data = small.strip_prefix(beginning)?.strip_prefix(b"1")?;
    let mut values = Vec::with_capacity(data.len());
    for sign in data {
        values.push(u8::try_from(SIGNS.iter().position(|known| known == sign)?).ok()?);
    }
    let expanded = beginning.iter().map(|b| b >> 5).chain([0]).chain(beginning.iter().map(|b| b & 31));
    let variant = match expanded.chain(values.iter().copied()).fold(1_u32, step) {
        1 => Variant::Bech32,
        0x2bc8_30a3 => Variant::Bech32m,
        _ => return None,
    };
    values.truncate(values.len().checked_sub(6)?);
    Some((values, variant))
}

fn step(sum: u32, value: u8) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = sum >> 25;
    let next = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
    GENERATOR.iter().enumerate().fold(next, |sum, (bit, term)| if top >> bit & 1 == 1 { sum ^ term } else { sum })
}

/// Whether it is a witness program: version, 2 to 40 bytes, the variant that goes with the version, no loose bits.
#[must_use]
pub fn witness(text: &[u8], beginning: &[u8]) -> bool {
    let Some((values, variant)) = decode(text, beginning) else {
        return false;
    };
    let Some((&version, program)) = values.split_first() else {
        return false;
    };
    let (bytes, loose) = (program.len() * 5 / 8, program.len() * 5 % 8);
    let padded = loose < 5 && program.last().is_some_and(|last| last & ((1 << loose) - 1) == 0);
    let sized = match version {
        0 => matches!(bytes, 20 | 32) && variant == Variant::Bech32,
        1..=16 => (2..=40).contains(&bytes) && variant == Variant::Bech32m,
        _ => false,
    };
    text.len() <= 90 && padded && sized
}
