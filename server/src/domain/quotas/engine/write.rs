//! What a batch that was decided carefully writes: each kind of row in one statement.

use bursar_entities::{quota_counter, usage_record};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

use super::turn::Turn;
use crate::app::App;
use crate::domain::quotas::{crossings, reservations};
use crate::error::Result;

/// Rows of one statement: SQLite takes at most 32,766 values.
const ROWS: usize = 1_000;

/// Writes everything that `turns` have come to.
pub(super) async fn all_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    turns: &mut [Turn],
) -> Result<()> {
    let counters = turns
        .iter()
        .filter_map(|turn| turn.known.as_ref())
        .flat_map(|known| &known.entries)
        .filter(|entry| entry.touched && entry.is_changed())
        .filter_map(|entry| entry.standing.counter.clone());
    write_counters_in_tx(tx, counters.collect()).await?;
    let mut records = Vec::new();
    let mut crossed = Vec::new();
    for turn in turns.iter_mut() {
        records.append(&mut turn.output.records);
        crossed.extend(turn.output.crossings.iter().cloned());
    }
    let outputs = turns.iter_mut().map(|turn| &mut turn.output);
    reservations::write_in_tx(tx, &mut outputs.collect::<Vec<_>>()).await?;
    crossings::append_in_tx(tx, app, crossed).await?;
    write_records_in_tx(tx, records).await
}

/// Inserts counters, or updates what moves in them.
pub(in crate::domain::quotas) async fn write_counters_in_tx(
    tx: &impl ConnectionTrait,
    counters: Vec<quota_counter::Model>,
) -> Result<()> {
    use quota_counter::Column as C;
    let moves = [
        C::Used,
        C::Reserved,
        C::ReservedUntil,
        C::OverSince,
        C::Level,
        C::UpdatedAt,
    ];
    let update = OnConflict::column(C::Id).update_columns(moves).to_owned();
    for rows in counters.chunks(ROWS) {
        let rows = rows.iter().cloned().map(IntoActiveModel::into_active_model);
        quota_counter::Entity::insert_many(rows)
            .on_conflict(update.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

async fn write_records_in_tx(
    tx: &impl ConnectionTrait,
    records: Vec<usage_record::Model>,
) -> Result<()> {
    let mut rows = records.into_iter().map(IntoActiveModel::into_active_model);
    loop {
        let chunk: Vec<_> = rows.by_ref().take(ROWS).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        usage_record::Entity::insert_many(chunk)
            .exec_without_returning(tx)
            .await?;
    }
}
