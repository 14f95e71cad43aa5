//! Does it open something?
//!
//! Two kinds of checks. Some tokens carry a checksum, or decode to something that tells what they are: those are sure.
//! For all others only plausibility is left: no placeholder, and as mixed as what a machine has drawn.

pub mod aws;
pub mod base;
pub mod bech32;
pub mod checksummed;
pub mod decoded;
pub mod labelled;
pub mod plausible;
pub mod url;

pub use checksummed::github_token;
pub use decoded::jwt;

use super::Table;

/// Names of this field's checks.
pub const TABLE: Table = &[
    ("age_secret_key", bech32::age_secret_key),
    ("aws_access_key", aws::access_key),
    ("aws_secret_key", aws::secret_key),
    ("basic_auth", labelled::basic_auth),
    ("discord_token", decoded::discord_token),
    ("github_token", github_token),
    ("gitlab_token", checksummed::gitlab_token),
    ("grafana_token", checksummed::grafana_token),
    ("jwt", jwt),
    ("labelled_password", labelled::password),
    ("labelled_secret", labelled::secret),
    ("labelled_token", labelled::token),
    ("npm_token", checksummed::npm_token),
    ("password_hash", decoded::password_hash),
    ("token", plausible::token),
    ("url_with_password", url::url_with_password),
];
