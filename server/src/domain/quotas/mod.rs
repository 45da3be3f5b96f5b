//! Quotas: what is used, what is left, and decisions that stay exact with any number of callers (QUO).
//!
//! Whoever changes a quota first locks the row of the organization in `organization_heads`, reads what it needs,
//! decides with a pure function and writes counters, usage records and threshold events in the same transaction.
//! A crash at any point leaves all of it or nothing.

mod amount;
mod apply;
mod check;
mod consume;
mod count;
mod crossings;
mod decide;
mod effective;
mod engine;
mod fail_open;
mod grace;
mod grants;
mod level;
mod message;
mod others;
mod overage;
mod overrides;
mod read;
mod reconcile;
mod record;
mod reevaluate;
mod reservations;
mod specials;
mod standing;
mod suggest;
mod terms;
mod thresholds;
mod usage;
mod watch;
mod window;

pub use amount::{AmountError, from_units, to_units};
pub use apply::{Change, Demand, Request, apply_in_tx, lock_in_tx};
pub use check::check;
pub use consume::{Input, Item, consume, release};
pub use count::count_in_tx;
pub use decide::Decision;
pub use effective::{EffectiveLimit, Step};
pub use engine::Engine;
pub use fail_open::{FailOpen, Outage, settle_open_grants};
pub use grace::{Grace, GraceTerms};
pub use grants::{GrantInput, grant};
pub use message::message;
pub use others::notice_others;
pub use overrides::{OverrideInput, clear_override, set_override};
pub use read::{of_organization, of_organizations};
pub use reconcile::{Drift, Source, reconcile, reconcile_when_due};
pub use record::{Fingerprint, replay_in_tx, shortened};
pub use reevaluate::{reevaluate_in_tx, reevaluate_meters_in_tx};
pub use reservations::{
    CommitInput, ExtendInput, Held, HeldItem, Reservation, ReserveInput, cancel, commit, extend,
    reserve,
};
pub use standing::Standing;
pub use thresholds::{
    Until, cursor_at, events_by_ids, follow_thresholds, parse_cursor, threshold_cursor,
};
pub use usage::{
    Event, EventOutcome, EventStatus, Granularity, Histories, History, HistoryRequest, Point,
    histories, record_usage, roll_up, trends,
};
pub use watch::{may_watch, watch};
pub use window::Window;
