//! What do many lines of JSON say at the few places that somebody asks for?

mod line;
pub(crate) mod python;
mod suspect;
mod values;

pub use line::{Found, Lines, Place, lines};
