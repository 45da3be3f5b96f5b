//! Organizations and what they leave behind, put straight into the tables.

use bursar_entities::enums::{BillingInterval, QuotaLevel, SubscriptionStatus};
use bursar_entities::ids::{MembershipId, OrganizationId, SessionId, UserId};
use bursar_entities::{
    membership, organization, plan_subscription, plan_version, quota_counter, resource, user,
};
use sea_orm::{EntityTrait, IntoActiveModel};

use super::World;
use crate::actor::{Actor, Identity, Origin, UserIdentity};
use crate::domain::catalog::{current_version, kind_by_key, meters_by_key, plan_by_key};

/// Somebody with an organization, signed in.
pub(super) struct Customer {
    pub(super) actor: Actor,
    pub(super) organization: OrganizationId,
}

/// A system admin, signed in.
pub(super) async fn admin(world: &World) -> Actor {
    person(world, "admin", true).await.0
}

async fn person(world: &World, name: &str, is_system_admin: bool) -> (Actor, UserId) {
    let (app, now) = (&world.app, world.app.now());
    let row = user::Model {
        id: app.new_id(),
        email: format!("{name}@example.com"),
        name: name.to_owned(),
        password_hash: "unusable".to_owned(),
        is_system_admin,
        two_factor_enabled_at: None,
        created_at: now,
        updated_at: now,
    };
    let identity = UserIdentity {
        id: row.id,
        email: row.email.clone(),
        is_system_admin,
        session_id: app.new_id::<SessionId>(),
    };
    let id = row.id;
    user::Entity::insert(row.into_active_model())
        .exec_without_returning(app.db.reader())
        .await
        .expect("a user");
    let actor = Actor {
        identity: Identity::User(identity),
        origin: Origin::default(),
    };
    (actor, id)
}

/// Somebody with an organization that is subscribed to the current version of `plan`.
pub(super) async fn customer(world: &World, name: &str, plan: &str) -> Customer {
    let (app, db, now) = (&world.app, world.app.db.reader(), world.app.now());
    let (actor, owner) = person(world, name, false).await;
    let row = organization::Model {
        id: app.new_id(),
        name: name.to_owned(),
        slug: name.to_owned(),
        description: None,
        website: None,
        logo_url: None,
        billing_email: format!("{name}@example.com"),
        settings: serde_json::json!({}),
        is_active: true,
        owner_id: owner,
        version: 1,
        slug_pinned_at: None,
        created_at: now,
        updated_at: now,
        deleted_at: None,
        archived_at: None,
    };
    let organization = row.id;
    organization::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await
        .expect("an organization");
    let row = membership::Model {
        id: app.new_id::<MembershipId>(),
        organization_id: organization,
        user_id: owner,
        role_key: "org_owner".to_owned(),
        created_at: now,
        updated_at: now,
    };
    membership::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await
        .expect("a membership");
    subscribe(world, organization, plan).await;
    Customer {
        actor,
        organization,
    }
}

async fn subscribe(world: &World, organization: OrganizationId, plan: &str) {
    let (app, db, now) = (&world.app, world.app.db.reader(), world.app.now());
    let plan = plan_by_key(db, plan)
        .await
        .expect("reads")
        .expect("the plan");
    let version: plan_version::Model = current_version(db, plan.id)
        .await
        .expect("reads")
        .expect("a version");
    let row = plan_subscription::Model {
        id: app.new_id(),
        organization_id: organization,
        plan_id: plan.id,
        plan_version_id: version.id,
        status: SubscriptionStatus::Active,
        billing_interval: BillingInterval::Monthly,
        currency: "USD".to_owned(),
        price_minor: 0,
        mrr_minor: 0,
        billing_anchor: now,
        current_period_start: now,
        current_period_end: now + chrono::TimeDelta::days(30),
        trial_ends_at: None,
        cancel_at_period_end: false,
        cancel_at: None,
        cancelled_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    plan_subscription::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await
        .expect("a subscription");
}

/// Something counted on `meter`.
pub(super) async fn count(world: &World, organization: OrganizationId, meter: &str) {
    let db = world.app.db.reader();
    let meter = meters_by_key(db)
        .await
        .expect("reads")
        .remove(meter)
        .expect("the meter");
    let row = quota_counter::Model {
        id: world.app.new_id(),
        organization_id: organization,
        meter_id: meter.id,
        window_start: chrono::DateTime::UNIX_EPOCH,
        window_end: None,
        used: 1,
        reserved: 0,
        reserved_until: None,
        over_since: None,
        level: QuotaLevel::Normal,
        updated_at: world.app.now(),
    };
    quota_counter::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await
        .expect("a counter");
}

/// A resource of `kind`.
pub(super) async fn create(world: &World, organization: OrganizationId, kind: &str) {
    let db = world.app.db.reader();
    let kind = kind_by_key(db, kind)
        .await
        .expect("reads")
        .expect("the kind");
    let row = resource::Model {
        id: world.app.new_id(),
        organization_id: organization,
        kind_id: kind.id,
        parent_id: None,
        name: "one".to_owned(),
        status: bursar_entities::enums::ResourceStatus::Active,
        created_at: world.app.now(),
        deleted_at: None,
    };
    resource::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await
        .expect("a resource");
}
