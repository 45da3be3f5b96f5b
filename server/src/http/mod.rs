//! The HTTP doors.

pub mod graphiql;
