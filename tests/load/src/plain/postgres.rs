//! Plain statements on PostgreSQL, over connections that stay open.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bursar::app::App;
use bursar_entities::ids::{MeterId, OrganizationId};
use chrono::DateTime;
use sea_orm::sqlx::postgres::PgConnection;
use sea_orm::sqlx::{self, Connection as _, Row as _};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{FINGERPRINT, Work, sql};
use crate::failure::{Failure, Outcome, failure};
use crate::flow::{Flow, Told, gather, pick};
use crate::proc::Cluster;
use crate::world::{LIMIT, World};

/// Names the cluster.
const VARIABLE: &str = "BURSAR_TEST_POSTGRES_URL";

/// A connection to the cluster itself.
pub(crate) async fn connect_to_cluster() -> Outcome<PgConnection> {
    let url = std::env::var(VARIABLE).map_err(|_| {
        failure(format!(
            "{VARIABLE} is not set: `cargo xtask load` starts a PostgreSQL and sets it"
        ))
    })?;
    Ok(PgConnection::connect(&url).await?)
}

/// Callers of plain statements, each with a connection.
pub(crate) struct Crowd {
    callers: Vec<Caller>,
}

/// One connection, and what its statements need.
struct Caller {
    connection: PgConnection,
    app: App,
    meter: MeterId,
    actor: Uuid,
}

impl Crowd {
    /// Connects `count` times.
    pub(crate) async fn of(world: &World, count: usize) -> Outcome<Self> {
        let mut callers = Vec::with_capacity(count);
        for _ in 0..count {
            callers.push(Caller {
                connection: PgConnection::connect(world.url()).await?,
                app: world.app.clone(),
                meter: world.plain_meter,
                actor: world.owner.user()?.id.0,
            });
        }
        Ok(Self { callers })
    }

    /// The cluster that the connections lead to.
    pub(crate) async fn cluster(&mut self) -> Outcome<Cluster> {
        let first = self.callers.first_mut().ok_or("no connection")?;
        let row = sqlx::query("SELECT pg_backend_pid()")
            .fetch_one(&mut first.connection)
            .await?;
        Cluster::of_backend(u32::try_from(row.try_get::<i32, _>(0)?)?)
    }

    /// All connections for so long, each request under a key that begins with `tag`.
    pub(crate) async fn flood(
        &mut self,
        work: Work,
        organizations: &Arc<[OrganizationId]>,
        round: Duration,
        tag: &str,
    ) -> Outcome<Flow> {
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        let back = Arc::new(std::sync::Mutex::new(Vec::new()));
        for (place, mut caller) in self.callers.drain(..).enumerate() {
            let (organizations, tag) = (Arc::clone(organizations), tag.to_owned());
            let back = Arc::clone(&back);
            tasks.spawn(async move {
                let mut flow = Flow::default();
                for step in 0.. {
                    if start.elapsed() >= round {
                        break;
                    }
                    let organization = pick(&organizations, place, step);
                    let asked = Instant::now();
                    let told = match work {
                        Work::Decision => {
                            caller
                                .decide(organization, &format!("{tag}-{place:x}-{step:x}"))
                                .await?
                        }
                        Work::Counter => caller.count(organization).await?,
                    };
                    flow.count(told, asked.elapsed());
                }
                back.lock()
                    .map_err(|_| failure("a caller panicked"))?
                    .push(caller);
                Ok::<_, Failure>(flow)
            });
        }
        let flow = gather(start, tasks).await?;
        let mut back = back.lock().map_err(|_| failure("a caller panicked"))?;
        self.callers.append(&mut back);
        Ok(flow)
    }

    /// One decision in one statement, over the first connection.
    pub(crate) async fn decide(
        &mut self,
        organization: OrganizationId,
        key: &str,
    ) -> Outcome<Told> {
        let first = self.callers.first_mut().ok_or("no connection")?;
        first.decide(organization, key).await
    }

    /// One transaction that updates one row (BEGIN, UPDATE, COMMIT), over the first connection.
    pub(crate) async fn transact(&mut self, organization: OrganizationId) -> Outcome<Told> {
        let first = self.callers.first_mut().ok_or("no connection")?;
        let mut tx = first.connection.begin().await?;
        let done = sqlx::query(sql::COUNTER)
            .bind(organization.0)
            .bind(first.meter.0)
            .bind(DateTime::UNIX_EPOCH)
            .bind(LIMIT)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(told(done.rows_affected()))
    }
}

impl Caller {
    async fn decide(&mut self, organization: OrganizationId, key: &str) -> Outcome<Told> {
        let done = sqlx::query(sql::DECISION)
            .bind(organization.0)
            .bind(self.meter.0)
            .bind(key)
            .bind(FINGERPRINT.as_slice())
            .bind(self.app.now())
            .bind(LIMIT)
            .bind(self.actor)
            .bind(DateTime::UNIX_EPOCH)
            .execute(&mut self.connection)
            .await?;
        Ok(told(done.rows_affected()))
    }

    async fn count(&mut self, organization: OrganizationId) -> Outcome<Told> {
        let done = sqlx::query(sql::COUNTER)
            .bind(organization.0)
            .bind(self.meter.0)
            .bind(DateTime::UNIX_EPOCH)
            .bind(LIMIT)
            .execute(&mut self.connection)
            .await?;
        Ok(told(done.rows_affected()))
    }
}

const fn told(rows: u64) -> Told {
    if rows == 0 {
        Told::Refused
    } else {
        Told::Granted
    }
}
