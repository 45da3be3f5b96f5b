//! Plain statements on SQLite: one connection, because there is one writer.

use std::time::{Duration, Instant};

use bursar::app::App;
use bursar_entities::ids::{MeterId, OrganizationId};
use chrono::DateTime;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, ConnectOptions as _, SqliteConnection};
use uuid::Uuid;

use super::{FINGERPRINT, sql};
use crate::failure::Outcome;
use crate::flow::{Flow, Told, pick};
use crate::world::{LIMIT, World};

/// One connection that writes one transaction for each decision.
pub(crate) struct Single {
    connection: SqliteConnection,
    app: App,
    meter: MeterId,
    actor: Uuid,
}

impl Single {
    /// Connects with the durability that the product has.
    pub(crate) async fn of(world: &World) -> Outcome<Self> {
        let options: SqliteConnectOptions = world.url().parse()?;
        Ok(Self {
            connection: options
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(15))
                .connect()
                .await?,
            app: world.app.clone(),
            meter: world.plain_meter,
            actor: world.owner.user()?.id.0,
        })
    }

    /// Decides for so long, each request under a key that begins with `tag`.
    pub(crate) async fn flood(
        &mut self,
        organizations: &[OrganizationId],
        round: Duration,
        tag: &str,
    ) -> Outcome<Flow> {
        let start = Instant::now();
        let mut flow = Flow::default();
        for step in 0.. {
            if start.elapsed() >= round {
                break;
            }
            let asked = Instant::now();
            let told = self
                .decide(pick(organizations, 0, step), &format!("{tag}-{step:x}"))
                .await?;
            flow.count(told, asked.elapsed());
        }
        flow.seconds = start.elapsed().as_secs_f64();
        Ok(flow)
    }

    /// BEGIN IMMEDIATE, counter, key and record, COMMIT, handed over to the driver's thread at once.
    async fn decide(&mut self, organization: OrganizationId, key: &str) -> Outcome<Told> {
        let done = sqlx::query(sql::SQLITE_DECISION)
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
        Ok(if done.rows_affected() == 0 {
            Told::Refused
        } else {
            Told::Granted
        })
    }
}
