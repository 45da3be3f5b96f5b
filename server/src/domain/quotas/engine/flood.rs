//! An organization that floods: while one of its batches is being written, the next is decided on what that one will
//! leave behind, so that neither this process nor the database waits for the other. If the first is not written after
//! all, nothing that was decided on it counts, and both are decided again with care.

use std::convert::Infallible;
use std::slice;

use super::lane::{again, carefully, finish};
use super::optimistic::{self, Outcome};
use super::settle::Stage;
use super::turn::Turn;
use super::{Catalog, Engine};
use crate::app::App;

/// Batches in a row, until it is another's turn.
const IN_A_ROW: usize = 32;

/// Has `turn` decided, and whatever else arrives of its organization meanwhile.
pub(super) async fn run(app: &App, engine: &Engine, mut turn: Turn) {
    let catalog = engine.remembered_catalog();
    let mut stage = stage(app, &catalog);
    if !turn.decide(&stage) {
        carefully(app, engine, vec![turn]).await;
        return;
    }
    let mut written = None;
    for place in 1..=IN_A_ROW {
        let mut ahead = Ahead::of(app, &catalog, &turn, place < IN_A_ROW);
        let outcome = tokio::select! {
            biased;
            outcome = optimistic::write(app, &stage, slice::from_ref(&turn)) => outcome,
            never = ahead.gather(app, engine, &mut written) => match never {},
        };
        finish(app, engine, written.take());
        if !matches!(outcome, Outcome::Written) {
            ahead.turn.forget();
            carefully(app, engine, again(engine, outcome, vec![turn])).await;
            carefully(app, engine, vec![ahead.turn]).await;
            return;
        }
        if ahead.turn.waiting.is_empty() || !ahead.holds {
            finish(app, engine, Some(turn));
            carefully(app, engine, vec![ahead.turn]).await;
            return;
        }
        written = Some(std::mem::replace(&mut turn, ahead.turn));
        stage = ahead.stage;
    }
}

fn stage<'a>(app: &'a App, catalog: &'a Catalog) -> Stage<'a> {
    Stage {
        app,
        catalog,
        now: app.now(),
        facts: None,
    }
}

/// The batch after the one that is being written.
struct Ahead<'a> {
    turn: Turn,
    stage: Stage<'a>,
    /// Whether all of it could be decided from what is known.
    holds: bool,
    /// Whether calls may join it.
    open: bool,
}

impl<'a> Ahead<'a> {
    fn of(app: &'a App, catalog: &'a Catalog, before: &Turn, open: bool) -> Self {
        Self {
            turn: before.next(),
            stage: stage(app, catalog),
            holds: true,
            open,
        }
    }

    /// Answers those who were `written` before, and decides what arrives, until it is dropped.
    async fn gather(
        &mut self,
        app: &App,
        engine: &Engine,
        written: &mut Option<Turn>,
    ) -> Infallible {
        finish(app, engine, written.take());
        let mut room = engine.queue().room(true);
        loop {
            let arrived = engine.arrived();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            if self.open && self.holds {
                let more = engine.queue().more(&self.turn.organization, room);
                room -= more.len();
                self.turn.extend(more);
                self.stage.now = app.now();
                self.holds = self.turn.decide(&self.stage);
            }
            arrived.await;
        }
    }
}
