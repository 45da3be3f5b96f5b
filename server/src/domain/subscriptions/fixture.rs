//! A small world to try subscriptions in: a migrated SQLite file, a clock that is moved by hand, a catalog of four
//! plans, and organizations.

use bursar_entities::enums::{BillingInterval, PlanVersionStatus, SubscriptionStatus};
use bursar_entities::ids::{OrganizationId, PlanVersionId, SessionId, UserId};
use bursar_entities::{
    catalog_state, membership, organization, organization_head, plan, plan_price,
    plan_subscription, plan_version, user,
};
use bursar_migration::{Migrator, MigratorTrait};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use serde_json::json;
use uuid::Uuid;

use super::{Change, change_in_tx, lock_in_tx, start_default_in_tx};
use crate::actor::{Actor, Identity, Origin, UserIdentity};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, Source};
use crate::db::Database;
use crate::error::Result;

/// Key, tier, trial days, dollars a month and a year in cents.
const PLANS: [(&str, i32, i32, i64, i64); 4] = [
    ("free", 0, 0, 0, 0),
    ("starter", 1, 0, 2_900, 27_840),
    ("professional", 2, 14, 7_900, 75_840),
    ("business", 3, 0, 19_900, 191_040),
];

pub(crate) struct World {
    pub(crate) app: App,
    _folder: tempfile::TempDir,
}

impl World {
    /// A world whose clock stands at `now` and whose catalog starts new organizations on `default_plan`.
    pub(crate) async fn new(now: &str, default_plan: &str) -> Self {
        let world = Self::without_catalog(now).await;
        let db = world.app.db.reader();
        for (key, tier, trial_days, monthly, annual) in PLANS {
            world
                .plan(db, key, tier, trial_days, [monthly, annual])
                .await;
        }
        let state = catalog_state::Model {
            id: 1,
            name: "test".into(),
            default_plan_key: default_plan.into(),
            default_currency: "USD".into(),
            trial_plan_key: None,
            applied_at: world.app.now(),
            terms_version: 1,
        };
        catalog_state::Entity::insert(state.into_active_model())
            .exec_without_returning(db)
            .await
            .expect("catalog state");
        world
    }

    /// A migrated, empty world.
    pub(crate) async fn without_catalog(now: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!(
            "sqlite://{}?mode=rwc",
            folder.path().join("test.db").display()
        );
        let db = Database::connect(&url).await.expect("a database");
        Migrator::up(db.reader(), None).await.expect("migrations");
        let config = Config::from_source(&Source::from_pairs([])).expect("defaults");
        let now: DateTime<Utc> = now.parse().expect("a moment");
        Self {
            app: App::new(db, Clock::manual(now), config),
            _folder: folder,
        }
    }

    async fn plan(
        &self,
        db: &impl ConnectionTrait,
        key: &str,
        tier: i32,
        trial_days: i32,
        prices: [i64; 2],
    ) {
        let now = self.app.now();
        let plan = plan::Model {
            id: self.app.new_id(),
            key: key.into(),
            name: key.to_uppercase(),
            description: String::new(),
            tier,
            is_public: true,
            archived_at: None,
            created_at: now,
            updated_at: now,
        };
        let version = plan_version::Model {
            id: self.app.new_id(),
            plan_id: plan.id,
            number: 1,
            status: PlanVersionStatus::Published,
            trial_days,
            created_at: now,
            published_at: Some(now),
        };
        let prices = [BillingInterval::Monthly, BillingInterval::Annual]
            .into_iter()
            .zip(prices)
            .map(|(interval, amount)| plan_price::ActiveModel {
                id: Set(self.app.new_id()),
                plan_version_id: Set(version.id),
                currency: Set("USD".into()),
                billing_interval: Set(interval),
                amount_minor: Set(amount),
            });
        plan::Entity::insert(plan.into_active_model())
            .exec_without_returning(db)
            .await
            .expect("plan");
        plan_version::Entity::insert(version.clone().into_active_model())
            .exec_without_returning(db)
            .await
            .expect("version");
        plan_price::Entity::insert_many(prices)
            .exec_without_returning(db)
            .await
            .expect("prices");
    }

    /// Moves the clock.
    pub(crate) fn wait(&self, by: TimeDelta) {
        assert!(self.app.clock.advance(by), "the clock is moved by hand");
    }

