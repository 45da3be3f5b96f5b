//! Signing up, in and out, and how a session goes on (ACC-5).

mod credentials;
mod external;
mod passwords;
mod required_two_factor;
mod resets;
mod sessions;
mod tokens;
mod two_factor;
