//! What stands in the way of deleting an organization (ORG-6). Each blocker is read by a statement of its own, so that
//! another feature adds its own beside them.

use bursar_entities::enums::{ResourceStatus, SubscriptionStatus};
use bursar_entities::ids::OrganizationId;
use bursar_entities::{plan_subscription, resource, resource_kind};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::domain::money;
use crate::error::{Classify, Code, Result};

/// Something that must be settled before the organization can be deleted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Blocker {
    /// Resources that are in use.
    #[error("{count} active resources of the kind {kind} are left; delete them first")]
    ActiveResources {
        /// The kind's key.
        kind: String,
        /// How many.
        count: i64,
    },
    /// A subscription that goes on being charged.
    #[error("The subscription is paid ({price}) and has not been cancelled; cancel it first")]
    PaidSubscription {
        /// What is charged.
        price: String,
    },
}

impl Blocker {
    /// How many things stand in the way.
    #[must_use]
    pub const fn count(&self) -> i64 {
        match self {
            Self::ActiveResources { count, .. } => *count,
            Self::PaidSubscription { .. } => 1,
        }
    }
}

impl Classify for Blocker {
    fn code(&self) -> Code {
        Code::PreconditionFailed
    }

    fn path(&self) -> Vec<String> {
        vec!["organizationId".to_owned()]
    }
}

/// Everything that stands in the way of deleting `organization`.
pub(super) async fn blockers(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<Blocker>> {
    let mut found: Vec<Blocker> = active_resources(connection, organization)
        .await?
        .into_iter()
        .map(|(kind, count)| Blocker::ActiveResources { kind, count })
        .collect();
    let subscription = plan_subscription::Entity::find_in(organization)
        .one(connection)
        .await?;
    found.extend(subscription.as_ref().and_then(paid));
    Ok(found)
}

/// The active resources of `organization` by the key of their kind, in the order of display; kinds without any are left
/// out.
pub(super) async fn active_resources(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<(String, i64)>> {
    let kind = resource::Entity::belongs_to(resource_kind::Entity)
        .from(resource::Column::KindId)
        .to(resource_kind::Column::Id);
    let mut counts: Vec<(String, i64)> = resource::Entity::find_in(organization)
        .select_only()
        .column(resource_kind::Column::Key)
        .column_as(resource::Column::Id.count(), "resources")
        .join(sea_orm::JoinType::InnerJoin, kind.into())
        .filter(resource::Column::Status.eq(ResourceStatus::Active))
        .group_by(resource_kind::Column::Key)
        .into_tuple()
        .all(connection)
        .await?;
    counts.sort_unstable();
    Ok(counts)
}

/// Whether `subscription` is paid for and will be again: neither free, nor on trial, nor about to end.
fn paid(subscription: &plan_subscription::Model) -> Option<Blocker> {
    use SubscriptionStatus as S;
    let goes_on = match subscription.status {
        S::Active | S::PastDue | S::Suspended | S::Paused => true,
        S::Trial | S::Cancelling | S::Expired | S::Archived => false,
    };
    let price = money::format(subscription.price_minor, &subscription.currency);
    (goes_on && subscription.price_minor > 0).then_some(Blocker::PaidSubscription { price })
}

#[cfg(test)]
mod tests {
    use bursar_entities::enums::{BillingInterval, SubscriptionStatus as S};
    use bursar_entities::ids::{OrganizationId, PlanId, PlanSubscriptionId, PlanVersionId};
    use bursar_entities::plan_subscription::Model;
    use chrono::DateTime;
    use sea_orm::Iterable;
    use uuid::Uuid;

    use super::{Blocker, paid};

    fn subscription(status: S, price_minor: i64) -> Model {
        let epoch = DateTime::UNIX_EPOCH;
        Model {
            id: PlanSubscriptionId(Uuid::nil()),
            organization_id: OrganizationId(Uuid::nil()),
            plan_id: PlanId(Uuid::nil()),
            plan_version_id: PlanVersionId(Uuid::nil()),
            status,
            billing_interval: BillingInterval::Monthly,
            currency: "USD".into(),
            price_minor,
            mrr_minor: 0,
            billing_anchor: epoch,
            current_period_start: epoch,
            current_period_end: epoch,
            trial_ends_at: None,
            cancel_at_period_end: false,
            cancel_at: None,
            cancelled_at: None,
            version: 1,
            created_at: epoch,
            updated_at: epoch,
        }
    }

    #[test]
    fn only_what_goes_on_being_charged_stands_in_the_way() {
        for status in S::iter() {
            let blocks = matches!(status, S::Active | S::PastDue | S::Suspended | S::Paused);
            assert_eq!(
                paid(&subscription(status, 2_900)).is_some(),
                blocks,
                "{status:?}"
            );
            assert_eq!(paid(&subscription(status, 0)), None, "{status:?}, free");
        }
        let blocker = paid(&subscription(S::Active, 2_900)).expect("paid");
        assert_eq!(
            blocker.to_string(),
            "The subscription is paid (29.00 USD) and has not been cancelled; cancel it first"
        );
        assert_eq!(blocker.count(), 1);
        let resources = Blocker::ActiveResources {
            kind: "project".into(),
            count: 3,
        };
        assert!(
            resources
                .to_string()
                .starts_with("3 active resources of the kind project")
        );
    }
}
