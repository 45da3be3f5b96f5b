//! Why a subscription cannot be started or changed.

use bursar_entities::enums::SubscriptionStatus;
use sea_orm::ActiveEnum;

use crate::error::{Classify, Code};

/// Why a subscription cannot be started or changed.
#[derive(Debug, thiserror::Error)]
pub enum SubscriptionError {
    /// There is nothing to subscribe to.
    #[error("No catalog has been applied yet; run `bursar catalog apply FILE` first")]
    NoCatalog,
    /// The catalog names a default plan that cannot be subscribed to.
    #[error(
        "The default plan `{0}` has no published version; publish one, or apply a catalog that has it"
    )]
    DefaultPlanNotPublished(String),
    /// A draft, which nobody may subscribe to.
    #[error("Only a published version of a plan can be subscribed to; publish it first")]
    VersionNotPublished,
    /// The state does not allow it (BIL-1).
    #[error("A subscription that is {} cannot become {}", .from.to_value(), .to.to_value())]
    NotAllowed {
        /// Its state.
        from: SubscriptionStatus,
        /// The state asked for.
        to: SubscriptionStatus,
    },
    /// BIL-2: one trial per organization.
    #[error("This organization has had its trial; choose a plan and a way to pay")]
    TrialAlreadyUsed,
    /// The plan has no trial.
    #[error("This plan has no trial; choose a plan and a way to pay")]
    NoTrial,
    /// Withdrawn from sale; whoever has it keeps it.
    #[error("The add-on {0} is no longer on sale; you can keep or lower what you have of it")]
    AddOnWithdrawn(String),
    /// Somebody else changed it in between.
    #[error("The subscription was changed by somebody else in between; load it again and retry")]
    ChangedInBetween,
}

impl Classify for SubscriptionError {
    fn code(&self) -> Code {
        match self {
            Self::ChangedInBetween => Code::Conflict,
            _ => Code::PreconditionFailed,
        }
    }
}
