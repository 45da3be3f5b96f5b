//! Revenue: the rule of MRR, the ledger of its movements, and the report made from it (REV).

mod buckets;
mod movement;
mod mrr;
mod report;
mod sums;
#[cfg(test)]
mod tests;

pub use buckets::{DateRange, Granularity};
pub use movement::{Movement, Recurring, Subject, movements, record_in_tx};
pub use mrr::{monthly, mrr};
pub use report::{Movements, PlanRevenue, Point, Report, Request, report};
