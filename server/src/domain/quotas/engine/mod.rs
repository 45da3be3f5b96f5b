//! Group commit (QUO-1): decisions that wait at the same moment are decided together, written in one transaction, and
//! answered after its commit.
//!
//! There is no timer. The first call goes at once; whatever arrives while a commit is in flight forms the next batch.
//! A batch is decided in memory from what is known of its organizations. What is known may be out of date, so the rows
//! are the authority: one statement takes the organizations' locks, compares their terms and counters with what was
//! decided from, and writes, or fails as a whole ([`optimistic`]); then, and whenever something must be read first, the
//! batch is decided again between locks and commit ([`careful`]).

mod call;
mod careful;
mod catalog;
mod flood;
mod known;
mod lane;
mod optimistic;
mod queue;
mod read;
mod settle;
mod turn;
mod write;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bursar_entities::ids::OrganizationId;
use hashlink::LruCache;
use sea_orm::{ConnectionTrait, DbBackend};
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, oneshot};

use call::Waiting;
pub(super) use call::{Answer, Asked, Call, Caller};
pub(super) use catalog::Catalog;
pub(super) use known::Known;
use queue::{Limits, Queue};
pub(super) use settle::{Output, Stage, Stop};
pub(super) use write::write_counters_in_tx;

use crate::app::App;
use crate::error::{Code, Error, Result};

/// Organizations that are remembered.
const REMEMBERED: usize = 32_768;
/// Calls that may wait in all, and of one organization.
const WAITING: usize = 16_384;
const WAITING_OF_ONE: usize = 4_096;
/// After how many calls of one organization whoever works on its flood is woken.
const STREAM: usize = 64;
/// Batches that look keys up beforehand after one was found to have been used.
const DOUBT: u32 = 64;
/// Calls that are decided in a second even on a slow disk, for telling callers when to come again.
const CALLS_A_SECOND: usize = 2_000;

/// The calls that wait, and what is remembered between batches. Clones are one engine.
#[derive(Clone)]
pub struct Engine(Arc<State>);

struct State {
    queue: Mutex<Queue<OrganizationId, Waiting>>,
    known: Mutex<LruCache<OrganizationId, Box<Known>>>,
    catalog: Mutex<Arc<Catalog>>,
    doubt: AtomicU32,
    /// Wakes those who work on a flood when more of it has arrived.
    arrived: Notify,
}

impl Engine {
    /// An engine for a database; on SQLite, with its one writer, one batch at a time.
    #[must_use]
    pub fn new(backend: DbBackend) -> Self {
        let limits = Limits {
            lanes: if backend == DbBackend::Sqlite { 1 } else { 2 },
            waiting: WAITING,
            waiting_of_one: WAITING_OF_ONE,
        };
        Self(Arc::new(State {
            queue: Mutex::new(Queue::new(limits)),
            known: Mutex::new(LruCache::new(REMEMBERED)),
            catalog: Mutex::default(),
            doubt: AtomicU32::new(0),
            arrived: Notify::new(),
        }))
    }

    /// Has `call` decided, and returns when the decision is durable. A caller that stops waiting leaves either nothing
    /// or a whole decision behind.
    pub(super) async fn submit(&self, app: &App, call: Call) -> Result<Answer> {
        let (answer, heard) = oneshot::channel();
        let (own, open) = {
            let mut queue = self.queue();
            let own = queue.push(
                call.organization,
                Waiting { call, answer },
                Waiting::is_gone,
            );
            (own.map_err(too_busy)?, queue.open_lane())
        };
        if own.is_multiple_of(STREAM) {
            self.0.arrived.notify_waiters();
        }
        if open {
            tokio::spawn(lane::run(app.clone()));
        }
        heard.await.unwrap_or_else(|_| Err(lost()))
    }

    /// Has all of `calls` decided, in their order and as far as possible together; gives their answers in that order.
    /// When there is no room for all of them, none is let in.
    pub(super) async fn submit_all(
        &self,
        app: &App,
        calls: Vec<Call>,
    ) -> Result<Vec<Result<Answer>>> {
        let mut all = Vec::with_capacity(calls.len());
        let open = {
            let mut queue = self.queue();
            for call in calls {
                let (answer, heard) = oneshot::channel();
                let own = queue.push(
                    call.organization,
                    Waiting { call, answer },
                    Waiting::is_gone,
                );
                if let Err(waiting) = own {
                    // Those that were let in are left out when their turn comes: nobody listens any more.
                    all.clear();
                    return Err(too_busy(waiting));
                }
                all.push(heard);
            }
            queue.open_lane()
        };
        self.0.arrived.notify_waiters();
        if open {
            tokio::spawn(lane::run(app.clone()));
        }
        let mut answers = Vec::with_capacity(all.len());
        for heard in all {
            answers.push(heard.await.unwrap_or_else(|_| Err(lost())));
        }
        Ok(answers)
    }

    /// The meter called `key`; looks again before it says that there is none.
    pub(super) async fn catalog(
        &self,
        connection: &impl ConnectionTrait,
        has: impl Fn(&Catalog) -> bool,
    ) -> Result<Arc<Catalog>> {
        let remembered = Arc::clone(&lock(&self.0.catalog));
        if has(&remembered) {
            return Ok(remembered);
        }
        let read = Arc::new(Catalog::read(connection).await?);
        *lock(&self.0.catalog) = Arc::clone(&read);
        Ok(read)
    }

    /// Whether some meter fails open, as far as is known: only then is it worth remembering who asks.
    #[must_use]
    pub fn fails_open(&self) -> bool {
        lock(&self.0.catalog).fails_open()
    }

    /// The catalog as a transaction sees it.
    async fn current_catalog(&self, tx: &impl ConnectionTrait) -> Result<Arc<Catalog>> {
        let version = Catalog::version(tx).await?;
        self.catalog(tx, |catalog| catalog.version == version).await
    }

    fn remembered_catalog(&self) -> Arc<Catalog> {
        Arc::clone(&lock(&self.0.catalog))
    }

    /// Returns when more calls of some flood have arrived.
    fn arrived(&self) -> Notified<'_> {
        self.0.arrived.notified()
    }

    fn queue(&self) -> MutexGuard<'_, Queue<OrganizationId, Waiting>> {
        lock(&self.0.queue)
    }

    fn known(&self) -> MutexGuard<'_, LruCache<OrganizationId, Box<Known>>> {
        lock(&self.0.known)
    }

    /// Whether keys should be looked up before they are written.
    fn doubts(&self) -> bool {
        let less = |doubt: u32| doubt.checked_sub(1);
        self.0
            .doubt
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .is_ok()
    }

    /// A key had been used before: others may follow.
    fn doubt(&self) {
        self.0.doubt.store(DOUBT, Ordering::Relaxed);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The answer to a call whose lane ended by a panic.
fn lost() -> Error {
    Error::internal("the lane that held this call was lost")
}

/// The answer when too many wait already.
fn too_busy(waiting: usize) -> Error {
    let seconds = waiting.div_ceil(CALLS_A_SECOND).max(1);
    Error::new(
        Code::RateLimited,
        format!("Too many quota requests wait already; try again in {seconds} s"),
    )
    .with("retryAfter", seconds)
}
