//! How an organization stands with a meter.

use async_graphql::{Context, Enum, Object, SimpleObject};
use bursar_entities::enums;
use bursar_entities::ids::OrganizationId;
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use rust_decimal::{Decimal, RoundingStrategy};

use super::history::trend_of;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::Permission;
use crate::domain::quotas::{self, Standing, Window};
use crate::error::Error;
use crate::graphql::catalog::{Meter, OverQuotaPolicy, QuotaLevel};
use crate::graphql::context::RequestContext;
use crate::graphql::loaders::SetLoader;
use crate::graphql::scalars::Quantity;

/// Where a limit comes from, in the order in which limits are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::LimitSource")]
pub enum LimitSource {
    /// The plan version that is subscribed to.
    Plan,
    /// Add-on packs on the subscription.
    AddOn,
    /// Set for this organization by a system admin.
    Override,
    /// A one-off grant.
    Grant,
    /// No limit: the meter is not part of the plan.
    None,
}

/// The stretch of time that a quota is counted in.
#[derive(Clone, Debug, SimpleObject)]
pub struct QuotaWindow {
    /// Its start, inclusive.
    start: DateTime<Utc>,
    /// Its end, exclusive: when the counter starts again.
    end: DateTime<Utc>,
}

impl QuotaWindow {
    /// None for a meter that has no window.
    pub(super) fn of(window: Window) -> Option<Self> {
        window.end.map(|end| Self {
            start: window.start,
            end,
        })
    }
}

/// One step on the way to the limit that applies.
#[derive(Clone, Debug, SimpleObject)]
pub struct QuotaExplanation {
    /// Where this amount comes from.
    source: LimitSource,
    /// For PLAN and OVERRIDE the limit itself, null for unlimited; for `ADD_ON` and GRANT what is added to it.
    amount: Option<Quantity>,
    /// What to look up: the plan version's id, the add-on's key, or the reason of an override or a grant.
    reference: Option<String>,
    /// When the step ceases to apply.
    expires_at: Option<DateTime<Utc>>,
}

/// A soft grace that has begun: the limit is exceeded and may be, up to a ceiling and for a while.
#[derive(Clone, Debug, SimpleObject)]
pub struct QuotaGrace {
    /// How much may be used while it is open.
    ceiling: Quantity,
    /// When it ends or ended. Falling back to the limit ends it too, and renews it.
    ends_at: DateTime<Utc>,
    /// Whether it has not ended yet.
    is_open: bool,
}

/// How an organization stands with a meter at this moment.
#[derive(Clone, Debug)]
pub struct Quota(pub(super) Standing);

/// How an organization stands with a meter at this moment.
#[Object]
impl Quota {
    /// What is measured.
    async fn meter(&self) -> Meter {
        Meter::from((*self.0.meter).clone())
    }

    /// Consumed in the window.
    async fn used(&self) -> Quantity {
        self.amount(self.0.used())
    }

    /// Held by reservations.
    async fn reserved(&self) -> Quantity {
        self.amount(self.0.reserved())
    }

    /// Allowed in all; null means unlimited.
    async fn limit(&self) -> Option<Quantity> {
        self.0.limit.amount.map(|units| self.amount(units))
    }

    /// What is left, never below zero; null means unlimited.
    async fn remaining(&self) -> Option<Quantity> {
        self.0.remaining().map(|units| self.amount(units))
    }

    /// `used` as a percentage of `limit`, rounded half up to 2 decimal places; null when unlimited. More than 100 is
    /// possible where the policy lets usage beyond the limit.
    async fn percentage(&self) -> Option<Quantity> {
        let limit = self.0.limit.amount?;
        Some(Quantity(percentage(self.0.used(), limit)))
    }

    /// How close to the limit: WARNING, ALERT and EXCEEDED start at the meter's thresholds.
    async fn level(&self) -> QuotaLevel {
        self.0.level().into()
    }

    /// What happens at the limit.
    async fn policy(&self) -> OverQuotaPolicy {
        self.0.policy().into()
    }

