//! Quotas in the graph: how an organization stands, decisions, overrides, and the live streams.

mod decision;
mod history;
mod mutation;
mod query;
mod quota;
mod reservation;
mod specials;
mod subscription;
mod threshold;
mod usage;
mod usage_result;

pub use decision::{QuotaDecision, QuotaItemInput};
pub use history::{UsageGranularity, UsagePoint, UsageRangeInput};
pub use mutation::{
    ConsumeQuotaInput, ConsumeQuotaPayload, QuotaMutation, ReleaseQuotaInput, ReleaseQuotaPayload,
};
pub use query::{CheckQuotaInput, CheckQuotaPayload, QuotaQuery};
pub use quota::{LimitSource, Quota, QuotaExplanation, QuotaGrace, QuotaWindow};
pub use reservation::{
    CancelReservationInput, CancelReservationPayload, CommitReservationInput,
    CommitReservationPayload, ExtendReservationInput, ExtendReservationPayload, QuotaReservation,
    QuotaReservationItem, QuotaReservationStatus, ReservationMutation, ReserveQuotaInput,
    ReserveQuotaPayload,
};
pub use specials::{
    ClearQuotaOverrideInput, ClearQuotaOverridePayload, GrantQuotaInput, GrantQuotaPayload,
    LimitMutation, SetQuotaOverrideInput, SetQuotaOverridePayload,
};
pub use subscription::QuotaSubscription;
pub use threshold::{CrossingDirection, QuotaThresholdEvent};
pub use usage::{RecordUsageInput, UsageEventInput, UsageMutation};
pub use usage_result::{RecordUsagePayload, UsageEventResult, UsageEventStatus};

pub(crate) use decision::binding;
pub(crate) use history::{UsageLoaders, history_of};
pub(crate) use quota::{QuotaLoaders, of_organization, one_of_organization};
pub(crate) use threshold::nodes;
