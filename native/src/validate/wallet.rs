//! Is it the address of a wallet, with the checksum of its currency?

use super::Table;
use super::base58::{self, BITCOIN, RIPPLE};
use super::bech32;
use super::keccak::keccak256;

/// Names of this file's checks.
pub const TABLE: Table = &[
    ("bitcoin", bitcoin),
    ("ethereum", ethereum),
    ("ethereum_plain", ethereum_plain),
    ("litecoin", litecoin),
    ("dogecoin", dogecoin),
    ("ripple", ripple),
    ("tron", tron),
    ("monero", monero),
    ("cardano", cardano),
];

fn version(text: &[u8], start: usize, end: usize, alphabet: &[u8; 58], versions: &[u8]) -> Option<usize> {
    let bytes = base58::checked(text.get(start..end)?, alphabet)?;
    versions.contains(bytes.first()?).then_some(end)
}

/// A Bitcoin address of the main network: base 58 (`1…`, `3…`) or a witness program (`bc1…`).
#[must_use]
pub fn bitcoin(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let segwit = bech32::witness(text.get(start..end)?, b"bc").then_some(end);
    segwit.or_else(|| version(text, start, end, BITCOIN, &[0x00, 0x05]))
}

/// A Litecoin address of its own form (`L…`, `M…`, `ltc1…`); `3…` is Bitcoin's too.
#[must_use]
pub fn litecoin(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let segwit = bech32::witness(text.get(start..end)?, b"ltc").then_some(end);
    segwit.or_else(|| version(text, start, end, BITCOIN, &[0x30, 0x32]))
}

/// A Dogecoin address (`D…`).
#[must_use]
pub fn dogecoin(text: &[u8], start: usize, end: usize) -> Option<usize> {
    version(text, start, end, BITCOIN, &[0x1e])
}

/// An account of the XRP Ledger (`r…`).
#[must_use]
pub fn ripple(text: &[u8], start: usize, end: usize) -> Option<usize> {
    version(text, start, end, RIPPLE, &[0x00])
}

/// A TRON address (`T…`).
#[must_use]
pub fn tron(text: &[u8], start: usize, end: usize) -> Option<usize> {
    version(text, start, end, BITCOIN, &[0x41])
}

/// A Monero address of the main network: standard, integrated or sub-address, four bytes of Keccak-256 at its end.
#[must_use]
pub fn monero(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let bytes = base58::blocks(text.get(start..end)?)?;
    let (body, check) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
    let sized = matches!((body.first()?, body.len()), (18 | 42, 65) | (19, 73));
    (sized && keccak256(body).starts_with(check)).then_some(end)
}

/// A Cardano address of the main network since Shelley (CIP 19); longer than Bitcoin's form of base 32 allows.
#[must_use]
pub fn cardano(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let (values, variant) = bech32::decode(text.get(start..end)?, b"addr")?;
    (variant == bech32::Variant::Bech32 && matches!(values.len(), 47 | 92)).then_some(end)
}

/// An Ethereum address whose capital letters are its checksum (EIP-55).
#[must_use]
pub fn ethereum(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let address = text.get(start..end)?.get(2..).filter(|address| address.len() == 40)?;
    let digest = keccak256(&address.to_ascii_lowercase());
    let halves = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let right = address
        .iter()
        .zip(halves)
        .all(|(sign, half)| !sign.is_ascii_alphabetic() || sign.is_ascii_uppercase() == (half >= 8));
    (right && cases(address) == (true, true)).then_some(end)
}

/// An Ethereum address in small or in capital letters alone, which carries no checksum; not the zero address.
#[must_use]
pub fn ethereum_plain(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let address = text.get(start..end)?.get(2..).filter(|address| address.len() == 40)?;
    let varied = address.iter().any(|sign| Some(sign) != address.first());
    (varied && cases(address) != (true, true)).then_some(end)
}

fn cases(address: &[u8]) -> (bool, bool) {
    (address.iter().any(u8::is_ascii_uppercase), address.iter().any(u8::is_ascii_lowercase))
}
