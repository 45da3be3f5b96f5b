//! Compares counters with what they count, and repairs those that have drifted (QUO-8). Counters move in the transaction
//! that records why, so drift means a defect, or a hand in the database.
//!
//! Which source is right, always:
//! - A meter that counts members has its rows: memberships and invitations that are neither accepted nor taken back.
//! - Every other counter equals the sum of the usage records of its window. Creating and deleting a resource writes
//!   records like any other consumption, so this holds for a meter that resources and direct consumption share. The
//!   amounts of the active resources alone would not do: consumption may name a resource too, and nothing tells the two
//!   apart afterwards, so a repair from them could take away what was rightly consumed. A meter that only resources
//!   take of comes to the same sum either way.

mod compare;
mod due;
mod repair;
mod statement;

pub use due::reconcile_when_due;
pub use statement::Source;

use std::sync::Arc;

use bursar_entities::ids::OrganizationId;
use bursar_entities::{meter, organization, organization_head};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use self::compare::{Found, drifts};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::authorize_system_admin;
use crate::domain::quotas::standing::meters;
use crate::error::{Error, Result};

/// Organizations that are compared in one statement.
const ORGANIZATIONS: u64 = 100;

/// A counter that was not what it counts.
#[derive(Clone, Debug)]
pub struct Drift {
    /// The organization.
    pub organization: OrganizationId,
    /// Its slug.
    pub slug: String,
    /// The meter.
    pub meter: Arc<meter::Model>,
    /// Start of the counter's window.
    pub window_start: DateTime<Utc>,
    /// Units that the counter held.
    pub counted: i64,
    /// Units that its source comes to.
    pub expected: i64,
    /// What was counted.
    pub source: Source,
}

/// Compares the counters of every organization, or of the one called `slug`, and repairs those that have drifted unless
/// this is a `dry_run`. Each repair is a transaction of its own, audited as `quota_counter_repaired`, and crosses
/// thresholds like any other change.
///
/// # Errors
/// As [`authorize_system_admin`]; `NOT_FOUND` when there is no such organization.
pub async fn reconcile(
    app: &App,
    actor: &Actor,
    slug: Option<&str>,
    dry_run: bool,
) -> Result<Vec<Drift>> {
    authorize_system_admin(actor)?;
    let meters = meters(app.db.reader(), None).await?;
    let mut found = Vec::new();
    if let Some(slug) = slug {
        let row = organization::Entity::find()
            .filter(organization::Column::Slug.eq(slug))
            .one(app.db.reader())
            .await?;
        let row = row.ok_or_else(|| Error::not_found("The organization"))?;
        compare(app, actor, &meters, &[row.id], dry_run, &mut found).await?;
        return Ok(found);
    }
    let mut after = None;
    loop {
        let batch = next_batch(app.db.reader(), after).await?;
        let Some(last) = batch.last() else {
            return Ok(found);
        };
        after = Some(*last);
        compare(app, actor, &meters, &batch, dry_run, &mut found).await?;
    }
}

/// The organizations after `after`, in the order of their ids.
async fn next_batch(
    connection: &impl ConnectionTrait,
    after: Option<OrganizationId>,
) -> Result<Vec<OrganizationId>> {
    let mut select = organization_head::Entity::find()
        .select_only()
        .column(organization_head::Column::OrganizationId)
        .order_by_asc(organization_head::Column::OrganizationId)
        .limit(ORGANIZATIONS);
    if let Some(after) = after {
        select = select.filter(organization_head::Column::OrganizationId.gt(after));
    }
    Ok(select.into_tuple().all(connection).await?)
}

/// Compares without a lock, which is exact because each comparison is one statement, and locks only those that drifted.
async fn compare(
    app: &App,
    actor: &Actor,
    meters: &[Arc<meter::Model>],
    organizations: &[OrganizationId],
    dry_run: bool,
    found: &mut Vec<Drift>,
) -> Result<()> {
    let drifted = drifts(app.db.reader(), meters, organizations).await?;
    let mut owners: Vec<OrganizationId> = drifted.iter().map(|drift| drift.organization).collect();
    owners.sort_unstable();
    owners.dedup();
    for owner in owners {
        let slug = organization::Entity::find_by_id(owner)
            .one(app.db.reader())
            .await?
            .map_or_else(|| owner.to_string(), |row| row.slug);
        let own: Vec<Found> = if dry_run {
            let own = drifted.iter().filter(|drift| drift.organization == owner);
            own.cloned().collect()
        } else {
            repair::repair(app, actor, meters, owner).await?
        };
        found.extend(own.into_iter().map(|drift| drift.named(&slug)));
    }
    Ok(())
}

impl Found {
    fn named(self, slug: &str) -> Drift {
        Drift {
            organization: self.organization,
            slug: slug.to_owned(),
            meter: self.meter,
            window_start: self.window_start,
            counted: self.counted,
            expected: self.expected,
            source: self.source,
        }
    }
}
