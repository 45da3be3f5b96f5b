//! Writing what versions of plans hold. Only a [`Draft`] can be changed, and only a version that is a draft becomes
//! one: published versions cannot be altered by any path (CAT-3).

use std::collections::HashMap;

use bursar_entities::enums::PlanVersionStatus;
use bursar_entities::ids::{PlanId, PlanLimitId, PlanVersionId};
use bursar_entities::{meter, plan_limit, plan_overage_price, plan_price, plan_version};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, Set,
};

use super::document::{Limit, Terms};
use super::error::CatalogError;
use crate::app::App;
use crate::error::{Error, Result};

/// A version that may still be changed.
#[derive(Debug)]
pub(super) struct Draft(plan_version::Model);

impl TryFrom<plan_version::Model> for Draft {
    type Error = CatalogError;

    fn try_from(version: plan_version::Model) -> Result<Self, CatalogError> {
        if version.status == PlanVersionStatus::Draft {
            Ok(Self(version))
        } else {
            Err(CatalogError::Published(version.number))
        }
    }
}

impl Draft {
    /// Begins a draft of `plan` that nobody has begun, as `number`.
    pub(super) async fn begin_in_tx(
        tx: &impl ConnectionTrait,
        app: &App,
        plan: PlanId,
        number: i32,
    ) -> Result<Self> {
        let version = plan_version::Model {
            id: app.new_id(),
            plan_id: plan,
            number,
            status: PlanVersionStatus::Draft,
            trial_days: 0,
            created_at: app.now(),
            published_at: None,
        };
        insert_version_in_tx(tx, &version).await?;
        Ok(Self(version))
    }

    /// The version.
    pub(super) const fn version(&self) -> &plan_version::Model {
        &self.0
    }

    /// Replaces what the draft holds.
    pub(super) async fn write_in_tx(
        &mut self,
        tx: &impl ConnectionTrait,
        app: &App,
        terms: &Terms,
        meters: &[meter::Model],
    ) -> Result<()> {
        let id = self.0.id;
        plan_price::Entity::delete_many()
            .filter(plan_price::Column::PlanVersionId.eq(id))
            .exec(tx)
            .await?;
        plan_limit::Entity::delete_many()
            .filter(plan_limit::Column::PlanVersionId.eq(id))
            .exec(tx)
            .await?;
        insert_terms_in_tx(tx, app, id, terms, meters).await?;
        let mut row = self.0.clone().into_active_model();
        row.trial_days = Set(terms.trial_days);
        if row.is_changed() {
            self.0 = row.update(tx).await?;
        }
        Ok(())
    }

    /// Gives the draft another number, to make room for a version that is published before it.
    pub(super) async fn renumber_in_tx(
        self,
        tx: &impl ConnectionTrait,
        number: i32,
    ) -> Result<Self> {
        let mut row = self.0.into_active_model();
        row.number = Set(number);
        Ok(Self(row.update(tx).await?))
    }

    /// Publishes the draft in place of the version that is published now.
    pub(super) async fn publish_in_tx(
        self,
        tx: &impl ConnectionTrait,
        now: DateTime<Utc>,
    ) -> Result<plan_version::Model> {
        retire_in_tx(tx, self.0.plan_id).await?;
        let mut row = self.0.into_active_model();
        row.status = Set(PlanVersionStatus::Published);
        row.published_at = Set(Some(now));
        Ok(row.update(tx).await?)
    }
}

/// Makes a version of `plan` with these terms and publishes it at once; a draft that somebody is working on stays a
/// draft, with a later number.
pub(super) async fn publish_terms_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    plan: PlanId,
    terms: &Terms,
    meters: &[meter::Model],
) -> Result<plan_version::Model> {
    let mut number = next_number(tx, plan).await?;
    if let Some(draft) = draft_of(tx, plan).await? {
        let freed = draft.version().number;
        draft.renumber_in_tx(tx, number).await?;
        number = freed;
    }
    retire_in_tx(tx, plan).await?;
    let now = app.now();
    let version = plan_version::Model {
        id: app.new_id(),
        plan_id: plan,
        number,
        status: PlanVersionStatus::Published,
        trial_days: terms.trial_days,
        created_at: now,
        published_at: Some(now),
    };
    insert_version_in_tx(tx, &version).await?;
    insert_terms_in_tx(tx, app, version.id, terms, meters).await?;
    Ok(version)
}

