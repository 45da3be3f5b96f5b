//! One organization's part of a batch: its calls, what is known of it, and what was decided.

use bursar_entities::ids::{MeterId, OrganizationId};

use super::call::{Answer, Call, Waiting};
use super::known::Known;
use super::settle::{Output, Stage, Stop};
use crate::domain::events::Signal;
use crate::error::{Error, Result};

/// One organization's part of a batch.
pub(super) struct Turn {
    pub(super) organization: OrganizationId,
    pub(super) waiting: Vec<Waiting>,
    /// None until it has been read.
    pub(super) known: Option<Box<Known>>,
    pub(super) answers: Vec<Result<Answer>>,
    pub(super) output: Output,
}

impl Turn {
    pub(super) fn new(
        organization: OrganizationId,
        waiting: Vec<Waiting>,
        known: Option<Box<Known>>,
    ) -> Self {
        Self {
            organization,
            waiting,
            known,
            answers: Vec::new(),
            output: Output::default(),
        }
    }

    /// The turn after this one, without calls yet: it goes on from what this one will have left behind when it has been
    /// written.
    pub(super) fn next(&self) -> Self {
        let mut known = self.known.clone();
        if let Some(known) = &mut known {
            known.stored();
        }
        let mut next = Self::new(self.organization, Vec::new(), known);
        next.output.shared = true;
        next
    }

    /// Lets more calls join.
    pub(super) fn extend(&mut self, waiting: Vec<Waiting>) {
        let listens = |waiting: &Waiting| !waiting.is_gone();
        self.waiting.extend(waiting.into_iter().filter(listens));
    }

    /// What is asked.
    pub(super) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.waiting.iter().map(|waiting| &waiting.call)
    }

    /// Decides the calls that are not decided yet; false when something must be read first, and then nothing has been
    /// decided at all.
    pub(super) fn decide(&mut self, stage: &Stage<'_>) -> bool {
        let Some(known) = &mut self.known else {
            return false;
        };
        let undecided = &self.waiting[self.answers.len()..];
        self.answers.reserve(undecided.len());
        self.output.shared |= self.waiting.len() > 1;
        for waiting in undecided {
            if waiting.is_gone() {
                // Nobody waits for it any more, perhaps because it took too long: it must not be decided behind their back.
                self.answers.push(Err(gone()));
                continue;
            }
            match known.settle(stage, &waiting.call, &mut self.output) {
                Ok(answer) => self.answers.push(Ok(answer)),
                Err(Stop::Refused(error)) => self.answers.push(Err(error)),
                Err(Stop::Unknown) => {
                    self.undo();
                    return false;
                }
            }
        }
        true
    }

    /// Forgets what was decided.
    pub(super) fn undo(&mut self) {
        self.answers.clear();
        self.output = Output::default();
        if let Some(known) = &mut self.known {
            known.undo();
        }
    }

    /// Forgets what was decided, and what was known.
    pub(super) fn forget(&mut self) {
        self.undo();
        self.known = None;
    }

    /// What others should hear of it, after the commit.
    pub(super) fn signals(&self, signals: &mut Vec<Signal>) {
        let moved: Vec<MeterId> = self
            .known
            .iter()
            .flat_map(|known| &known.entries)
            .filter(|entry| entry.has_moved())
            .map(|entry| entry.meter().id)
            .collect();
        let organization = self.organization;
        if !moved.is_empty() {
            signals.push(Signal::QuotasChanged {
                organization,
                meters: moved,
            });
        }
        if !self.output.crossings.is_empty() {
            signals.push(Signal::ThresholdsCrossed { organization });
        }
    }

    /// The same calls, each by itself and with nothing known.
    pub(super) fn single_calls(self) -> impl Iterator<Item = Self> {
        let organization = self.organization;
        let alone = move |waiting| Self::new(organization, vec![waiting], None);
        self.waiting.into_iter().map(alone)
    }

    /// Tells every caller that nothing was decided, or that it is not known whether it was.
    pub(super) fn fail(self, error: &Error) {
        for waiting in self.waiting {
            let cause = format!("a batch of quota decisions failed: {:?}", error.cause);
            let _ = waiting.answer.send(Err(Error::internal(cause)));
        }
    }

    /// What is known now, and the answers to be given.
    pub(super) fn decided(self) -> (Option<Box<Known>>, Answers) {
        (self.known, Answers(self.waiting, self.answers))
    }
}

/// What a caller would hear who has stopped waiting.
fn gone() -> Error {
    Error::internal("the caller has stopped waiting")
}

/// Answers and those who wait for them.
pub(super) struct Answers(Vec<Waiting>, Vec<Result<Answer>>);

impl Answers {
    /// How many.
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Gives every caller its answer. One that has gone does not hear it; what was decided for it stands.
    pub(super) fn give(self) {
        for (waiting, answer) in self.0.into_iter().zip(self.1) {
            let _ = waiting.answer.send(answer);
        }
    }
}
