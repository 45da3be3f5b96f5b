//! A catalog as one value: what a file says after all its words have been checked, and what a database holds. Applying
//! is comparing two of them (CAT-8).

use std::collections::BTreeMap;

use bursar_entities::enums::{
    BillingInterval, FailurePolicy, MeterCounts, MeterKind, MeterWindow, OverQuotaPolicy,
};

use super::amount::Amount;

/// A whole catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What the deployment as a whole goes by.
    pub header: Header,
    /// In the order of display.
    pub meters: Vec<Meter>,
    /// By tier, then key.
    pub plans: Vec<Plan>,
    /// In the order of display.
    pub add_ons: Vec<AddOn>,
    /// In the order of display.
    pub kinds: Vec<Kind>,
}

/// What the deployment as a whole goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The catalog's name.
    pub name: String,
    /// ISO 4217 code.
    pub default_currency: String,
    /// Key of the plan that a new organization starts on.
    pub default_plan: String,
    /// Key of the plan whose limits a trial has, when it is not the chosen plan's own.
    pub trial_plan: Option<String>,
}

/// What can be limited (CAT-1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    /// Stable name.
    pub key: String,
    /// Display name.
    pub name: String,
    /// What it measures.
    pub kind: MeterKind,
    /// For people.
    pub unit: String,
    /// Decimal places, 0 to 6.
    pub scale: i16,
    /// Of a counter.
    pub window: Option<MeterWindow>,
    /// Where the levels begin.
    pub thresholds: Thresholds,
    /// What the server counts by itself.
    pub counts: Option<MeterCounts>,
    /// What becomes of requests while the database does not answer (QUO-10).
    pub failure_policy: FailurePolicy,
}

/// Percentages of a limit at which the levels begin (QUO-6); each above the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// WARNING from here.
    pub warning: i16,
    /// ALERT from here.
    pub alert: i16,
    /// EXCEEDED from here.
    pub exceeded: i16,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            warning: 80,
            alert: 95,
            exceeded: 100,
        }
    }
}

/// A plan and what its current version holds (CAT-2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Stable name.
    pub key: String,
    /// Display name.
    pub name: String,
    /// For the pricing page.
    pub description: String,
    /// Rank.
    pub tier: i32,
    /// Whether customers may choose it.
    pub public: bool,
    /// Prices, limits and trial.
    pub terms: Terms,
}

/// What a version of a plan fixes forever once it is published (CAT-3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Length of the trial; 0 for none.
    pub trial_days: i32,
    /// Minor units by currency and interval.
    pub prices: BTreeMap<(String, BillingInterval), i64>,
    /// By the meter's key.
    pub limits: BTreeMap<String, Limit>,
}

/// The limit of one meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// None means unlimited.
    pub amount: Option<Amount>,
    /// What happens there.
    pub policy: OverQuotaPolicy,
    /// By how much and for how long a DENY limit may be exceeded.
    pub grace: Option<Grace>,
    /// What usage beyond an ALLOW limit costs.
    pub overage: Option<Overage>,
}

impl Limit {
    /// `amount` under `policy`, with nothing to be said of what lies beyond.
    #[must_use]
    pub const fn plain(amount: Option<Amount>, policy: OverQuotaPolicy) -> Self {
        Self {
            amount,
            policy,
            grace: None,
            overage: None,
        }
    }
}

/// By how much and for how long a limit may be exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace {
    /// Percent of the limit.
    pub percent: i16,
    /// Days from the moment at which it was first exceeded.
    pub days: i16,
}

/// What usage beyond a limit costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overage {
    /// How much each price is for.
    pub per: Amount,
    /// Minor units by currency.
    pub prices: BTreeMap<String, i64>,
}

/// An add-on pack (CAT-5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddOn {
    /// Stable name.
    pub key: String,
    /// Display name.
    pub name: String,
    /// For the pricing page.
    pub description: String,
    /// Minor units for one of it, by currency and interval.
    pub prices: BTreeMap<(String, BillingInterval), i64>,
    /// What one of it adds to limits, by the meter's key.
    pub increases: BTreeMap<String, Amount>,
}

/// A kind of resource (CAT-7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Stable name.
    pub key: String,
    /// Display name.
    pub name: String,
    /// Whether it freezes the organization's slug (ORG-3).
    pub pins_slug: bool,
    /// Key of the kind that its parent must be of.
    pub parent: Option<String>,
    /// What one resource takes, in the order of display.
    pub needs: Vec<Need>,
}

/// What a resource takes of one meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Key of the meter.
    pub meter: String,
    /// Where the amount comes from.
    pub source: Source,
    /// Key of a CAP that the amount is also checked against.
    pub cap: Option<String>,
}

/// Where the amount of a need comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The same for every resource.
    Fixed(Amount),
    /// What the request names.
    Requested,
    /// A percentage, 1 to 100, of what the parent takes.
    ParentShare(i16),
}
