//! Ten thousand organizations with their quotas, written set by set: through the graph they would take minutes.

use bursar::app::App;
use bursar_entities::enums::{
    BillingInterval, MeterKind, OverQuotaPolicy, PlanVersionStatus, QuotaLevel, SubscriptionStatus,
};
use bursar_entities::ids::{MeterId, OrganizationId, PlanId, PlanVersionId, UserId};
use bursar_entities::{
    membership, meter, organization, organization_head, plan, plan_limit, plan_subscription,
    plan_version, quota_counter, quota_override,
};
use chrono::{DateTime, TimeDelta};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _, QueryFilter as _,
};

use crate::failure::Outcome;
use crate::world::{ENGINE_METER, LIMIT, PLAIN_METER};

/// Rows of one INSERT; SQLite allows 32,766 values in a statement.
const CHUNK: usize = 1_000;

/// What has been written.
pub(crate) struct People {
    /// The organizations.
    pub(crate) organizations: Vec<OrganizationId>,
    /// [`ENGINE_METER`].
    pub(crate) engine_meter: MeterId,
    /// [`PLAIN_METER`].
    pub(crate) plain_meter: MeterId,
}

macro_rules! insert {
    ($tx:expr, $table:ident, $rows:expr) => {
        let rows: Vec<$table::Model> = $rows.collect();
        for chunk in rows.chunks(CHUNK) {
            let rows = chunk.iter().cloned().map(|row| row.into_active_model());
            $table::Entity::insert_many(rows)
                .exec_without_returning($tx)
                .await?;
        }
    };
}

/// Writes `count` organizations that `owner` owns, on one plan, each with a counter of both meters.
pub(crate) async fn settle(app: &App, owner: UserId, count: usize) -> Outcome<People> {
    let tx = app.db.begin().await?;
    let meters = [app.new_id(), app.new_id()];
    let (plan, version) = publish_in_tx(&*tx, app, meters).await?;
    let organizations: Vec<OrganizationId> = (0..count).map(|_| app.new_id()).collect();
    let ids = || organizations.iter().copied();
    insert!(&*tx, organization, ids().map(|id| named(app, id, owner)));
    insert!(&*tx, organization_head, ids().map(head));
    insert!(&*tx, membership, ids().map(|id| owned(app, id, owner)));
    insert!(
        &*tx,
        plan_subscription,
        ids().map(|id| subscribed(app, id, plan, version))
    );
    for meter in meters {
        insert!(&*tx, quota_counter, ids().map(|id| unused(app, id, meter)));
    }
    tx.commit().await?;
    let [engine_meter, plain_meter] = meters;
    Ok(People {
        organizations,
        engine_meter,
        plain_meter,
    })
}

/// Gives one organization a limit of its own, and this much used of it.
pub(crate) async fn narrow(
    app: &App,
    organization: OrganizationId,
    meter: MeterId,
    limit: i64,
    used: i64,
) -> Outcome<()> {
    let row = quota_override::Model {
        id: app.new_id(),
        organization_id: organization,
        meter_id: meter,
        limit_amount: Some(limit),
        policy: Some(OverQuotaPolicy::Deny),
        reason: "load".into(),
        expires_at: None,
        created_by: None,
        created_at: app.now(),
    };
    let tx = app.db.begin().await?;
    insert!(&*tx, quota_override, std::iter::once(row));
    quota_counter::Entity::update_many()
        .col_expr(quota_counter::Column::Used, Expr::value(used))
        .filter(quota_counter::Column::OrganizationId.eq(organization))
        .filter(quota_counter::Column::MeterId.eq(meter))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// The two meters, and a plan that allows plenty of both.
async fn publish_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    meters: [MeterId; 2],
) -> Result<(PlanId, PlanVersionId), DbErr> {
    let (plan, version): (PlanId, PlanVersionId) = (app.new_id(), app.new_id());
    let rows = meters.into_iter().zip([ENGINE_METER, PLAIN_METER]);
    insert!(tx, meter, rows.map(|(id, key)| gauge(app, id, key)));
    let row = plan::Model {
        id: plan,
        key: "load".into(),
        name: "Load".into(),
        description: String::new(),
        tier: 0,
        is_public: false,
        archived_at: None,
        created_at: app.now(),
        updated_at: app.now(),
    };
    insert!(tx, plan, std::iter::once(row));
    let row = plan_version::Model {
        id: version,
        plan_id: plan,
        number: 1,
        status: PlanVersionStatus::Published,
        trial_days: 0,
        created_at: app.now(),
        published_at: Some(app.now()),
    };
    insert!(tx, plan_version, std::iter::once(row));
    let limit = |meter_id| plan_limit::Model {
        id: app.new_id(),
        plan_version_id: version,
        meter_id,
        limit_amount: Some(LIMIT),
        policy: OverQuotaPolicy::Deny,
        grace_percent: None,
        grace_days: None,
        overage_per: None,
    };
    insert!(tx, plan_limit, meters.into_iter().map(limit));
    Ok((plan, version))
}

