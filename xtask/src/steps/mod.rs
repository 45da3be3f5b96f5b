//! The steps of `cargo xtask test`, in the order in which a fault is found soonest.

mod console;
pub(crate) mod rust;
mod window;

use crate::failure::Failure;
use crate::plan::{Step, choose, run};
use crate::report;

const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        group: "rust",
        title: "the Rust code is formatted",
        needs: &[],
        run: rust::fmt,
    },
    Step {
        name: "deny",
        group: "rust",
        title: "licences, banned crates, sources",
        needs: &[],
        run: rust::deny,
    },
    Step {
        name: "npm",
        group: "console",
        title: "the console's npm packages",
        needs: &[],
        run: console::install,
    },
    Step {
        name: "lint",
        group: "console",
        title: "the console's lints",
        needs: &["npm"],
        run: console::lint,
    },
    Step {
        name: "typecheck",
        group: "console",
        title: "the console's types",
        needs: &["npm"],
        run: console::typecheck,
    },
    Step {
        name: "codegen",
        group: "console",
        title: "the console's documents agree with schema.graphql",
        needs: &["npm"],
        run: console::codegen,
    },
    Step {
        name: "unit",
        group: "console",
        title: "the console's unit tests",
        needs: &["npm"],
        run: console::unit,
    },
    Step {
        name: "bundle",
        group: "console",
        title: "the console's front end, bundled",
        needs: &["npm"],
        run: console::bundle,
    },
    Step {
        name: "ui",
        group: "console",
        title: "the console's pages in Chromium",
        needs: &["bundle"],
        run: console::ui,
    },
    // The console's binary holds the bundle, and it belongs to the workspace.
    Step {
        name: "clippy",
        group: "rust",
        title: "no warnings, tests included",
        needs: &["bundle"],
        run: rust::clippy,
    },
    Step {
        name: "build",
        group: "rust",
        title: "all programs and all tests, compiled",
        needs: &["bundle"],
        run: rust::build,
    },
    Step {
        name: "ignored",
        group: "rust",
        title: "no Rust test is marked as ignored",
        needs: &["build"],
        run: rust::ignored,
    },
    Step {
        name: "tests",
        group: "rust",
        title: "unit and integration tests, on SQLite and PostgreSQL",
        needs: &["build"],
        run: rust::tests,
    },
    Step {
        name: "doctests",
        group: "rust",
        title: "the examples in the documentation",
        needs: &["build"],
        run: rust::doctests,
    },
    Step {
        name: "clients",
        group: "clients",
        title: "other people's clients against the server",
        needs: &["build"],
        run: console::clients,
    },
    Step {
        name: "e2e",
        group: "e2e",
        title: "the console's real window against a real server",
        needs: &["build"],
        run: window::e2e,
    },
];

/// Prepares the machine, runs the chosen steps and prints what became of them.
///
/// # Errors
/// When a name is unknown, the machine lacks something, or a step failed.
pub(crate) fn test(names: &[String]) -> Result<(), Failure> {
    let chosen = choose(STEPS, names)?;
    let concerned: Vec<&str> = chosen
        .iter()
        .flat_map(|step| [step.name, step.group])
        .collect();
    crate::machine::prepare(&concerned)?;
    let rows = run(&chosen);
    println!("\n{}", report::table(&rows));
    if report::all_passed(&rows) {
        Ok(())
    } else {
        Err(Failure::new("The test run failed."))
    }
}

/// The names that [`test`] takes, for the help.
pub(crate) fn names() -> String {
    let line = |step: &Step| format!("{:<8} {:<10} {}", step.group, step.name, step.title);
    STEPS.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_step_needs_comes_before_it() {
        for (place, step) in STEPS.iter().enumerate() {
            for needed in step.needs {
                assert!(
                    STEPS[..place].iter().any(|earlier| earlier.name == *needed),
                    "{needed}"
                );
            }
        }
    }

    #[test]
    fn everything_the_machine_is_asked_for_serves_a_step() {
        for usage in crate::machine::uses() {
            let serves = STEPS
                .iter()
                .any(|step| step.name == usage || step.group == usage);
            assert!(serves || usage == "graphiql", "{usage} is no step");
        }
    }
}
