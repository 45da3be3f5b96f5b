//! What the run says: the table to the standard output, everything else to the standard error.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to its terminal"
)]

/// Says what is going on.
pub(crate) fn progress(text: &str) {
    eprintln!("{text}");
}

/// Says what was asked for.
pub(crate) fn result(text: &str) {
    println!("{text}");
}