fn gauge(app: &App, id: MeterId, key: &str) -> meter::Model {
    meter::Model {
        id,
        key: key.into(),
        name: key.into(),
        kind: MeterKind::Gauge,
        unit: "calls".into(),
        scale: 0,
        window: None,
        warning_percent: 80,
        alert_percent: 95,
        exceeded_percent: 100,
        counts: None,
        failure_policy: bursar_entities::enums::FailurePolicy::Closed,
        position: 1_000,
        created_at: app.now(),
    }
}

fn named(app: &App, id: OrganizationId, owner: UserId) -> organization::Model {
    organization::Model {
        id,
        name: id.to_string(),
        slug: id.to_string(),
        // Long, so that a reader who selects it often enough is slow for a reason.
        description: Some("load ".repeat(400)),
        website: None,
        logo_url: None,
        billing_email: "load@example.com".into(),
        settings: serde_json::json!({}),
        is_active: true,
        owner_id: owner,
        version: 1,
        slug_pinned_at: None,
        created_at: app.now(),
        updated_at: app.now(),
        deleted_at: None,
        archived_at: None,
    }
}

const fn head(organization_id: OrganizationId) -> organization_head::Model {
    organization_head::Model {
        organization_id,
        event_sequence: 0,
        terms_version: 1,
    }
}

fn owned(app: &App, organization_id: OrganizationId, user_id: UserId) -> membership::Model {
    membership::Model {
        id: app.new_id(),
        organization_id,
        user_id,
        role_key: bursar::domain::access::OWNER.into(),
        created_at: app.now(),
        updated_at: app.now(),
    }
}

fn subscribed(
    app: &App,
    organization_id: OrganizationId,
    plan_id: PlanId,
    plan_version_id: PlanVersionId,
) -> plan_subscription::Model {
    let now = app.now();
    plan_subscription::Model {
        id: app.new_id(),
        organization_id,
        plan_id,
        plan_version_id,
        status: SubscriptionStatus::Active,
        billing_interval: BillingInterval::Monthly,
        currency: "USD".into(),
        price_minor: 0,
        mrr_minor: 0,
        billing_anchor: now,
        current_period_start: now,
        current_period_end: now + TimeDelta::days(30),
        trial_ends_at: None,
        cancel_at_period_end: false,
        cancel_at: None,
        cancelled_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

fn unused(app: &App, organization_id: OrganizationId, meter_id: MeterId) -> quota_counter::Model {
    quota_counter::Model {
        id: app.new_id(),
        organization_id,
        meter_id,
        window_start: DateTime::UNIX_EPOCH,
        window_end: None,
        used: 0,
        reserved: 0,
        reserved_until: None,
        over_since: None,
        level: QuotaLevel::Normal,
        updated_at: app.now(),
    }
}
