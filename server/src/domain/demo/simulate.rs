//! The simulator: organizations of the demonstration keep taking of their quotas and giving back, so that live views
//! move and thresholds are crossed in both directions every now and then.

use std::sync::Arc;
use std::time::Duration;

use bursar_entities::ids::OrganizationId;
use bursar_entities::{organization, user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;

use super::cast::cast;
use super::dice::Dice;
use super::people::actor;
use super::seed::is_refusal;
use super::shelf::Shelf;
use super::usage::{Guest, Menu};
use crate::actor::Actor;
use crate::app::App;
use crate::error::Result;

/// Time from one change to the next.
const PACE: Duration = Duration::from_millis(400);
/// From this fullness on, in percent, an organization gives back.
const FULL: i64 = 99;
/// Up to this fullness it takes.
const ROOMY: i64 = 55;
/// How full it would like to be: a little more than it may, so that something is refused now and then.
const APPETITE: i64 = 106;

/// Lets the organizations of the demonstration use their quotas until `stop` is notified. What fails is logged, and the
/// next change is tried.
pub async fn simulate(app: &App, stop: Arc<Notify>) {
    let stopped = stop.notified();
    tokio::pin!(stopped);
    let stage = match Stage::read(app).await {
        Ok(stage) => stage,
        Err(error) => {
            tracing::error!(%error, cause = ?error.cause, "the simulator cannot start");
            return;
        }
    };
    let mut dice = Dice::new(u64::from_be_bytes(app.random_bytes()));
    let mut ticks = tokio::time::interval(PACE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = &mut stopped => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = stage.step(app, &mut dice).await {
            report(&error);
        }
    }
}

fn report(error: &crate::error::Error) {
    if is_refusal(error.code) {
        tracing::debug!(%error, "the simulator was refused something");
    } else {
        tracing::warn!(%error, cause = ?error.cause, "a change of the simulator failed");
    }
}

/// Who takes part.
pub(super) struct Stage {
    menu: Menu,
    owners: Vec<(OrganizationId, Actor)>,
}

impl Stage {
    /// The organizations of the demonstration that still exist, and their owners.
    pub(super) async fn read(app: &App) -> Result<Self> {
        let db = app.db.reader();
        let shelf = Shelf::read(app).await?;
        let slugs = cast().into_iter().map(|tenant| tenant.company.slug);
        let rows = organization::Entity::find()
            .filter(organization::Column::Slug.is_in(slugs))
            .filter(organization::Column::DeletedAt.is_null())
            .all(db)
            .await?;
        let owners = user::Entity::find()
            .filter(user::Column::Id.is_in(rows.iter().map(|row| row.owner_id)))
            .all(db)
            .await?;
        let owner_of = |row: &organization::Model| {
            let owner = owners.iter().find(|owner| owner.id == row.owner_id)?;
            Some((row.id, actor(owner)))
        };
        Ok(Self {
            menu: Menu::read(app, &shelf.versions()).await?,
            owners: rows.iter().filter_map(owner_of).collect(),
        })
    }

    /// One of them takes something or gives something back, so that it wanders between half full and full.
    pub(super) async fn step(&self, app: &App, dice: &mut Dice) -> Result<()> {
        let Some((organization, owner)) = dice.pick(&self.owners) else {
            return Ok(());
        };
        let guest = Guest::read(app, owner, *organization).await?;
        let pressure = guest.pressure();
        let grows = pressure <= ROOMY || (pressure < FULL && dice.chance(50));
        if grows {
            self.menu.grow(app, &guest, dice, APPETITE).await
        } else {
            self.menu.shrink(app, &guest, dice).await
        }
    }
}