/// The draft of a plan, when somebody is working on one.
pub(super) async fn draft_of(
    connection: &impl ConnectionTrait,
    plan: PlanId,
) -> Result<Option<Draft>> {
    let found = super::read::versions_in(connection, &[plan], PlanVersionStatus::Draft)
        .await?
        .remove(&plan);
    Ok(found.map(Draft::try_from).transpose()?)
}

/// The number that the next version of a plan gets.
pub(super) async fn next_number(connection: &impl ConnectionTrait, plan: PlanId) -> Result<i32> {
    let highest: Option<i32> = plan_version::Entity::find()
        .select_only()
        .column(plan_version::Column::Number)
        .filter(plan_version::Column::PlanId.eq(plan))
        .order_by_desc(plan_version::Column::Number)
        .limit(1)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(highest.unwrap_or_default() + 1)
}

/// Archives the version that is published now; nothing else of it changes.
async fn retire_in_tx(tx: &impl ConnectionTrait, plan: PlanId) -> Result<()> {
    plan_version::Entity::update_many()
        .col_expr(
            plan_version::Column::Status,
            Expr::value(PlanVersionStatus::Archived),
        )
        .filter(plan_version::Column::PlanId.eq(plan))
        .filter(plan_version::Column::Status.eq(PlanVersionStatus::Published))
        .exec(tx)
        .await?;
    Ok(())
}

async fn insert_version_in_tx(
    tx: &impl ConnectionTrait,
    version: &plan_version::Model,
) -> Result<()> {
    plan_version::Entity::insert(version.clone().into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Writes the terms of a version that has none; limits in the order of their meters.
async fn insert_terms_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    version: PlanVersionId,
    terms: &Terms,
    meters: &[meter::Model],
) -> Result<()> {
    let mut prices = Vec::new();
    for ((currency, interval), minor) in &terms.prices {
        prices.push(plan_price::ActiveModel {
            id: Set(app.new_id()),
            plan_version_id: Set(version),
            currency: Set(currency.clone()),
            billing_interval: Set(*interval),
            amount_minor: Set(*minor),
        });
    }
    if !prices.is_empty() {
        plan_price::Entity::insert_many(prices)
            .exec_without_returning(tx)
            .await?;
    }
    insert_limits_in_tx(tx, app, version, terms, meters).await
}

async fn insert_limits_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    version: PlanVersionId,
    terms: &Terms,
    meters: &[meter::Model],
) -> Result<()> {
    let by_key: HashMap<_, _> = meters.iter().map(|meter| (&meter.key, meter)).collect();
    let mut named: Vec<(&meter::Model, &Limit)> = Vec::new();
    for (key, limit) in &terms.limits {
        let missing = || Error::internal(format!("a limit names the unknown meter {key}"));
        named.push((by_key.get(key).copied().ok_or_else(missing)?, limit));
    }
    named.sort_by_key(|(meter, _)| meter.position);
    // Ids grow in the order of the meters, which is how limits are read.
    let limits: Vec<(PlanLimitId, &meter::Model, &Limit)> = named
        .into_iter()
        .map(|(meter, limit)| (app.new_id(), meter, limit))
        .collect();
    let rows: Vec<_> = limits
        .iter()
        .map(|(id, meter, limit)| plan_limit::ActiveModel {
            id: Set(*id),
            plan_version_id: Set(version),
            meter_id: Set(meter.id),
            limit_amount: Set(limit.amount.map(|amount| amount.units)),
            policy: Set(limit.policy),
            grace_percent: Set(limit.grace.map(|grace| grace.percent)),
            grace_days: Set(limit.grace.map(|grace| grace.days)),
            overage_per: Set(limit.overage.as_ref().map(|overage| overage.per.units)),
        })
        .collect();
    if !rows.is_empty() {
        plan_limit::Entity::insert_many(rows)
            .exec_without_returning(tx)
            .await?;
    }
    let mut prices = Vec::new();
    for (id, _, limit) in limits {
        for (currency, minor) in limit.overage.iter().flat_map(|overage| &overage.prices) {
            prices.push(plan_overage_price::ActiveModel {
                id: Set(app.new_id()),
                plan_limit_id: Set(id),
                currency: Set(currency.clone()),
                amount_minor: Set(*minor),
            });
        }
    }
    if !prices.is_empty() {
        plan_overage_price::Entity::insert_many(prices)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}
