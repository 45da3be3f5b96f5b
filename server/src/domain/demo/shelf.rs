//! The plans that the applied catalog has to offer, as a ladder from the lowest tier to the highest.

use bursar_entities::enums::BillingInterval;
use bursar_entities::ids::PlanVersionId;
use bursar_entities::{plan, plan_price, plan_version};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::app::App;
use crate::domain::catalog;
use crate::error::{Error, Result};

/// A plan without a price is sold for so many times the dearest price there is.
const ON_REQUEST: i64 = 6;
/// Months of twelve that a year on request costs.
const MONTHS_OF_A_YEAR: i64 = 10;

/// The ladder.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    rungs: Vec<Rung>,
    /// ISO 4217 code of all prices.
    pub(super) currency: String,
}

#[derive(Clone, Debug)]
struct Rung {
    version: plan_version::Model,
    monthly: Option<i64>,
    annual: Option<i64>,
}

/// What a rung of the ladder is sold for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    /// The version that new subscribers get.
    pub(super) version: PlanVersionId,
    /// How it is charged.
    pub(super) interval: BillingInterval,
    /// Minor units per interval.
    pub(super) price_minor: i64,
    /// Whether it can be tried first.
    pub(super) has_trial: bool,
}

impl Shelf {
    /// Reads the plans that are on sale.
    pub(super) async fn read(app: &App) -> Result<Self> {
        let db = app.db.reader();
        let missing = || Error::internal("a demonstration needs a catalog with published plans");
        let state = catalog::state(db).await?.ok_or_else(missing)?;
        let plans = plan::Entity::find()
            .filter(plan::Column::ArchivedAt.is_null())
            .order_by_asc(plan::Column::Tier)
            .order_by_asc(plan::Column::Id)
            .all(db)
            .await?;
        let ids: Vec<_> = plans.iter().map(|plan| plan.id).collect();
        let mut versions = catalog::current_versions(db, &ids).await?;
        let version_ids: Vec<_> = versions.values().map(|version| version.id).collect();
        let prices = catalog::prices_of(db, &version_ids).await?;
        let rungs: Vec<Rung> = ids
            .iter()
            .filter_map(|plan| versions.remove(plan))
            .map(|version| {
                let prices = prices.get(&version.id).map_or(&[][..], Vec::as_slice);
                let price = |interval| price(prices, &state.default_currency, interval);
                Rung {
                    monthly: price(BillingInterval::Monthly),
                    annual: price(BillingInterval::Annual),
                    version,
                }
            })
            .collect();
        if rungs.is_empty() {
            return Err(missing());
        }
        Ok(Self {
            rungs,
            currency: state.default_currency,
        })
    }

    /// The versions on sale.
    pub(super) fn versions(&self) -> Vec<PlanVersionId> {
        self.rungs.iter().map(|rung| rung.version.id).collect()
    }

    /// The offer on a rung, or on the highest when the ladder is shorter. A plan that is sold by one interval only is
    /// sold by that.
    pub(super) fn offer(&self, rung: usize, interval: BillingInterval) -> Option<Offer> {
        let rung = self
            .rungs
            .get(rung.min(self.rungs.len().saturating_sub(1)))?;
        let dearest = self.rungs.iter().filter_map(|rung| rung.monthly).max();
        let on_request = dearest.unwrap_or_default() * ON_REQUEST;
        let (interval, price_minor) = match (interval, rung.monthly, rung.annual) {
            (BillingInterval::Monthly, Some(price), _) | (_, Some(price), None) => {
                (BillingInterval::Monthly, price)
            }
            (_, _, Some(price)) => (BillingInterval::Annual, price),
            (BillingInterval::Monthly, None, None) => (interval, on_request),
            (BillingInterval::Annual, None, None) => (interval, on_request * MONTHS_OF_A_YEAR),
        };
        Some(Offer {
            version: rung.version.id,
            interval,
            price_minor,
            has_trial: rung.version.trial_days > 0,
        })
    }
}

fn price(prices: &[plan_price::Model], currency: &str, interval: BillingInterval) -> Option<i64> {
    prices
        .iter()
        .find(|price| price.currency == currency && price.billing_interval == interval)
        .map(|price| price.amount_minor)
}
