//! Revenue in the graph, for those who run the platform. The definitions of the figures are the descriptions (REV-2).

use async_graphql::{ComplexObject, Context, Enum, InputObject, Object, SimpleObject};

use super::catalog::Plan;
use super::context::RequestContext;
use super::scalars::{CurrencyCode, Date, Money};
use crate::domain::revenue;

/// How long the periods of a series are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "revenue::Granularity")]
pub enum Granularity {
    /// Calendar days in UTC.
    Day,
    /// Weeks from Monday to Sunday in UTC (ISO 8601).
    Week,
    /// Calendar months in UTC.
    Month,
}

/// A range of days in UTC.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct DateRangeInput {
    /// The first day.
    from: Date,
    /// The last day, included.
    to: Date,
}

/// Recurring revenue in one currency, as the graph shows it.
#[derive(Clone, Debug)]
pub struct RevenueReport {
    report: revenue::Report,
}

/// Recurring revenue in one currency.
///
/// Monthly recurring revenue (MRR) is what all subscriptions together are charged a month, before taxes: a monthly
/// price counts whole, an annual one a twelfth, rounded half to even. A subscription counts from the moment it is paid
/// for until it ends, also while a payment is late or after it was cancelled; a trial, a free plan, and what is paused
/// or suspended count zero. One-off charges never count.
#[Object]
impl RevenueReport {
    /// The currency of all amounts; subscriptions in other currencies are left out.
    async fn currency(&self) -> CurrencyCode {
        CurrencyCode(self.report.currency.clone())
    }

    /// MRR at the end of the range: now, when the range reaches the present day.
    async fn mrr(&self) -> Money {
        self.money(self.report.mrr_minor)
    }

    /// Annual run rate: twelve times `mrr`.
    async fn arr(&self) -> Money {
        self.money(self.report.mrr_minor.saturating_mul(12))
    }

    /// By how much MRR grew within the range: new + expansion + reactivation − contraction − churn, which is `mrr` less
    /// the MRR before the range. Each period's own figure is `netNew` of its point in `series`.
    async fn net_new_mrr(&self) -> Money {
        self.money(self.report.net_new_minor)
    }

    /// Subscriptions in force now, on paid and on free plans: `ACTIVE`, `PAST_DUE` and `CANCELLING`. Trials are counted apart.
    async fn active_subscriptions(&self) -> i32 {
        count(self.report.active_subscriptions)
    }

    /// Trials that are running now.
    async fn trial_subscriptions(&self) -> i32 {
        count(self.report.trial_subscriptions)
    }

    /// The periods of the range, oldest first; the first and the last are cut to it.
    async fn series(&self) -> Vec<RevenuePoint> {
        let point = |point: &revenue::Point| RevenuePoint::of(point, &self.report.currency);
        self.report.series.iter().map(point).collect()
    }

    /// What each plan brings in now, largest first; plans without a subscription in force are left out.
    async fn by_plan(&self) -> Vec<PlanRevenue> {
        let plans = self.report.by_plan.iter();
        plans
            .map(|plan| PlanRevenue {
                plan: plan.plan,
                mrr: self.money(plan.mrr_minor),
                subscriptions: count(plan.subscriptions),
            })
            .collect()
    }
}

impl RevenueReport {
    fn money(&self, minor: i64) -> Money {
        Money::new(minor, &self.report.currency)
    }
}

/// One period of a revenue series: MRR at its end and the movements within it. Losses are negative, so that MRR at the
/// end is MRR at the end of the period before plus all five movements.
#[derive(Clone, Debug, SimpleObject)]
pub struct RevenuePoint {
    /// The first day.
    start: Date,
    /// The last day.
    end: Date,
    /// MRR at the end of the last day.
    mrr: Money,
    /// From organizations that pay for the first time.
    new: Money,
    /// From paying organizations that pay more than before, or in this currency instead of another.
    expansion: Money,
    /// From paying organizations that pay less than before, or no longer in this currency; negative or zero.
    contraction: Money,
    /// From organizations that stopped paying, for a while or for good; negative or zero.
    churn: Money,
    /// From organizations that stopped paying once and pay again.
    reactivation: Money,
    /// All five together.
    net_new: Money,
}

impl RevenuePoint {
    fn of(point: &revenue::Point, currency: &str) -> Self {
        let money = |minor| Money::new(minor, currency);
        let moved = point.movements;
        Self {
            start: Date(point.range.from),
            end: Date(point.range.to),
            mrr: money(point.mrr_minor),
            new: money(moved.new),
            expansion: money(moved.expansion),
            contraction: money(moved.contraction),
            churn: money(moved.churn),
            reactivation: money(moved.reactivation),
            net_new: money(moved.net()),
        }
    }
}

/// What a plan brings in.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct PlanRevenue {
    #[graphql(skip)]
    plan: bursar_entities::ids::PlanId,
    /// Its part of the present MRR.
    mrr: Money,
    /// Subscriptions in force on it now, without trials.
    subscriptions: i32,
}

#[ComplexObject]
impl PlanRevenue {
    /// The plan.
    async fn plan(&self, ctx: &Context<'_>) -> async_graphql::Result<Plan> {
        Ok(ctx.loaders().catalog.plans.require(self.plan).await?.into())
    }
}

fn count(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Queries of revenue.
#[derive(Clone, Copy, Debug, Default)]
pub struct RevenueQuery;

#[Object]
impl RevenueQuery {
    /// Recurring revenue over a range of days, for system admins.
    async fn revenue(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Which days, at most 400 by DAY, 5 years by WEEK, 10 years by MONTH; the present month and the \
                    eleven before it by default. Days to come are left out."
        )]
        range: Option<DateRangeInput>,
        #[graphql(desc = "How long the periods of the series are; MONTH by default.")]
        granularity: Option<Granularity>,
        #[graphql(desc = "Which currency; the catalog's default currency by default.")]
        currency: Option<CurrencyCode>,
    ) -> async_graphql::Result<RevenueReport> {
        let request = revenue::Request {
            range: range.map(|range| revenue::DateRange {
                from: range.from.0,
                to: range.to.0,
            }),
            granularity: granularity.unwrap_or(Granularity::Month).into(),
            currency: currency.map(|currency| currency.0),
        };
        let report = revenue::report(ctx.app(), ctx.actor(), request).await?;
        Ok(RevenueReport { report })
    }
}
