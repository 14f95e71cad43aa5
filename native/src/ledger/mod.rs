//! How do columns of events become hashes of leaves, and hashes a tree?

pub mod encode;
pub mod ids;
pub(crate) mod python;
pub mod tree;