    /// Used beyond the limit; 0 within it. With the policy ALLOW this is what the plan's overage price applies to.
    async fn overage(&self) -> Quantity {
        self.amount(self.0.overage())
    }

    /// The soft grace that has begun because the limit is exceeded; null when it is not, or has no grace.
    async fn grace(&self) -> Option<QuotaGrace> {
        let (grace, terms) = (self.0.grace()?, self.0.limit.grace?);
        let limit = self.0.limit.amount?;
        Some(QuotaGrace {
            ceiling: self.amount(terms.ceiling(limit)),
            ends_at: grace.ends_at,
            is_open: grace.is_open,
        })
    }

    /// The window that `used` is counted in; null for a meter that has none.
    async fn window(&self) -> Option<QuotaWindow> {
        QuotaWindow::of(self.0.window)
    }

    /// By how many percent the net usage of the last 7 days differs from that of the 7 days before, rounded half up to 2
    /// decimal places; null when nothing net was used in those.
    async fn trend(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Quantity>> {
        trend_of(ctx, self.0.organization, self.0.meter.id).await
    }

    /// How the limit came about, first step to last: the plan's limit, what each add-on adds, an override in place of
    /// both, what each grant adds on top. Empty when nothing opens the meter.
    async fn explanation(&self) -> Vec<QuotaExplanation> {
        let steps = self.0.limit.steps.iter();
        steps
            .map(|step| QuotaExplanation {
                source: step.source.into(),
                amount: step.amount.map(|units| self.amount(units)),
                reference: step.reference.clone(),
                expires_at: step.expires_at,
            })
            .collect()
    }
}

impl Quota {
    fn amount(&self, units: i64) -> Quantity {
        Quantity::from_units(units, self.0.meter.scale)
    }
}

/// `used` of `limit` in percent; of nothing, anything is all.
fn percentage(used: i64, limit: i64) -> Decimal {
    if limit == 0 {
        return Decimal::from(if used == 0 { 0 } else { 100 });
    }
    let exact = Decimal::from(used) * Decimal::ONE_HUNDRED / Decimal::from(limit);
    exact
        .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
        .normalize()
}

/// Loaders of quotas.
pub(crate) struct QuotaLoaders {
    /// How organizations stand with every meter; absent where the caller may not see it.
    pub(crate) quotas: SetLoader<OrganizationId, Vec<Standing>>,
}

impl QuotaLoaders {
    pub(crate) fn new(app: &App, actor: &Actor) -> Self {
        Self {
            quotas: SetLoader::new(app, actor, |app, actor, ids| {
                quotas::of_organizations(app, actor, ids).boxed()
            }),
        }
    }
}

/// Every meter of an organization, in the order of display.
pub(crate) async fn of_organization(
    ctx: &Context<'_>,
    organization: OrganizationId,
) -> async_graphql::Result<Vec<Quota>> {
    let standings = ctx.loaders().quotas.quotas.load(organization).await?;
    let standings = standings.ok_or_else(|| Error::forbidden(Permission::QuotaView.code()))?;
    Ok(standings.into_iter().map(Quota).collect())
}

/// One meter of an organization; none when there is no such meter.
pub(crate) async fn one_of_organization(
    ctx: &Context<'_>,
    organization: OrganizationId,
    meter: &str,
) -> async_graphql::Result<Option<Quota>> {
    let quotas = of_organization(ctx, organization).await?;
    Ok(quotas.into_iter().find(|quota| quota.0.meter.key == meter))
}

#[cfg(test)]
mod tests {
    use super::percentage;

    #[test]
    fn percentages_are_those_of_the_reference() {
        let shown = |used, limit| percentage(used, limit).to_string();
        assert_eq!(shown(2, 3), "66.67");
        assert_eq!(shown(8, 20), "40");
        assert_eq!(shown(234, 2000), "11.7");
        assert_eq!(shown(0, 0), "0");
        assert_eq!(shown(3, 0), "100");
        assert_eq!(shown(15, 10), "150");
    }
}
