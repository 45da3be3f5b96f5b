//! The closing table: what ran, how it ended, how long it took.

use std::time::Duration;

use crate::failure::Failure;

/// How a step ended.
pub(crate) enum Outcome {
    /// It did what it should.
    Passed,
    /// It ran and failed.
    Failed(Failure),
    /// It did not run, because this earlier step failed.
    Blocked(&'static str),
}

/// One row of the table.
pub(crate) struct Row {
    /// The step's name, as `cargo xtask test NAME` takes it.
    pub(crate) step: &'static str,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// How long it took.
    pub(crate) took: Duration,
}

/// The table, with the reason of each failure below it.
pub(crate) fn table(rows: &[Row]) -> String {
    let line = |name: &str, took, verdict: &str| {
        format!("{name:<16} {:>8}  {verdict}", duration(took))
            .trim_end()
            .to_owned()
    };
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| match &row.outcome {
            Outcome::Passed => line(row.step, row.took, "passed"),
            Outcome::Failed(_) => line(row.step, row.took, "FAILED"),
            Outcome::Blocked(by) => line(row.step, row.took, &format!("NOT RUN, needs {by}")),
        })
        .collect();
    lines.push(line("total", rows.iter().map(|row| row.took).sum(), ""));
    for row in rows {
        if let Outcome::Failed(why) = &row.outcome {
            lines.push(format!("\n{}: {why}", row.step));
        }
    }
    lines.join("\n")
}

/// Whether every step passed.
pub(crate) fn all_passed(rows: &[Row]) -> bool {
    rows.iter()
        .all(|row| matches!(row.outcome, Outcome::Passed))
}

/// `7.4 s` or `3m 20s`.
pub(crate) fn duration(took: Duration) -> String {
    let seconds = took.as_secs();
    if seconds < 60 {
        format!("{:.1} s", took.as_secs_f64())
    } else {
        format!("{}m {:02}s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_or_blocked_step_shows_and_spoils_the_run() {
        let row = |step, outcome| Row {
            step,
            outcome,
            took: Duration::from_secs(61),
        };
        let mut rows = vec![row("fmt", Outcome::Passed)];
        assert!(all_passed(&rows));
        rows.push(row("build", Outcome::Failed(Failure::new("it broke"))));
        rows.push(row("e2e", Outcome::Blocked("build")));
        assert!(!all_passed(&rows));
        let table = table(&rows);
        assert!(
            table.contains("FAILED") && table.contains("build: it broke"),
            "{table}"
        );
        assert!(
            table.contains("NOT RUN, needs build") && table.contains("3m 03s"),
            "{table}"
        );
    }
}
