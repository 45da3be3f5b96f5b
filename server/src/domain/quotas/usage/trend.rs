//! Whether usage grows (QUO-11): net usage of the last 7 days against that of the 7 days before.

use std::collections::HashMap;

use bursar_entities::ids::{MeterId, OrganizationId};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::{Decimal, RoundingStrategy};

use super::sums::{Span, Sums, sums};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, allowed};
use crate::error::Result;

const WEEK: TimeDelta = TimeDelta::days(7);
const QUARTER: i64 = 15 * 60;

/// By how many percent the net usage of each meter changed from the week before last to the last week, rounded half up
/// to 2 decimal places; none when the net usage of the week before is 0. The weeks end with the present quarter of an
/// hour. In a constant number of statements; what the caller may not see is absent.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn trends(
    app: &App,
    actor: &Actor,
    wanted: &[(OrganizationId, MeterId)],
) -> Result<HashMap<(OrganizationId, MeterId), Option<Decimal>>> {
    let connection = app.db.reader();
    let mut organizations: Vec<OrganizationId> = wanted.iter().map(|(id, _)| *id).collect();
    organizations.sort_unstable();
    organizations.dedup();
    let seen = allowed(connection, actor, &organizations, Permission::QuotaView).await?;
    let end = end_of_quarter(app.now());
    let wanted: Vec<_> = wanted.iter().filter(|(id, _)| seen.contains(id)).collect();
    let spans: Vec<Span> = wanted
        .iter()
        .flat_map(|(organization, meter)| {
            [end - WEEK - WEEK, end - WEEK].map(|start| Span {
                organization: *organization,
                meter: *meter,
                start,
                end: start + WEEK,
            })
        })
        .collect();
    let sums = sums(connection, &spans).await?;
    let weeks = sums.chunks_exact(2);
    Ok(wanted
        .into_iter()
        .zip(weeks)
        .map(|(key, weeks)| (*key, change(net(&weeks[0]), net(&weeks[1]))))
        .collect())
}

fn end_of_quarter(now: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = now.timestamp();
    let end = seconds - seconds.rem_euclid(QUARTER) + QUARTER;
    DateTime::from_timestamp(end, 0).unwrap_or(now)
}

const fn net(sums: &Sums) -> i64 {
    sums.consumed.saturating_sub(sums.released)
}

/// The way from `before` to `after` in percent of the former's size.
fn change(before: i64, after: i64) -> Option<Decimal> {
    if before == 0 {
        return None;
    }
    let difference = Decimal::from(after) - Decimal::from(before);
    let percent = difference / Decimal::from(before.unsigned_abs()) * Decimal::ONE_HUNDRED;
    let strategy = RoundingStrategy::MidpointAwayFromZero;
    Some(percent.round_dp_with_strategy(2, strategy).normalize())
}

#[cfg(test)]
mod tests {
    use super::{change, end_of_quarter};

    #[test]
    fn a_trend_is_the_change_in_percent() {
        let shown = |before, after| change(before, after).map(|percent| percent.to_string());
        assert_eq!(shown(10, 15).as_deref(), Some("50"));
        assert_eq!(shown(3, 2).as_deref(), Some("-33.33"));
        assert_eq!(shown(-4, 4).as_deref(), Some("200"));
        assert_eq!(shown(7, 7).as_deref(), Some("0"));
        assert_eq!(shown(0, 5), None);
        assert!(shown(1, i64::MAX).is_some() && shown(i64::MIN, i64::MAX).is_some());
    }

    #[test]
    fn the_last_week_holds_the_present() {
        let end = |at: &str| end_of_quarter(at.parse().expect("a moment")).to_rfc3339();
        assert_eq!(end("2026-03-02T09:00:00Z"), "2026-03-02T09:15:00+00:00");
        assert_eq!(end("2026-03-02T09:14:59.999Z"), "2026-03-02T09:15:00+00:00");
    }
}
