//! Is this candidate what it looks like? Checks beyond the form: checksums, ranges, registries.
//!
//! A validator sees the whole text, so that it can look at what stands beside the candidate, and answers where the
//! valid part ends (it may be shorter than the candidate), or `None`. None of them can panic: positions are only
//! ever compared and used through `get`.
//!
//! One file per field of checks; each has a `TABLE` of names, which a category's file may use.

pub mod beside;
pub mod card;
pub mod checksum;
pub mod document;
pub mod iban;
pub mod life;
pub mod national;
pub mod network;
pub mod phone;
pub mod secret;
pub mod social;

/// `(text, start, end) -> end of the valid part`, with `start <= end <= text.len()`.
pub type Validator = fn(&[u8], usize, usize) -> Option<usize>;

/// Names and their checks.
pub type Table = &'static [(&'static str, Validator)];

const TABLES: &[Table] = &[
    card::TABLE,
    document::TABLE,
    iban::TABLE,
    life::TABLE,
    national::TABLE,
    network::TABLE,
    phone::TABLE,
    secret::TABLE,
    social::TABLE,
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
