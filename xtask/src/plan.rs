//! Which steps run, in which order, and what becomes of the rest when one of them fails.

use std::collections::BTreeSet;
use std::time::Instant;

use crate::failure::Failure;
use crate::report::{Outcome, Row, duration};

/// One step of the test run.
pub(crate) struct Step {
    /// What `cargo xtask test NAME` calls it.
    pub(crate) name: &'static str,
    /// The group it belongs to, which can be named as well.
    pub(crate) group: &'static str,
    /// What it shows, for its heading.
    pub(crate) title: &'static str,
    /// Steps that must have passed before; they come earlier in the list.
    pub(crate) needs: &'static [&'static str],
    /// What it does.
    pub(crate) run: fn() -> Result<(), Failure>,
}

/// The steps that are named by themselves or by their group (all when no name is given), and whatever they need.
///
/// # Errors
/// When a name is neither.
pub(crate) fn choose<'a>(steps: &'a [Step], names: &[String]) -> Result<Vec<&'a Step>, Failure> {
    for name in names {
        if !steps
            .iter()
            .any(|step| step.name == name || step.group == name)
        {
            return Err(Failure::new(format!("no step or group is called `{name}`")));
        }
    }
    let mut chosen: BTreeSet<&str> = BTreeSet::new();
    // Backwards, so that what a step needs is reached after the step itself.
    for step in steps.iter().rev() {
        let asked = names
            .iter()
            .any(|name| step.name == name || step.group == name);
        if names.is_empty() || asked || chosen.contains(step.name) {
            chosen.insert(step.name);
            chosen.extend(step.needs);
        }
    }
    Ok(steps
        .iter()
        .filter(|step| chosen.contains(step.name))
        .collect())
}

/// Runs the steps in order. A failure stops only the steps that need it.
pub(crate) fn run(steps: &[&Step]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for step in steps {
        let passed = |name: &str| {
            rows.iter()
                .any(|row| row.step == name && matches!(row.outcome, Outcome::Passed))
        };
        let blocker = step.needs.iter().find(|needed| !passed(needed));
        let start = Instant::now();
        let outcome = match blocker {
            Some(needed) => Outcome::Blocked(needed),
            None => attempt(step),
        };
        let took = start.elapsed();
        rows.push(Row {
            step: step.name,
            outcome,
            took,
        });
    }
    rows
}

fn attempt(step: &Step) -> Outcome {
    println!("\n━━━ {}: {} ━━━", step.name, step.title);
    let start = Instant::now();
    let outcome = match (step.run)() {
        Ok(()) => Outcome::Passed,
        Err(failure) => {
            eprintln!("\n{failure}");
            Outcome::Failed(failure)
        }
    };
    println!("━━━ {} took {} ━━━", step.name, duration(start.elapsed()));
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(
        name: &'static str,
        needs: &'static [&'static str],
        run: fn() -> Result<(), Failure>,
    ) -> Step {
        Step {
            name,
            group: "all",
            title: "",
            needs,
            run,
        }
    }

    fn steps() -> [Step; 4] {
        let fails = || Err(Failure::new("no"));
        [
            step("dist", &[], || Ok(())),
            step("build", &["dist"], fails),
            step("e2e", &["build"], || Ok(())),
            step("fmt", &[], || Ok(())),
        ]
    }

    fn names(steps: &[&Step]) -> Vec<&'static str> {
        steps.iter().map(|step| step.name).collect()
    }

    #[test]
    fn a_named_step_brings_what_it_needs() {
        let steps = steps();
        let chosen = |name: &str| choose(&steps, &[name.to_owned()]);
        assert_eq!(names(&chosen("e2e").unwrap()), ["dist", "build", "e2e"]);
        assert_eq!(names(&chosen("fmt").unwrap()), ["fmt"]);
        assert_eq!(chosen("all").unwrap().len(), 4);
        assert_eq!(choose(&steps, &[]).unwrap().len(), 4);
        assert!(chosen("e3e").is_err());
    }

    #[test]
    fn a_failure_blocks_what_needs_it_and_nothing_else() {
        let steps = steps();
        let rows = run(&choose(&steps, &[]).unwrap());
        let [dist, build, e2e, fmt] = rows.as_slice() else {
            panic!("four rows")
        };
        assert!(matches!(dist.outcome, Outcome::Passed));
        assert!(matches!(build.outcome, Outcome::Failed(_)));
        assert!(matches!(e2e.outcome, Outcome::Blocked("build")));
        assert!(matches!(fmt.outcome, Outcome::Passed));
    }
}
