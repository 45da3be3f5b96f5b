//! Typed ids: a membership's id cannot be passed where an organization's is wanted. All are UUIDs (v7) underneath.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What all typed ids have in common.
pub trait TypedId: Copy {
    /// Wraps a UUID.
    fn from_uuid(uuid: Uuid) -> Self;

    /// The UUID inside.
    fn uuid(self) -> Uuid;
}

macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl TypedId for $name {
            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

typed_id! {
    /// Identifies a row of `add_ons`.
    AddOnId
    /// Identifies a row of `add_on_increases`.
    AddOnIncreaseId
    /// Identifies a row of `add_on_prices`.
    AddOnPriceId
    /// Identifies a row of `api_keys`.
    ApiKeyId
    /// Identifies a row of `audit_entries`.
    AuditEntryId
    /// Identifies a row of `external_identities`.
    ExternalIdentityId
    /// Identifies a row of `connections`.
    ConnectionId
    /// Identifies a row of `invitations`.
    InvitationId
    /// Identifies a row of `memberships`.
    MembershipId
    /// Identifies a row of `meters`.
    MeterId
    /// Identifies a row of `organizations`.
    OrganizationId
    /// Identifies a row of `password_resets`.
    PasswordResetId
    /// Identifies a row of `plans`.
    PlanId
    /// Identifies a row of `plan_limits`.
    PlanLimitId
    /// Identifies a row of `plan_overage_prices`.
    PlanOveragePriceId
    /// Identifies a row of `plan_prices`.
    PlanPriceId
    /// Identifies a row of `plan_subscriptions`.
    PlanSubscriptionId
    /// Identifies a row of `plan_versions`.
    PlanVersionId
    /// Identifies a row of `quota_counters`.
    QuotaCounterId
    /// Identifies a row of `quota_grants`.
    QuotaGrantId
    /// Identifies a row of `quota_overrides`.
    QuotaOverrideId
    /// Identifies a row of `recovery_codes`.
    RecoveryCodeId
    /// Identifies a row of `refresh_tokens`.
    RefreshTokenId
    /// Identifies a row of `resources`.
    ResourceId
    /// Identifies a row of `resource_kinds`.
    ResourceKindId
    /// Identifies a row of `resource_needs`.
    ResourceNeedId
    /// Identifies a row of `revenue_movements`.
    RevenueMovementId
    /// Identifies a row of `roles`.
    RoleId
    /// Identifies a row of `sealed_secrets`.
    SealedSecretId
    /// Identifies a row of `sessions`.
    SessionId
    /// Identifies a row of `subscription_changes`.
    SubscriptionChangeId
    /// Identifies a row of `quota_reservations`.
    ReservationId
    /// Identifies a row of `threshold_events`.
    ThresholdEventId
    /// Identifies a row of `users`.
    UserId
}
