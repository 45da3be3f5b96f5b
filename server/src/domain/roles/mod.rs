//! Roles that an organization defines by itself (ACC-2): named sets of permissions beside the system roles, given like
//! these. What a role lets its holders do is asked of `access`.

mod create;
mod delete;
mod draft;
mod error;
mod read;
mod update;

pub use create::{NewRole, create_role};
pub use delete::delete_role;
pub use error::RoleError;
pub use read::{named, of_organizations};
pub use update::{RolePatch, update_role};
