//! Is it the page of a person on a social network, or one of the network's own?

use super::Table;

/// Names of this file's checks.
pub const TABLE: Table = &[("social_profile", social_profile)];

// First parts of paths that the networks keep for themselves.
const OWN: &[&[u8]] = &[
    b"about",
    b"account",
    b"accounts",
    b"ads",
    b"api",
    b"app",
    b"apps",
    b"business",
    b"careers",
    b"company",
    b"contact",
    b"developer",
    b"developers",
    b"directory",
    b"discover",
    b"download",
    b"events",
    b"explore",
    b"groups",
    b"hashtag",
    b"help",
    b"home",
    b"i",
    b"intent",
    b"jobs",
    b"legal",
    b"login",
    b"logout",
    b"marketplace",
    b"messages",
    b"p",
    b"pages",
    b"photo",
    b"photos",
    b"plugins",
    b"policies",
    b"privacy",
    b"reel",
    b"reels",
    b"search",
    b"settings",
    b"share",
    b"sharer",
    b"sharer.php",
    b"signup",
    b"stories",
    b"support",
    b"terms",
    b"tos",
    b"tv",
    b"video",
    b"videos",
    b"watch",
    b"web",
    b"widgets",
];

/// An address whose path names an account: what follows the host is not a page of the network's own. Marks at the end
/// of a sentence are left out.
#[must_use]
pub fn social_profile(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let address = text.get(start..end)?;
    let trailing = address.iter().rev().take_while(|&&byte| matches!(byte, b'.' | b'-')).count();
    let end = end.checked_sub(trailing)?;
    let address = text.get(start..end)?;
    let name = address.rsplit(|&byte| byte == b'/').next()?;
    let plain = name.strip_prefix(b"@").unwrap_or(name).to_ascii_lowercase();
    (plain.len() >= 2 && !OWN.contains(&plain.as_slice())).then_some(end)
}
