//! The ledger and the subscriptions summed up by the database: what comes back depends on the length of the range and
//! the number of plans, never on the number of organizations.

use bursar_entities::enums::{MovementKind, SubscriptionStatus};
use bursar_entities::ids::PlanId;
use bursar_entities::{plan_subscription, revenue_movement};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};

use super::buckets::{DateRange, Granularity};
use crate::error::{Error, Result};

/// The movements of one kind in one period.
#[derive(Debug)]
pub(super) struct PeriodSum {
    /// The first day of the period, or a day in it.
    pub(super) day: NaiveDate,
    /// Which movements.
    pub(super) kind: MovementKind,
    /// Their sum in minor units.
    pub(super) amount_minor: i64,
}

/// The subscriptions to one plan in one state.
#[derive(Debug, FromQueryResult)]
pub(super) struct PlanSum {
    /// The plan.
    pub(super) plan_id: PlanId,
    /// The state.
    pub(super) status: SubscriptionStatus,
    /// How many.
    pub(super) subscriptions: i64,
    /// What they add to MRR now, in minor units.
    pub(super) mrr_minor: i64,
}

#[derive(FromQueryResult)]
struct PeriodRow {
    period: String,
    kind: MovementKind,
    amount: i64,
}

#[derive(FromQueryResult)]
struct TotalRow {
    amount: Option<i64>,
}

/// MRR in minor units at the moment `before`: all that moved until then.
pub(super) async fn opening(
    connection: &impl ConnectionTrait,
    currency: &str,
    before: DateTime<Utc>,
) -> Result<i64> {
    let total = revenue_movement::Entity::find()
        .select_only()
        .column_as(
            revenue_movement::Column::AmountMinor
                .sum()
                .cast_as("bigint"),
            "amount",
        )
        .filter(revenue_movement::Column::Currency.eq(currency))
        .filter(revenue_movement::Column::OccurredAt.lt(before))
        .into_model::<TotalRow>()
        .one(connection)
        .await?;
    Ok(total.and_then(|row| row.amount).unwrap_or_default())
}

/// The movements in `range`, summed by kind and by month or day.
pub(super) async fn movements(
    connection: &impl ConnectionTrait,
    currency: &str,
    range: DateRange,
    granularity: Granularity,
) -> Result<Vec<PeriodSum>> {
    let rows = revenue_movement::Entity::find()
        .select_only()
        .column_as(
            period(connection.get_database_backend(), granularity),
            "period",
        )
        .column(revenue_movement::Column::Kind)
        .column_as(
            revenue_movement::Column::AmountMinor
                .sum()
                .cast_as("bigint"),
            "amount",
        )
        .filter(revenue_movement::Column::Currency.eq(currency))
        .filter(revenue_movement::Column::OccurredAt.gte(range.begins()))
        .filter(revenue_movement::Column::OccurredAt.lt(range.ends()))
        .group_by(Expr::col("period"))
        .group_by(revenue_movement::Column::Kind)
        .into_model::<PeriodRow>()
        .all(connection)
        .await?;
    rows.into_iter()
        .map(|row| {
            let day = format!("{}-01", row.period)[..10]
                .parse()
                .map_err(Error::internal)?;
            Ok(PeriodSum {
                day,
                kind: row.kind,
                amount_minor: row.amount,
            })
        })
        .collect()
}

/// The month (`2026-11`) or day (`2026-11-20`) of a movement in UTC, as text.
///
/// Written by hand because sea-query has no expression for it and the databases share none: SQLite keeps moments as
/// RFC 3339 text in UTC, PostgreSQL as instants.
fn period(backend: DbBackend, granularity: Granularity) -> Expr {
    Expr::cust(match (backend, granularity) {
        (DbBackend::Sqlite, Granularity::Month) => "substr(occurred_at, 1, 7)",
        (DbBackend::Sqlite, _) => "substr(occurred_at, 1, 10)",
        (_, Granularity::Month) => "to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM')",
        (_, _) => "to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
    })
}

/// The present subscriptions in `currency`, counted and summed by plan and state.
pub(super) async fn subscriptions(
    connection: &impl ConnectionTrait,
    currency: &str,
) -> Result<Vec<PlanSum>> {
    use plan_subscription::Column;
    let rows = plan_subscription::Entity::find()
        .select_only()
        .column(Column::PlanId)
        .column(Column::Status)
        .column_as(Column::Id.count(), "subscriptions")
        .column_as(Column::MrrMinor.sum().cast_as("bigint"), "mrr_minor")
        .filter(Column::Currency.eq(currency))
        .group_by(Column::PlanId)
        .group_by(Column::Status)
        .into_model::<PlanSum>()
        .all(connection)
        .await?;
    Ok(rows)
}
