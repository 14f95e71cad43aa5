//! Is this candidate what it looks like? Checks beyond the form: checksums, ranges, registries.
//!
//! A validator sees the whole text, so that it can look at what stands beside the candidate, and answers where the
//! valid part ends (it may be shorter than the candidate), or `None`. None of them can panic: positions are only
//! ever compared and used through `get`.
//!
//! One file per field of checks; each has a `TABLE` of names, which a category's file may use.

pub mod base58;
pub mod bech32;
pub mod beside;
pub mod card;
pub mod checksum;
pub mod device;
pub mod document;
pub mod europe;
pub mod finance;
pub mod health;
pub mod iban;
pub mod keccak;
pub mod life;
pub mod network;
pub mod phone;
pub mod place;
pub mod secret;
pub mod social;
pub mod wallet;
pub mod world;

/// `(text, start, end) -> end of the valid part`, with `start <= end <= text.len()`.
pub type Validator = fn(&[u8], usize, usize) -> Option<usize>;

/// Names and their checks.
pub type Table = &'static [(&'static str, Validator)];

#[rustfmt::skip] // one a line, so that two people can each add theirs
const TABLES: &[Table] = &[
    card::TABLE,
    device::TABLE,
    document::TABLE,
    europe::TABLE,
    finance::TABLE,
    health::TABLE,
    iban::TABLE,
    life::TABLE,
    network::TABLE,
    phone::TABLE,
    place::TABLE,
    secret::TABLE,
    social::TABLE,
    wallet::TABLE,
    world::TABLE,
];

/// The validator of that name, or `None` where there is none.
#[must_use]
pub fn by_name(name: &str) -> Option<Validator> {
    TABLES.iter().flat_map(|table| table.iter()).find(|(known, _)| *known == name).map(|&(_, check)| check)
}

/// Names that `by_name` knows.
#[must_use]
pub fn names() -> Vec<&'static str> {
    TABLES.iter().flat_map(|table| table.iter()).map(|&(name, _)| name).collect()
}
