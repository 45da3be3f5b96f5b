//! Everything that is wrong with a catalog file, each with its place, so that it can be mended in one go.

use std::fmt;

use toml::Spanned;
use toml::de::DeValue;

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line of the file, counted from 1, when it is known.
    pub line: Option<usize>,
    /// Where in the file, such as `plans[2].limits.cpu`; empty for the file as a whole.
    pub place: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// All that is wrong with a file; one line each when shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.message)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

/// A step into a file.
#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

/// A place in a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Place(Vec<Step>);

impl Place {
    /// The place called `key` inside this one.
    pub(super) fn key(&self, key: &str) -> Self {
        self.step(Step::Key(key.to_owned()))
    }

    /// The item number `index`, from 0, inside this one.
    pub(super) fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    fn step(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if depth == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Collects problems of one file and finds their lines.
pub(super) struct Findings<'a> {
    source: &'a str,
    tree: &'a Spanned<DeValue<'a>>,
    problems: Vec<Problem>,
}

impl<'a> Findings<'a> {
    /// No problems so far in `source`, which `tree` was parsed from.
    pub(super) const fn new(source: &'a str, tree: &'a Spanned<DeValue<'a>>) -> Self {
        Self {
            source,
            tree,
            problems: Vec::new(),
        }
    }

    /// Notes a problem.
    pub(super) fn add(&mut self, place: &Place, message: impl Into<String>) {
        self.problems.push(Problem {
            line: Some(line_of(self.source, self.offset(place))),
            place: place.to_string(),
            message: message.into(),
        });
    }

    /// Where `place` begins, or the nearest place around it that exists.
    fn offset(&self, place: &Place) -> usize {
        let mut here = self.tree;
        for step in &place.0 {
            let next = match step {
                Step::Key(key) => here.get_ref().get(key.as_str()),
                Step::Index(index) => here.get_ref().get(*index),
            };
            let Some(next) = next else { break };
            here = next;
        }
        here.span().start
    }

    /// `value` if nothing is wrong; problems in the order of the file.
    pub(super) fn into_result<T>(mut self, value: T) -> Result<T, Problems> {
        self.problems.sort_by_key(|problem| problem.line);
        if self.problems.is_empty() {
            Ok(value)
        } else {
            Err(Problems(self.problems))
        }
    }
}

/// The line of `source`, from 1, that the byte at `offset` is on.
pub(super) fn line_of(source: &str, offset: usize) -> usize {
    let before = source.as_bytes().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}
