//! API keys: how programs of an organization show who they are (ACC-6). A key holds permissions in one organization and
//! nothing that needs a person; its secret is shown once and stored as a hash.

mod addresses;
mod authenticate;
mod create;
mod error;
mod list;
mod lookup;
mod revoke;
mod rotate;
mod secret;
mod uses;

pub use authenticate::OpenKeys;
pub(crate) use authenticate::authenticate;
pub use create::{NewApiKey, Shown, create};
pub use error::ApiKeyError;
pub use list::{ApiKeyPage, ApiKeyStatus, by_ids, counts, own, pages, status, words};
pub use revoke::revoke;
pub use rotate::rotate;
pub(crate) use secret::is_secret;
pub use uses::KeyUses;

use bursar_entities::api_key::Model;

use crate::domain::access::PermissionSet;

/// What `key` was given. Codes that stand for nothing any more give nothing.
fn held(key: &Model) -> PermissionSet {
    PermissionSet::of_codes(key.permissions.split_ascii_whitespace())
}