    /// A user who runs nothing.
    pub(crate) async fn user(&self, email: &str) -> Actor {
        let now = self.app.now();
        let row = user::Model {
            id: self.app.new_id(),
            email: email.into(),
            name: email.into(),
            password_hash: String::new(),
            is_system_admin: false,
            two_factor_enabled_at: None,
            created_at: now,
            updated_at: now,
        };
        user::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(self.app.db.reader())
            .await
            .expect("user");
        actor(row.id, email)
    }

    /// An organization owned by `owner`, on the default plan.
    pub(crate) async fn organization(&self, slug: &str, owner: &Actor) -> Result<OrganizationId> {
        let tx = self.app.db.begin().await?;
        let now = self.app.now();
        let row = organization::Model {
            id: self.app.new_id(),
            name: slug.into(),
            slug: slug.into(),
            description: None,
            website: None,
            logo_url: None,
            billing_email: "billing@example.com".into(),
            settings: json!({}),
            is_active: true,
            owner_id: owner.user()?.id,
            version: 1,
            slug_pinned_at: None,
            created_at: now,
            updated_at: now,
            deleted_at: None,
            archived_at: None,
        };
        let head = organization_head::Model {
            organization_id: row.id,
            event_sequence: 0,
            terms_version: 1,
        };
        organization::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&*tx)
            .await?;
        organization_head::Entity::insert(head.into_active_model())
            .exec_without_returning(&*tx)
            .await?;
        self.join(&*tx, row.id, owner, "org_owner").await;
        start_default_in_tx(&*tx, &self.app, owner, row.id).await?;
        tx.commit().await?;
        Ok(row.id)
    }

    /// Makes `member` a member.
    pub(crate) async fn join(
        &self,
        connection: &impl ConnectionTrait,
        organization: OrganizationId,
        member: &Actor,
        role: &str,
    ) {
        let now = self.app.now();
        let row = membership::Model {
            id: self.app.new_id(),
            organization_id: organization,
            user_id: member.user().expect("a user").id,
            role_key: role.into(),
            created_at: now,
            updated_at: now,
        };
        membership::Entity::insert(row.into_active_model())
            .exec_without_returning(connection)
            .await
            .expect("membership");
    }

    /// The published version of a plan.
    pub(crate) async fn version(&self, key: &str) -> PlanVersionId {
        let db = self.app.db.reader();
        let plan = plan::Entity::find()
            .filter(plan::Column::Key.eq(key))
            .one(db)
            .await
            .expect("read")
            .expect("plan");
        plan_version::Entity::find()
            .filter(plan_version::Column::PlanId.eq(plan.id))
            .one(db)
            .await
            .expect("read")
            .expect("version")
            .id
    }

    /// Changes the subscription of `organization` now.
    pub(crate) async fn change(
        &self,
        organization: OrganizationId,
        change: impl FnOnce(Change) -> Change,
    ) -> Result<plan_subscription::Model> {
        let tx = self.app.db.begin().await?;
        let subscription = lock_in_tx(&*tx, organization).await?;
        let change = change(Change::of(&subscription, self.app.now()));
        let changed =
            change_in_tx(&*tx, &self.app, &Actor::system(), &subscription, change).await?;
        tx.commit().await?;
        changed.quotas.publish(&self.app);
        Ok(changed.subscription)
    }

    /// Moves `organization` to a plan that is paid monthly.
    pub(crate) async fn pay(
        &self,
        organization: OrganizationId,
        plan: &str,
    ) -> plan_subscription::Model {
        let plan_version = self.version(plan).await;
        let (.., price_minor, _) = PLANS
            .into_iter()
            .find(|(key, ..)| *key == plan)
            .expect("a plan of the fixture");
        self.change(organization, |terms| Change {
            plan_version,
            price_minor,
            status: SubscriptionStatus::Active,
            ..terms
        })
        .await
        .expect("a change that is allowed")
    }
}

fn actor(id: UserId, email: &str) -> Actor {
    Actor {
        identity: Identity::User(UserIdentity {
            id,
            email: email.into(),
            is_system_admin: false,
            session_id: SessionId(Uuid::nil()),
        }),
        origin: Origin::default(),
    }
}
