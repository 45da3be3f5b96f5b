//! What other processes on the same database have changed. Their wake-ups say nothing of what it was, so whatever
//! somebody listens to here is looked at, in a few statements for all of it, and what has moved is announced to this
//! process as if it had happened here.

use std::collections::HashMap;
use std::time::Duration;

use bursar_entities::ids::{MeterId, OrganizationId};
use bursar_entities::quota_counter::{Column as Counter, Entity as Counters};
use bursar_entities::threshold_event::{Column as Event, Entity as Events};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};
use tokio::time::{Instant, sleep};

use super::read::of_organizations;
use super::thresholds::latest;
use super::watch::Shown;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::events::{Interest, Kind, Signal};
use crate::error::Result;

/// The least time between two looks.
const PAUSE: Duration = Duration::from_millis(20);
/// Most organizations in one statement; SQLite accepts 32,766 values in all.
const AT_ONCE: usize = 10_000;
/// Looking may take this part of the time at most, however much there is to look at.
const SHARE: u32 = 5;

/// What was seen at the last look.
#[derive(Default)]
struct Seen {
    /// The end of the log of threshold events; none while nobody follows it.
    position: Option<i64>,
    counters: HashMap<(OrganizationId, MeterId, DateTime<Utc>), State>,
    standings: HashMap<(OrganizationId, MeterId), Shown>,
}

/// What a counter's row says: used, reserved, and since when.
type State = (i64, i64, DateTime<Utc>);

/// Announces what other processes change until the future is dropped: at once when they say that there is something,
/// and at the latest at the next poll.
pub async fn notice_others(app: &App) {
    let mut ear = app.hub.listen(Interest {
        organization: None,
        kinds: &[Kind::Others, Kind::Poll],
    });
    let mut seen = Seen::default();
    loop {
        let heard = ear.heard().await;
        let begun = Instant::now();
        if let Err(error) = seen.look(app, heard.has(Kind::Poll)).await {
            tracing::warn!(cause = ?error.cause, "could not look at what other processes have changed");
        }
        sleep(PAUSE.max(begun.elapsed() * SHARE)).await;
    }
}

impl Seen {
    async fn look(&mut self, app: &App, thoroughly: bool) -> Result<()> {
        self.log(app).await?;
        let watched = app.hub.listened_to(Kind::Quotas);
        let mut moved: Vec<(OrganizationId, MeterId)> = self.count(app, &watched).await?;
        if thoroughly {
            moved.extend(self.stand(app, &watched).await?);
        }
        let mut meters: HashMap<OrganizationId, Vec<MeterId>> = HashMap::new();
        for (organization, meter) in moved {
            meters.entry(organization).or_default().push(meter);
        }
        let signals = meters
            .into_iter()
            .map(|(organization, meters)| Signal::QuotasChanged {
                organization,
                meters,
            });
        app.hub.announce(signals.collect());
        Ok(())
    }

    /// New entries of the log. Each follower reads them after its own position.
    async fn log(&mut self, app: &App) -> Result<()> {
        if !app.hub.has_listeners(Kind::Thresholds) {
            self.position = None;
            return Ok(());
        }
        let Some(position) = self.position else {
            self.position = Some(latest(app).await?);
            // Whoever began to follow before this moment may have missed something.
            app.hub.call(Kind::Thresholds);
            return Ok(());
        };
        let news: Vec<(OrganizationId, i64)> = Events::find()
            .select_only()
            .column(Event::OrganizationId)
            .column_as(Event::Position.max(), "position")
            .filter(Event::Position.gt(position))
            .group_by(Event::OrganizationId)
            .into_tuple()
            .all(app.db.reader())
            .await?;
        self.position = news.iter().map(|(_, last)| *last).max().or(self.position);
        let signals = news
            .into_iter()
            .map(|(organization, _)| Signal::ThresholdsCrossed { organization });
        app.hub.announce(signals.collect());
        Ok(())
    }

    /// Counters that have moved, of the organizations that somebody watches.
    async fn count(
        &mut self,
        app: &App,
        watched: &[OrganizationId],
    ) -> Result<Vec<(OrganizationId, MeterId)>> {
        let open = Condition::any()
            .add(Counter::WindowEnd.is_null())
            .add(Counter::WindowEnd.gt(app.now()));
        let mut rows = Vec::new();
        for some in watched.chunks(AT_ONCE) {
            let select = Counters::find()
                .filter(Counter::OrganizationId.is_in(some.iter().copied()))
                .filter(open.clone());
            rows.extend(select.all(app.db.reader()).await?);
        }
        let now: HashMap<_, State> = rows
            .into_iter()
            .map(|row| {
                let key = (row.organization_id, row.meter_id, row.window_start);
                (key, (row.used, row.reserved, row.updated_at))
            })
            .collect();
        let before = std::mem::replace(&mut self.counters, now);
        let moved = self
            .counters
            .iter()
            .filter(|(key, state)| before.get(*key) != Some(state));
        Ok(moved
            .map(|((organization, meter, _), _)| (*organization, *meter))
            .collect())
    }

    /// Everything else that a watcher sees: limits, and windows that end by themselves.
    async fn stand(
        &mut self,
        app: &App,
        watched: &[OrganizationId],
    ) -> Result<Vec<(OrganizationId, MeterId)>> {
        let mut now = HashMap::new();
        for some in watched.chunks(AT_ONCE) {
            let found = of_organizations(app, &Actor::system(), some).await?;
            for standing in found.values().flatten() {
                let key = (standing.organization, standing.meter.id);
                now.insert(key, Shown::of(standing));
            }
        }
        let before = std::mem::replace(&mut self.standings, now);
        let moved = self
            .standings
            .iter()
            .filter(|(key, shown)| before.get(*key) != Some(shown));
        Ok(moved.map(|(key, _)| *key).collect())
    }
}
