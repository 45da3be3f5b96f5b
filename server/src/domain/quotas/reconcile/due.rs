//! Once a day, by one of the processes: a row of `event_streams` holds when it was last begun.

use bursar_entities::event_stream;
use chrono::TimeDelta;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, Set};

use super::{Drift, reconcile};
use crate::actor::Actor;
use crate::app::App;
use crate::error::Result;

/// The row's name; its position is a moment in seconds since 1970.
const STREAM: &str = "reconcile";
/// How often.
const EVERY: TimeDelta = TimeDelta::days(1);

/// Reconciles every organization if that was not begun within the last day; gives what was repaired, or none when it is
/// not due.
///
/// # Errors
/// When the database refuses.
pub async fn reconcile_when_due(app: &App) -> Result<Option<Vec<Drift>>> {
    if !is_due(app).await? || !claim(app).await? {
        return Ok(None);
    }
    reconcile(app, &Actor::system(), None, false)
        .await
        .map(Some)
}

/// Due a day after the last time; also when that lies in the future, because a clock went backwards.
fn due(app: &App) -> Condition {
    let now = app.now();
    Condition::any()
        .add(event_stream::Column::Position.lte((now - EVERY).timestamp()))
        .add(event_stream::Column::Position.gt(now.timestamp()))
}

/// Asked without a lock, so that an idle server writes nothing.
async fn is_due(app: &App) -> Result<bool> {
    let row = event_stream::Entity::find_by_id(STREAM.to_owned())
        .filter(Condition::all().not().add(due(app)))
        .one(app.db.reader())
        .await?;
    Ok(row.is_none())
}

/// Takes today's turn, unless another process was first.
async fn claim(app: &App) -> Result<bool> {
    let tx = app.db.begin().await?;
    begin_in_tx(&*tx).await?;
    let taken = event_stream::Entity::update_many()
        .col_expr(event_stream::Column::Position, app.now().timestamp().into())
        .filter(event_stream::Column::Name.eq(STREAM))
        .filter(due(app))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(taken.rows_affected == 1)
}

async fn begin_in_tx(tx: &impl ConnectionTrait) -> Result<()> {
    let never = event_stream::ActiveModel {
        name: Set(STREAM.to_owned()),
        position: Set(0),
    };
    event_stream::Entity::insert(never)
        .on_conflict(
            OnConflict::column(event_stream::Column::Name)
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
