//! Hearing of other processes, and being heard by them. On PostgreSQL a wake-up without payload travels by NOTIFY: after
//! the commit and from a connection of its own, so that no transaction of a use case waits for the lock that NOTIFY
//! takes until its commit. At most one is on its way; what is published meanwhile is told by one more. Since a wake-up
//! may be lost with a connection, and SQLite has none, everybody also looks by themselves once in a while.

use std::time::Duration;

use sea_orm::DbBackend;
use sea_orm::sqlx::postgres::{PgListener, PgPool, PgPoolOptions};
use sea_orm::sqlx::{self, Executor as _};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use super::{Hub, Kind};
use crate::app::App;

/// How long what other processes do may go unnoticed when their wake-ups are lost.
const POLL: Duration = Duration::from_secs(1);
/// How long to wait before a lost connection is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// The least time between two wake-ups: under load they say nothing new more often than that.
const PAUSE: Duration = Duration::from_millis(5);

/// Passes on what happens until the future is dropped.
pub async fn hear_others(app: &App) {
    let poll = async {
        let mut ticks = interval(POLL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            app.hub.call(Kind::Poll);
        }
    };
    if app.db.backend() == DbBackend::Postgres {
        let postgres = app.db.reader().get_postgres_connection_pool();
        tokio::join!(poll, stay_connected(&app.hub, postgres));
    } else {
        poll.await;
    }
}

/// Connects again whenever the connection is lost.
async fn stay_connected(hub: &Hub, pool: &PgPool) {
    // A pool of one, which only serves to connect again; the use cases' own pool stays as large as it is.
    let line = PgPoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_lazy_with((*pool.connect_options()).clone());
    loop {
        if let Err(error) = talk(hub, &line).await {
            tracing::warn!(%error, "the connection to other processes is lost; looking once a second until it is back");
        }
        sleep(RETRY).await;
    }
}

/// Tells and listens on one connection until it breaks.
async fn talk(hub: &Hub, line: &PgPool) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(line).await?;
    // Reconnecting inside of `try_recv` would not survive the `select!` below.
    listener.eager_reconnect(false);
    // A wake-up that is lost in a crash is of no use to anybody after it: no need to wait for the disk.
    listener.execute("SET synchronous_commit = off").await?;
    let own: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(&mut listener)
        .await?;
    listener.listen("bursar").await?;
    // Whatever was said before this moment has been missed.
    hub.call(Kind::Others);
    let mut told = Instant::now();
    loop {
        let outgoing = async {
            sleep_until(told + PAUSE).await;
            hub.outgoing().await;
        };
        tokio::select! {
            heard = listener.try_recv() => match heard? {
                Some(wake_up) if i64::from(wake_up.process_id()) == i64::from(own) => {}
                Some(_) => hub.call(Kind::Others),
                None => return Ok(()),
            },
            () = outgoing => {
                told = Instant::now();
                if let Err(error) = listener.execute("NOTIFY bursar").await {
                    hub.tell_later();
                    return Err(error);
                }
            }
        }
    }
}
