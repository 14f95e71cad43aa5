//! Is it a key in bech32 with a right checksum?

use crate::validate::bech32::{Variant, decode};

/// The identity of the file encryption tool age: bech32 (BIP 173) in capitals, 32 bytes.
#[must_use]
pub fn age_secret_key(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let key = text.get(start..end)?;
    let (values, variant) = decode(key, b"age-secret-key-")?;
    (key.first() == Some(&b'A') && values.len() == 52 && variant == Variant::Bech32).then_some(end)
}
