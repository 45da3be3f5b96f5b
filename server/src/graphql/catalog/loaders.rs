//! What is loaded of the catalog for many objects at once: one statement per kind of thing, however many there are.

use bursar_entities::ids::{AddOnId, MeterId, PlanId, PlanLimitId, PlanVersionId, ResourceKindId};
use bursar_entities::{
    add_on, add_on_increase, add_on_price, meter, plan, plan_limit, plan_overage_price, plan_price,
    plan_version, resource_kind, resource_need,
};
use futures_util::FutureExt;

use crate::actor::Actor;
use crate::app::App;
use crate::domain::catalog;
use crate::graphql::loaders::SetLoader;

/// Loaders of the catalog.
pub(crate) struct CatalogLoaders {
    /// Meters by id.
    pub(crate) meters: SetLoader<MeterId, meter::Model>,
    /// Resource kinds by id.
    pub(crate) resource_kinds: SetLoader<ResourceKindId, resource_kind::Model>,
    /// What resources of a kind take.
    pub(crate) needs: SetLoader<ResourceKindId, Vec<resource_need::Model>>,
    /// Plans by id.
    pub(crate) plans: SetLoader<PlanId, plan::Model>,
    /// Plan versions by id.
    pub(crate) versions: SetLoader<PlanVersionId, plan_version::Model>,
    /// The published version of a plan.
    pub(crate) current: SetLoader<PlanId, plan_version::Model>,
    /// The draft of a plan.
    pub(crate) drafts: SetLoader<PlanId, plan_version::Model>,
    /// The versions of a plan.
    pub(crate) history: SetLoader<PlanId, Vec<plan_version::Model>>,
    /// How many organizations are subscribed to a plan.
    pub(crate) subscriber_counts: SetLoader<PlanId, i64>,
    /// The prices of a version.
    pub(crate) prices: SetLoader<PlanVersionId, Vec<plan_price::Model>>,
    /// The limits of a version.
    pub(crate) limits: SetLoader<PlanVersionId, Vec<plan_limit::Model>>,
    /// What usage beyond a limit costs.
    pub(crate) overage_prices: SetLoader<PlanLimitId, Vec<plan_overage_price::Model>>,
    /// Add-ons by id.
    pub(crate) add_ons: SetLoader<AddOnId, add_on::Model>,
    /// The prices of an add-on.
    pub(crate) add_on_prices: SetLoader<AddOnId, Vec<add_on_price::Model>>,
    /// What an add-on adds.
    pub(crate) increases: SetLoader<AddOnId, Vec<add_on_increase::Model>>,
}

/// A loader over a use case that asks who may see what.
macro_rules! authorised {
    ($app:ident, $actor:ident, $read:path) => {
        SetLoader::new($app, $actor, |app, actor, ids| {
            $read(app, actor, ids).boxed()
        })
    };
}

/// A loader of what is public, or belongs to a version that the caller has been shown.
macro_rules! open {
    ($app:ident, $actor:ident, $read:path) => {
        SetLoader::new($app, $actor, |app, _, ids| {
            $read(app.db.reader(), ids).boxed()
        })
    };
}

impl CatalogLoaders {
    pub(crate) fn new(app: &App, actor: &Actor) -> Self {
        Self {
            meters: open!(app, actor, catalog::meters_by_ids),
            resource_kinds: open!(app, actor, catalog::kinds_by_ids),
            needs: open!(app, actor, catalog::needs_of),
            plans: authorised!(app, actor, catalog::visible_plans),
            versions: authorised!(app, actor, catalog::visible_versions),
            current: authorised!(app, actor, catalog::visible_current),
            drafts: authorised!(app, actor, catalog::visible_drafts),
            history: authorised!(app, actor, catalog::visible_history),
            subscriber_counts: authorised!(app, actor, catalog::subscriber_counts),
            prices: open!(app, actor, catalog::prices_of),
            limits: open!(app, actor, catalog::limits_of),
            overage_prices: open!(app, actor, catalog::overage_prices_of),
            add_ons: open!(app, actor, catalog::add_ons_by_ids),
            add_on_prices: open!(app, actor, catalog::add_on_prices_of),
            increases: open!(app, actor, catalog::increases_of),
        }
    }

    /// Forgets what was read of plans, after a mutation has changed one.
    pub(super) async fn forget_plans(&self) {
        self.plans.forget_all().await;
        self.versions.forget_all().await;
        self.current.forget_all().await;
        self.drafts.forget_all().await;
        self.history.forget_all().await;
        self.prices.forget_all().await;
        self.limits.forget_all().await;
    }

    /// Forgets what was read of add-ons, after a mutation has changed one.
    pub(super) async fn forget_add_ons(&self) {
        self.add_ons.forget_all().await;
        self.add_on_prices.forget_all().await;
        self.increases.forget_all().await;
    }
}
