//! The revenue report for those who run the platform (REV-2, REV-3), from the ledger and the present subscriptions.

use bursar_entities::catalog_state;
use bursar_entities::enums::{MovementKind, SubscriptionStatus};
use bursar_entities::ids::PlanId;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, IsolationLevel,
    TransactionTrait,
};

use super::buckets::{DateRange, Granularity};
use super::sums::{self, PeriodSum, PlanSum};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::authorize_system_admin;
use crate::error::{Code, Error, Result};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Which days; the present month and the eleven before it when absent.
    pub range: Option<DateRange>,
    /// How long the periods of the series are.
    pub granularity: Granularity,
    /// ISO 4217 code; the catalog's default currency when absent.
    pub currency: Option<String>,
}

/// Revenue over a range. All amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// ISO 4217 code.
    pub currency: String,
    /// MRR at the end of the range.
    pub mrr_minor: i64,
    /// All movements in the range added up.
    pub net_new_minor: i64,
    /// Subscriptions in force now, on paid and free plans, without trials.
    pub active_subscriptions: i64,
    /// Trials that are running now.
    pub trial_subscriptions: i64,
    /// The periods of the range, oldest first.
    pub series: Vec<Point>,
    /// Each plan that has a subscription in force now, by MRR, largest first.
    pub by_plan: Vec<PlanRevenue>,
}

/// One period of the series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Its days.
    pub range: DateRange,
    /// MRR at its end.
    pub mrr_minor: i64,
    /// The movements in it.
    pub movements: Movements,
}

/// Movements by kind, in minor units; contraction and churn are negative or 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Movements {
    /// From new customers.
    pub new: i64,
    /// From customers who pay more.
    pub expansion: i64,
    /// From customers who pay less.
    pub contraction: i64,
    /// From customers who left.
    pub churn: i64,
    /// From customers who came back.
    pub reactivation: i64,
}

impl Movements {
    /// What they come to together.
    #[must_use]
    pub const fn net(self) -> i64 {
        self.new + self.expansion + self.contraction + self.churn + self.reactivation
    }

    fn add(&mut self, kind: MovementKind, amount_minor: i64) {
        let line = match kind {
            MovementKind::New => &mut self.new,
            MovementKind::Expansion => &mut self.expansion,
            MovementKind::Contraction => &mut self.contraction,
            MovementKind::Churn => &mut self.churn,
            MovementKind::Reactivation => &mut self.reactivation,
        };
        *line += amount_minor;
    }
}

/// What a plan brings in now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanRevenue {
    /// The plan.
    pub plan: PlanId,
    /// Its share of the present MRR.
    pub mrr_minor: i64,
    /// Subscriptions in force on it, without trials.
    pub subscriptions: i64,
}

/// Revenue over a range, in a fixed number of statements.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN` for all but system admins, `BAD_REQUEST` for a range that makes no series.
pub async fn report(app: &App, actor: &Actor, request: Request) -> Result<Report> {
    authorize_system_admin(actor)?;
    let today = app.now().date_naive();
    let range = request
        .range
        .unwrap_or_else(|| DateRange::last_twelve_months(today))
        .checked(request.granularity, today)?;
    let snapshot = snapshot(app).await?;
    let currency = match request.currency {
        Some(currency) => currency,
        None => default_currency(&snapshot).await?,
    };
    let opening = sums::opening(&snapshot, &currency, range.begins()).await?;
    let moved = sums::movements(&snapshot, &currency, range, request.granularity).await?;
    let plans = sums::subscriptions(&snapshot, &currency).await?;
    snapshot.commit().await?;

    let series = series(opening, range, request.granularity, &moved);
    let mrr_minor = series.last().map_or(opening, |last| last.mrr_minor);
    Ok(Report {
        currency,
        mrr_minor,
        net_new_minor: mrr_minor - opening,
        active_subscriptions: count(&plans, is_in_force),
        trial_subscriptions: count(&plans, |status| status == SubscriptionStatus::Trial),
        series,
        by_plan: by_plan(&plans),
    })
}

/// A transaction that reads one state of the database throughout, so that the figures agree with each other.
async fn snapshot(app: &App) -> Result<DatabaseTransaction> {
    let reader = app.db.reader();
    Ok(match reader.get_database_backend() {
        // A deferred transaction of SQLite in WAL mode is a snapshot as it is.
        DbBackend::Sqlite => reader.begin().await?,
        _ => {
            reader
                .begin_with_config(
                    Some(IsolationLevel::RepeatableRead),
                    Some(AccessMode::ReadOnly),
                )
                .await?
        }
    })
}

async fn default_currency(connection: &impl ConnectionTrait) -> Result<String> {
    let state = catalog_state::Entity::find().one(connection).await?;
    state.map(|state| state.default_currency).ok_or_else(|| {
        Error::new(
            Code::PreconditionFailed,
            "No catalog has been applied yet; name a currency, or run `bursar catalog apply FILE`",
        )
    })
}

