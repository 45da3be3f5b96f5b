//! Who somebody is: signing up and in, sessions that can be ended, and users as others see them (ACC-5).

mod access_token;
mod admin;
mod attempts;
mod authenticate;
mod change_password;
mod error;
mod external;
mod failures;
mod hashing;
mod password;
mod refresh;
mod reset_password;
mod session;
mod sign_in;
mod sign_out;
mod sign_up;
#[cfg(test)]
mod tests;
mod two_factor;
mod users;

pub use admin::{NewAdmin, create_system_admin, ensure_first_admin};
pub use attempts::Attempts;
pub use authenticate::{OpenSessions, authenticate};
pub use change_password::{ChangePassword, change_password};
pub use error::IdentityError;
pub(crate) use password::hash as hash_password;
pub use refresh::refresh_session;
pub use reset_password::{request_password_reset, reset_password};
pub use session::{SignedIn, Tokens};
pub use sign_in::{SignIn, sign_in};
pub use sign_out::sign_out;
pub use sign_up::{SignUp, SignedUp, sign_up};
pub use two_factor::{
    Begun, Confirmed, DisableTwoFactor, confirm_two_factor, disable_two_factor, enable_two_factor,
    renew_two_factors,
};
pub use users::{by_ids, viewer};
