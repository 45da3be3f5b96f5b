//! Finds skipped tests in what test runners print. A skipped test proves nothing, so it counts as a failure.

use crate::failure::Failure;

/// Passes output that reports no test as skipped, ignored, pending or still to do, and at least one as run.
///
/// # Errors
/// Names the lines that say otherwise.
pub(crate) fn none(output: &str) -> Result<(), Failure> {
    let guilty: Vec<&str> = output
        .lines()
        .map(str::trim)
        .filter(|line| is_guilty(line))
        .collect();
    if guilty.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "every test must run, but: {}",
        guilty.join(" · ")
    )))
}

/// A summary line of Vitest, `node --test`, Playwright or rustdoc that counts tests which did not run.
fn is_guilty(line: &str) -> bool {
    let words: Vec<&str> = line
        .split(|c: char| c.is_whitespace() || matches!(c, '|' | ';' | ',' | '(' | ')'))
        .filter(|word| !word.is_empty())
        .collect();
    let summary = match words.first() {
        // Vitest: `Tests  3 passed | 1 skipped (4)`; node: `# skipped 1` or `ℹ skipped 1`; rustdoc: `test result: …`.
        Some(&("Tests" | "Test" | "#" | "ℹ" | "test")) => true,
        // Playwright: `2 skipped`.
        Some(first) => words.len() == 2 && is_count(first),
        None => false,
    };
    summary
        && words
            .windows(2)
            .any(|pair| is_unrun(pair[0], pair[1]) || is_unrun(pair[1], pair[0]))
        || matches!(words.as_slice(), ["#" | "ℹ", "tests", "0"])
}

fn is_unrun(count: &str, what: &str) -> bool {
    is_count(count)
        && matches!(
            what,
            "skipped" | "todo" | "ignored" | "pending" | "fixme" | "cancelled"
        )
}

fn is_count(word: &str) -> bool {
    word.parse::<u32>().is_ok_and(|count| count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_runner_is_caught_skipping() {
        for guilty in [
            "      Tests  3 passed | 1 skipped (4)",
            "      Tests  3 passed | 2 todo (5)",
            " Test Files  1 passed | 1 skipped (2)",
            "# skipped 1",
            "ℹ todo 2",
            "ℹ cancelled 1",
            "ℹ tests 0",
            "  2 skipped",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
        ] {
            assert!(none(guilty).is_err(), "{guilty}");
        }
    }

    #[test]
    fn full_runs_and_talk_about_skipping_pass() {
        none("      Tests  4 passed (4)\n# tests 3\n# skipped 0\nℹ todo 0\n  12 passed").unwrap();
        none("test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out").unwrap();
        none("ok 1 - an event that was skipped 2 times is replayed").unwrap();
        none("running 0 tests").unwrap();
    }
}
