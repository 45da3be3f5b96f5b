//! The load generator in its quick form: it must work from end to end, and every round is checked for exactness against
//! the database. No time is looked at.

use std::process::Command;

/// What the table must have a line of.
const MEASURES: &[&str] = &[
    "spread",
    "database CPU per decision",
    "hot",
    "SQLite",
    "a lone caller, p50",
    "a cold tenant beside a flood, p99",
    "through HTTP",
    "a query beside 50 sign-ins, p99",
    "subscribers: delivered",
    "subscribers: memory per connection",
    "subscribers: server CPU per message",
    "soak: delivered",
];

#[test]
fn every_measure_runs_and_is_exact() {
    let run = Command::new(env!("CARGO_BIN_EXE_bursar-load"))
        .arg("--quick")
        .output()
        .expect("the load generator starts");
    let (said, progress) = (
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr),
    );
    assert!(run.status.success(), "{progress}");
    for measure in MEASURES {
        assert!(
            said.contains(&format!("\n| {measure} | ")),
            "{measure} is missing from:\n{said}"
        );
    }
}
