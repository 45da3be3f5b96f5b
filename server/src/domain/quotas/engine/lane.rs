//! A lane: takes a batch, has it decided and written, answers, and goes on until nothing waits.

use bursar_entities::ids::OrganizationId;
use sea_orm::{DbErr, RuntimeErr};

use super::careful;
use super::flood;
use super::optimistic::{self, Outcome};
use super::queue::Taken;
use super::settle::Stage;
use super::turn::{Answers, Turn};
use super::{Engine, Waiting};
use crate::app::App;
use crate::error::Error;

/// Answers that a lane gives by itself.
const INLINE: usize = 32;

/// Works until nothing waits. Lives on when its callers have gone, and takes nobody's time: it is a task of its own.
pub(super) async fn run(app: App) {
    let engine = app.quotas.clone();
    let mut open = Open {
        app: &app,
        closed: false,
    };
    loop {
        let Some(taken) = engine.queue().take() else {
            open.closed = true;
            return;
        };
        let lone = taken
            .turns
            .iter()
            .map(|(_, calls)| calls.len())
            .sum::<usize>()
            == 1;
        let claim = Claim::new(&engine, &taken);
        let (bulk, hopeful) = (taken.bulk, !engine.doubts());
        let mut turns = turns(&engine, taken);
        match turns.pop() {
            Some(turn) if bulk && hopeful => flood::run(&app, &engine, turn).await,
            last => {
                turns.extend(last);
                work(&app, &engine, turns, hopeful).await;
            }
        }
        drop(claim);
        if !lone {
            // Those who have just been answered may ask again; they form the next batch.
            tokio::task::yield_now().await;
        }
    }
}

/// An open lane. One that ends by a panic is counted out, and another is opened for those who still wait.
struct Open<'a> {
    app: &'a App,
    closed: bool,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if self.closed {
            return;
        }
        let open = {
            let mut queue = self.app.quotas.queue();
            queue.lost_lane();
            queue.open_lane()
        };
        if open {
            tokio::spawn(run(self.app.clone()));
        }
    }
}

/// The organizations of a batch; they have their next turn when it is dropped, however the batch ends.
struct Claim<'a> {
    engine: &'a Engine,
    organizations: Vec<OrganizationId>,
    bulk: bool,
}

impl<'a> Claim<'a> {
    fn new(engine: &'a Engine, taken: &Taken<OrganizationId, Waiting>) -> Self {
        Self {
            engine,
            organizations: taken.turns.iter().map(|(id, _)| *id).collect(),
            bulk: taken.bulk,
        }
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.engine.queue().finish(&self.organizations, self.bulk);
    }
}

/// The turns of a batch, in the order in which their rows are locked; callers that have gone are left out.
fn turns(engine: &Engine, mut taken: Taken<OrganizationId, Waiting>) -> Vec<Turn> {
    taken
        .turns
        .sort_unstable_by_key(|(organization, _)| *organization);
    let mut remembered = engine.known();
    taken
        .turns
        .into_iter()
        .filter_map(|(organization, mut waiting)| {
            waiting.retain(|waiting| !waiting.is_gone());
            let known = remembered.remove(&organization);
            (!waiting.is_empty()).then(|| Turn::new(organization, waiting, known))
        })
        .collect()
}

/// Has `turns` decided, as far as can be from what is known (if there is hope of that), else after reading.
async fn work(app: &App, engine: &Engine, turns: Vec<Turn>, hopeful: bool) {
    let catalog = engine.remembered_catalog();
    let stage = Stage {
        app,
        catalog: &catalog,
        now: app.now(),
        facts: None,
    };
    let (decided, mut others): (Vec<Turn>, Vec<Turn>) = turns
        .into_iter()
        .map(|mut turn| (hopeful && turn.decide(&stage), turn))
        .fold((Vec::new(), Vec::new()), |mut both, (decided, turn)| {
            if decided { &mut both.0 } else { &mut both.1 }.push(turn);
            both
        });
    if !decided.is_empty() {
        match optimistic::write(app, &stage, &decided).await {
            Outcome::Written => finish(app, engine, decided),
            outcome => {
                others.append(&mut again(engine, outcome, decided));
                others.sort_unstable_by_key(|turn| turn.organization);
            }
        }
    }
    carefully(app, engine, others).await;
}

/// Those of `turns`, which were not written, that are to be decided again, with care.
pub(super) fn again(engine: &Engine, outcome: Outcome, mut turns: Vec<Turn>) -> Vec<Turn> {
    match outcome {
        Outcome::Written => return Vec::new(),
        Outcome::Unknown(error) => {
            fail(turns, &error);
            return Vec::new();
        }
        Outcome::KeyUsed => engine.doubt(),
        Outcome::Stale => {}
    }
    turns.iter_mut().for_each(Turn::undo);
    turns
}

/// Decides `turns` between locks and commit. When a statement fails, each call is decided by itself, so that one that
/// cannot be written does not take the others with it.
pub(super) async fn carefully(app: &App, engine: &Engine, mut turns: Vec<Turn>) {
    turns.retain(|turn| !turn.waiting.is_empty());
    if turns.is_empty() {
        return;
    }
    let Err(error) = careful::decide(app, engine, &mut turns).await else {
        finish(app, engine, turns);
        return;
    };
    let calls: usize = turns.iter().map(|turn| turn.waiting.len()).sum();
    if calls == 1 || !is_statement_error(&error) {
        fail(turns, &error);
        return;
    }
    tracing::warn!(cause = ?error.cause, calls, "a batch failed; deciding its calls one by one");
    for turn in turns.into_iter().flat_map(Turn::single_calls) {
        let mut alone = vec![turn];
        match careful::decide(app, engine, &mut alone).await {
            Ok(()) => finish(app, engine, alone),
            Err(error) => fail(alone, &error),
        }
    }
}

/// Tells everybody that nothing was decided, or that it is not known whether it was: a retry under the same key finds
/// out.
fn fail(turns: Vec<Turn>, error: &Error) {
    tracing::error!(cause = ?error.cause, "quota decisions failed");
    for turn in turns {
        turn.fail(error);
    }
}

/// Whether the database refused a statement, as opposed to not answering.
pub(super) fn is_statement_error(error: &Error) -> bool {
    let cause = error.cause.as_ref();
    let Some(DbErr::Exec(inner) | DbErr::Query(inner)) = cause.and_then(|c| c.downcast_ref())
    else {
        return false;
    };
    matches!(
        inner,
        RuntimeErr::SqlxError(error) if matches!(**error, sea_orm::sqlx::Error::Database(_))
    )
}

/// Remembers what was decided, and tells everybody. Many answers are given by a task of their own, so that the next
/// batch begins meanwhile.
pub(super) fn finish(app: &App, engine: &Engine, turns: impl IntoIterator<Item = Turn>) {
    let mut signals = Vec::new();
    let mut answers = Vec::new();
    {
        let mut remembered = engine.known();
        for turn in turns {
            turn.signals(&mut signals);
            let organization = turn.organization;
            let (known, answer) = turn.decided();
            answers.push(answer);
            if let Some(mut known) = known {
                known.stored();
                remembered.insert(organization, known);
            }
        }
    }
    if answers.is_empty() {
        return;
    }
    app.hub.publish_all(signals);
    if answers.iter().map(Answers::len).sum::<usize>() > INLINE {
        tokio::spawn(async move { answers.into_iter().for_each(Answers::give) });
    } else {
        answers.into_iter().for_each(Answers::give);
    }
}
