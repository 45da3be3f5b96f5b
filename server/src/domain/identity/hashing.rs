//! Threads that hash passwords. Hashing is meant to be slow, so it must not stand in anybody's way: only as many run at a
//! time as leave the server a core to answer everybody else, on threads of their own that step back behind all others, and
//! no more wait for them than hear something before they lose patience.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::IdentityError;
use crate::error::{Error, Result};

/// How many may wait. One takes tens of milliseconds, so that the last waits a few seconds.
const WAITING: usize = 200;
/// How far hashing steps back, as Unix counts it. A tenth of the weight of other threads: enough that those go first, and
/// not so little that nobody can sign in any more while they have all cores busy.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;
/// When those who found no room may come again, in seconds.
const RETRY_AFTER: i64 = 5;

/// Of the process, not of an `App`: cores are shared by all of them.
static HASHING: LazyLock<Hashing> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Hashing::start((cores / 2).max(1))
});

type Job = Box<dyn FnOnce() + Send>;

struct Hashing {
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    jobs: Sender<Job>,
}

/// The right to hash one password. The hashing thread holds on to it as well, so that a caller who hangs up does not
/// let more run than may.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// Waits for a turn.
///
/// # Errors
/// `RATE_LIMITED` when too many wait already.
pub(super) async fn turn() -> Result<Turn> {
    HASHING.turn(WAITING).await
}

/// Has one of the threads do `work`.
pub(super) async fn run<T: Send + 'static>(
    turn: Turn,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    HASHING.run(turn, work).await
}

impl Hashing {
    /// As many threads as there are turns.
    fn start(count: usize) -> Self {
        let (jobs, arriving) = channel();
        let arriving = Arc::new(Mutex::new(arriving));
        for _ in 0..count {
            let arriving = Arc::clone(&arriving);
            let thread = std::thread::Builder::new().name("password".to_owned());
            if let Err(error) = thread.spawn(move || work_off(&arriving)) {
                tracing::error!(%error, "a thread for hashing passwords did not start");
            }
        }
        Self {
            turns: Arc::new(Semaphore::new(count)),
            waiting: AtomicUsize::new(0),
            jobs,
        }
    }

    async fn turn(&self, most: usize) -> Result<Turn> {
        let place = Place(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= most {
            return Err(IdentityError::TooBusy {
                retry_after: RETRY_AFTER,
            }
            .into());
        }
        let permit = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(Error::internal)?;
        drop(place);
        Ok(Turn {
            _permit: Arc::new(permit),
        })
    }

    async fn run<T: Send + 'static>(
        &self,
        turn: Turn,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, heard) = oneshot::channel();
        let job = move || {
            // A panic must not take the thread with it.
            let outcome = catch_unwind(AssertUnwindSafe(work));
            drop(turn);
            let panicked = |_| Err(Error::internal("hashing a password panicked"));
            let _ = answer.send(outcome.unwrap_or_else(panicked));
        };
        let gone = |_| Error::internal("the threads that hash passwords are gone");
        self.jobs.send(Box::new(job)).map_err(gone)?;
        heard.await.map_err(Error::internal)?
    }
}

/// A place among those who wait.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn work_off(arriving: &Mutex<Receiver<Job>>) {
    step_back();
    loop {
        let next = arriving
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        match next {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}

/// Lets other threads go first. On Linux only: elsewhere this would slow the whole process down.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::warn!(%error, "hashing passwords could not be given a lower priority");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::Hashing;
    use crate::error::Code;

    #[tokio::test]
    async fn as_many_run_as_may_and_as_many_wait_as_may() {
        let hashing = Hashing::start(1);
        let first = hashing.turn(2).await.expect("the first goes at once");
        let second = hashing.turn(2);
        let third = hashing.turn(2);
        let mut second = Box::pin(second);
        let mut third = Box::pin(third);
        assert!(futures_util::poll!(&mut second).is_pending());
        assert!(futures_util::poll!(&mut third).is_pending());
        let refused = hashing.turn(2).await.expect_err("there is no room");
        assert_eq!(refused.code, Code::RateLimited);
        assert_eq!(refused.facts[0].0, "retryAfter");
        drop(third);
        assert_eq!(
            hashing.waiting.load(Ordering::Relaxed),
            1,
            "who hangs up makes room"
        );
        drop(first);
        second.await.expect("its turn");
        assert_eq!(hashing.waiting.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn who_hangs_up_lets_no_more_run_and_a_panic_stops_nobody() {
        let hashing = Hashing::start(1);
        let turn = hashing.turn(1).await.expect("a turn");
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let mut hashed = Box::pin(hashing.run(turn, move || {
            let _ = wait.recv();
            Ok(())
        }));
        assert!(futures_util::poll!(&mut hashed).is_pending());
        drop(hashed);
        let mut next = Box::pin(hashing.turn(1));
        assert!(futures_util::poll!(&mut next).is_pending(), "it runs on");
        drop(go);
        let turn = next.await.expect("a turn");
        let panicked = hashing.run(turn, || -> crate::error::Result<()> {
            panic!("on purpose")
        });
        assert_eq!(panicked.await.expect_err("a panic").code, Code::Internal);
        let turn = hashing.turn(1).await.expect("a turn");
        assert_eq!(hashing.run(turn, || Ok(7)).await.expect("done"), 7);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn hashing_steps_back_and_nobody_else_does() {
        let hashing = Hashing::start(1);
        let turn = hashing.turn(1).await.expect("a turn");
        let nice = || rustix::process::nice(0).map_err(crate::error::Error::internal);
        let ours = nice().expect("our priority");
        let theirs = hashing.run(turn, nice).await.expect("their priority");
        assert_eq!(theirs, (ours + super::NICE).min(19));
        assert_eq!(nice().expect("our priority"), ours);
    }
}
