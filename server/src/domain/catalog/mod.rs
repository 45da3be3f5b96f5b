//! The catalog: meters, plans in versions, add-ons, resource kinds, and the files that they come from (CAT).
//!
//! A file becomes a [`Document`] (`parse`, `check`), is compared with what the database holds (`stored`, `difference`)
//! and applied; `export` writes it back. Other features read through the set-based functions of `read`.

mod add_ons;
mod amount;
mod apply;
mod beyond;
mod check;
mod difference;
mod document;
mod draft;
mod edit;
mod error;
mod export;
mod file;
mod parse;
mod problems;
mod publish;
mod read;
mod stored;
mod terms;
mod terms_edit;
mod visible;
mod words;

pub use add_ons::{
    AddOnEdit, IncreaseEdit, NewAddOn, add_on_prices_of, add_ons_by_ids, archive_add_on,
    create_add_on, increases_of, list_add_ons, update_add_on,
};
pub use amount::{Amount, AmountError, LARGEST_UNITS};
pub use apply::{HOSTING, apply, ensure_default};
pub use difference::{Fate, Line, Report};
pub use document::{
    AddOn, Document, Grace, Header, Kind, Limit, Meter, Need, Overage, Plan, Source, Terms,
    Thresholds,
};
pub use edit::{NewPlan, PlanEdit, create_plan, update_plan};
pub use error::CatalogError;
pub use export::export;
pub use problems::{Problem, Problems};
pub use publish::{Preview, preview_publication, publish_plan};
pub use read::{
    current_version, current_versions, kind_by_key, kinds, kinds_by_ids, limits_of, meters,
    meters_by_ids, meters_by_key, needs_of, overage_prices_of, plan_by_key, plans_by_ids,
    prices_of, state, versions_by_ids,
};
pub use terms::{Change, annual_discount};
pub use terms_edit::{Edit, LimitEdit, OverageEdit, PriceEdit, TermsEdit};
pub use visible::{
    PlanPosition, count_plans, find_plan, list_plans, subscriber_counts, visible_current,
    visible_drafts, visible_history, visible_plans, visible_versions,
};

#[cfg(test)]
mod tests;