/// Whether a subscription counts as active: it gives full access and its trial, if any, is over.
const fn is_in_force(status: SubscriptionStatus) -> bool {
    use SubscriptionStatus as S;
    matches!(status, S::Active | S::PastDue | S::Cancelling)
}

fn count(plans: &[PlanSum], wanted: impl Fn(SubscriptionStatus) -> bool) -> i64 {
    let matching = plans.iter().filter(|sum| wanted(sum.status));
    matching.map(|sum| sum.subscriptions).sum()
}

fn by_plan(sums: &[PlanSum]) -> Vec<PlanRevenue> {
    let mut plans: Vec<PlanRevenue> = Vec::new();
    for sum in sums.iter().filter(|sum| is_in_force(sum.status)) {
        match plans.iter_mut().find(|plan| plan.plan == sum.plan_id) {
            Some(plan) => {
                plan.mrr_minor += sum.mrr_minor;
                plan.subscriptions += sum.subscriptions;
            }
            None => plans.push(PlanRevenue {
                plan: sum.plan_id,
                mrr_minor: sum.mrr_minor,
                subscriptions: sum.subscriptions,
            }),
        }
    }
    plans.sort_by_key(|plan| (std::cmp::Reverse(plan.mrr_minor), plan.plan));
    plans
}

/// The series of `range` from the MRR before it and what moved in it.
fn series(
    opening: i64,
    range: DateRange,
    granularity: Granularity,
    moved: &[PeriodSum],
) -> Vec<Point> {
    let mut points: Vec<Point> = range
        .buckets(granularity)
        .map(|bucket| Point {
            range: bucket,
            mrr_minor: 0,
            movements: Movements::default(),
        })
        .collect();
    for sum in moved {
        // Months are summed as a whole and named by their first day, which a range may begin after.
        let day = sum.day.max(range.from);
        let place = points.partition_point(|point| point.range.to < day);
        if let Some(point) = points.get_mut(place) {
            point.movements.add(sum.kind, sum.amount_minor);
        }
    }
    let mut mrr = opening;
    for point in &mut points {
        mrr += point.movements.net();
        point.mrr_minor = mrr;
    }
    points
}

#[cfg(test)]
mod tests {
    use bursar_entities::enums::{MovementKind as K, SubscriptionStatus as S};
    use bursar_entities::ids::PlanId;
    use uuid::Uuid;

    use super::{DateRange, Granularity, PeriodSum, PlanSum, by_plan, count, is_in_force, series};

    fn sum(day: &str, kind: K, amount_minor: i64) -> PeriodSum {
        PeriodSum {
            day: day.parse().expect("a date"),
            kind,
            amount_minor,
        }
    }

    #[test]
    fn each_point_closes_with_what_it_opened_with_and_what_moved() {
        let range = DateRange {
            from: "2026-01-15".parse().expect("a date"),
            to: "2026-03-10".parse().expect("a date"),
        };
        let moved = [
            sum("2026-01-01", K::New, 500),
            sum("2026-03-01", K::Expansion, 300),
            sum("2026-03-01", K::Churn, -200),
            sum("2026-03-01", K::Contraction, -50),
            sum("2026-03-01", K::Reactivation, 10),
        ];
        let points = series(1_000, range, Granularity::Month, &moved);
        let mrr: Vec<i64> = points.iter().map(|point| point.mrr_minor).collect();
        assert_eq!(mrr, [1_500, 1_500, 1_560]);
        assert_eq!(points[0].movements.new, 500);
        assert_eq!(points[1].movements.net(), 0, "a quiet month");
        assert_eq!(points[2].movements.churn, -200);
    }

    #[test]
    fn days_fall_into_their_weeks() {
        let range = DateRange {
            from: "2026-11-18".parse().expect("a date"),
            to: "2026-11-24".parse().expect("a date"),
        };
        let moved = [
            sum("2026-11-22", K::New, 1),
            sum("2026-11-23", K::New, 10),
            sum("2026-11-24", K::New, 100),
        ];
        let points = series(0, range, Granularity::Week, &moved);
        let new: Vec<i64> = points.iter().map(|point| point.movements.new).collect();
        assert_eq!(new, [1, 110]);
    }

    #[test]
    fn trials_are_counted_apart_and_the_ended_not_at_all() {
        let plan = |n: u128, status, subscriptions, mrr_minor| PlanSum {
            plan_id: PlanId(Uuid::from_u128(n)),
            status,
            subscriptions,
            mrr_minor,
        };
        let sums = [
            plan(1, S::Active, 5, 0),
            plan(2, S::Active, 2, 5_800),
            plan(2, S::PastDue, 1, 2_900),
            plan(2, S::Trial, 4, 0),
            plan(3, S::Paused, 1, 0),
        ];
        assert_eq!(count(&sums, is_in_force), 8);
        let plans: Vec<_> = by_plan(&sums)
            .into_iter()
            .map(|p| (p.plan.0.as_u128(), p.mrr_minor, p.subscriptions))
            .collect();
        assert_eq!(plans, [(2, 8_700, 3), (1, 0, 5)]);
    }
}
