//! Catalogs and subscriptions of a server under test, changed by the same use cases that its doors will call.

use bursar::actor::Actor;
use bursar::domain::catalog::{self, Document};
use bursar::domain::subscriptions::{Change, change_in_tx, lock_in_tx};
use bursar_entities::enums::{BillingInterval, PlanVersionStatus, SubscriptionStatus};
use bursar_entities::ids::OrganizationId;
use bursar_entities::{plan, plan_version};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::app::TestApp;
use crate::factories::Organization;

impl TestApp {
    /// Applies a catalog, which must be one.
    pub async fn apply_catalog(&self, source: &str) {
        let document = Document::parse(source).expect("a catalog");
        catalog::apply(&self.app, &Actor::system(), &document, false)
            .await
            .expect("it applies");
    }

    /// Moves an organization to a plan at these terms, now.
    pub async fn subscribe(
        &self,
        organization: &Organization,
        key: &str,
        interval: BillingInterval,
        price_minor: i64,
        status: SubscriptionStatus,
    ) {
        let app = &self.app;
        let tx = app.db.begin().await.expect("begun");
        let plan = plan::Entity::find()
            .filter(plan::Column::Key.eq(key))
            .one(&*tx)
            .await
            .expect("read")
            .expect("the plan");
        let version = plan_version::Entity::find()
            .filter(plan_version::Column::PlanId.eq(plan.id))
            .filter(plan_version::Column::Status.eq(PlanVersionStatus::Published))
            .one(&*tx)
            .await
            .expect("read")
            .expect("a published version");
        let id = OrganizationId(organization.id.parse().expect("an id"));
        let subscription = lock_in_tx(&*tx, id).await.expect("locked");
        let change = Change {
            plan_version: version.id,
            interval,
            price_minor,
            status,
            ..Change::of(&subscription, app.now())
        };
        let changed = change_in_tx(&*tx, app, &Actor::system(), &subscription, change)
            .await
            .expect("changed");
        tx.commit().await.expect("committed");
        changed.quotas.publish(app);
    }

    /// Moves an organization to a plan that is paid monthly, now.
    pub async fn change_plan(&self, organization: &Organization, key: &str) {
        let (monthly, active) = (BillingInterval::Monthly, SubscriptionStatus::Active);
        self.subscribe(organization, key, monthly, 0, active).await;
    }
}
