//! Work that nobody asks for: a door like the others, opened by time. Each job calls one use case, which sees to it that
//! it runs at most once at a time across processes; what fails is logged and tried again.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::domain::{members, organizations, quotas};
use crate::error::Result;

/// Something to be done again and again.
#[derive(Clone, Copy)]
struct Job {
    name: &'static str,
    /// The pause between two runs, or between two questions whether it is due.
    every: Duration,
    run: for<'a> fn(&'a App) -> BoxFuture<'a, Result<()>>,
}

const JOBS: [Job; 5] = [
    // Usage shows everywhere within a minute (QUO-8).
    Job {
        name: "usage roll-up",
        every: Duration::from_secs(10),
        run: |app| async move { quotas::roll_up(app).await.map(drop) }.boxed(),
    },
    // What was granted without the database is recorded soon after it answers again (QUO-10).
    Job {
        name: "open grants",
        every: Duration::from_secs(10),
        run: |app| async move { quotas::settle_open_grants(app).await.map(drop) }.boxed(),
    },
    Job {
        name: "reconcile",
        every: Duration::from_mins(10),
        run: |app| reconcile(app).boxed(),
    },
    Job {
        name: "abandoned invitations",
        every: Duration::from_hours(1),
        run: |app| async move { members::revoke_abandoned(app).await.map(drop) }.boxed(),
    },
    Job {
        name: "deleted organizations",
        every: Duration::from_hours(1),
        run: |app| async move { organizations::purge_deleted(app).await.map(drop) }.boxed(),
    },
];

/// The jobs of a process.
#[must_use = "the jobs stop when this is dropped"]
pub struct Jobs {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts all jobs; each runs at once, and then in its rhythm.
pub fn start(app: &App) -> Jobs {
    let (stop, stopped) = watch::channel(false);
    let start = |job: Job| tokio::spawn(repeat(app.clone(), job, stopped.clone()));
    Jobs {
        stop,
        tasks: JOBS.map(start).into(),
    }
}

impl Jobs {
    /// Ends all jobs. One that is at work is cut off between two statements, and its transaction leaves nothing behind.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a job had ended by a panic");
            }
        }
    }
}

async fn repeat(app: App, job: Job, mut stopped: watch::Receiver<bool>) {
    let mut rhythm = interval(job.every);
    rhythm.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let work = async {
        loop {
            rhythm.tick().await;
            if let Err(error) = (job.run)(&app).await {
                tracing::error!(job = job.name, %error, cause = ?error.cause, "a job failed; it will be tried again");
            }
        }
    };
    tokio::select! {
        // Whether the sender says so or is gone.
        _ = stopped.wait_for(|stop| *stop) => {}
        () = work => {}
    }
}

async fn reconcile(app: &App) -> Result<()> {
    for drift in quotas::reconcile_when_due(app).await?.unwrap_or_default() {
        tracing::warn!(
            organization = drift.slug,
            meter = drift.meter.key,
            counted = drift.counted,
            expected = drift.expected,
            "a counter had drifted and was repaired"
        );
    }
    Ok(())
}
