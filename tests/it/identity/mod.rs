//! Signing up, in and out, and how a session goes on (ACC-5).

mod credentials;
mod passwords;
mod resets;
mod sessions;
