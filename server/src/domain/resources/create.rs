//! `createResource`: consumes everything that the resource takes, or nothing, and makes the resource in the same
//! transaction.

use std::collections::HashMap;
use std::sync::Arc;

use bursar_entities::enums::{ResourceStatus, UsageOperation};
use bursar_entities::ids::{MeterId, OrganizationId, ResourceId};
use bursar_entities::{
    meter, organization, resource, resource_amount, resource_kind, resource_need,
};
use rust_decimal::Decimal;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set,
};
use sha2::{Digest, Sha256};

use super::list::amounts;
use super::needs::{Take, takes};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, Reach, authorize_change_of_resources};
use crate::domain::audit::{self, Entry};
use crate::domain::quotas::{
    Change, Decision, Demand, Fingerprint, Request, apply_in_tx, lock_in_tx, replay_in_tx,
    shortened,
};
use crate::error::{Code, Error, Result};

/// What to create.
#[derive(Clone, Debug)]
pub struct Input {
    /// In which organization.
    pub organization: OrganizationId,
    /// The key of the kind.
    pub kind: String,
    /// Display name, 1 to 255 characters.
    pub name: String,
    /// The resource that it belongs to, where the kind wants one.
    pub parent: Option<ResourceId>,
    /// Meter keys and amounts, where the kind asks for them.
    pub amounts: Vec<(String, Decimal)>,
    /// Makes a repetition harmless.
    pub key: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Created {
    /// The resource; none when a quota refused it.
    pub resource: Option<resource::Model>,
    /// The decision about each meter and cap.
    pub decisions: Vec<Decision>,
}

/// Creates a resource when every quota and cap that it touches allows it (QUO-3). A refusal is a decision, not an error.
///
/// # Errors
/// As [`authorize_change_of_resources`] for `org.resources.create`; `VALIDATION` for a kind, parent, name or amounts that do not
/// fit; `CONFLICT` for a key that was used for something else.
pub async fn create(app: &App, actor: &Actor, input: &Input) -> Result<Created> {
    actor.require_identity()?;
    let tx = app.db.begin().await?;
    // Locked first: a caller whose role is being taken away creates nothing any more, and nothing is created in an
    // organization that is being deleted or archived.
    lock_in_tx(&*tx, input.organization).await?;
    let needed = Permission::ResourcesCreate;
    let (_, reach) = authorize_change_of_resources(&*tx, actor, input.organization, needed).await?;
    require_reach_in_tx(&*tx, &reach, input).await?;
    check(input)?;
    let kind = kind(&*tx, &input.kind).await?;
    let fingerprint = fingerprint(input);
    if let Some(first) =
        replay_in_tx(&*tx, input.organization, input.key.as_deref(), &fingerprint).await?
    {
        let granted = first.decisions.iter().all(|decision| decision.allowed);
        let resource = match first.resource.filter(|_| granted) {
            Some(id) => {
                resource::Entity::find_in(input.organization)
                    .filter(resource::Column::Id.eq(id))
                    .one(&*tx)
                    .await?
            }
            None => None,
        };
        return Ok(Created {
            resource,
            decisions: first.decisions,
        });
    }
    let parent = parent_amounts(&*tx, input, &kind).await?;
    let takes = takes_of(&*tx, &kind, &input.amounts, &parent).await?;
    let id = app.new_id();
    let change = consume_in_tx(&*tx, app, actor, input, &takes, fingerprint, id).await?;
    let resource = if change.allowed() {
        Some(insert_in_tx(&*tx, app, actor, input, &kind, &takes, id).await?)
    } else {
        None
    };
    tx.commit().await?;
    change.publish(app);
    Ok(Created {
        resource,
        decisions: change.decisions,
    })
}

/// Who works in some projects only, creates below those only.
async fn require_reach_in_tx(
    tx: &impl ConnectionTrait,
    reach: &Reach,
    input: &Input,
) -> Result<()> {
    if *reach == Reach::Everything {
        return Ok(());
    }
    let Some(parent) = input.parent else {
        let error = Error::forbidden(Permission::ResourcesCreate.code());
        return Err(error.at(&["parentId"]));
    };
    resource::Entity::find_in(input.organization)
        .filter(resource::Column::Id.eq(parent))
        .filter(reach.condition())
        .one(tx)
        .await?
        .map(drop)
        .ok_or_else(|| Error::not_found("The parent resource"))
}

fn check(input: &Input) -> Result<()> {
    if !(1..=255).contains(&input.name.trim().chars().count()) {
        return Err(Error::validation("name", "A name has 1 to 255 characters"));
    }
    if input
        .key
        .as_ref()
        .is_some_and(|key| key.is_empty() || key.len() > 200)
    {
        return Err(Error::validation(
            "idempotencyKey",
            "A key has 1 to 200 bytes",
        ));
    }
    Ok(())
}

async fn kind(connection: &impl ConnectionTrait, key: &str) -> Result<resource_kind::Model> {
    resource_kind::Entity::find()
        .filter(resource_kind::Column::Key.eq(key))
        .one(connection)
        .await?
        .ok_or_else(|| {
            Error::validation(
                "kind",
                format!("There is no resource kind `{key}`; see `resourceKinds`"),
            )
        })
}

/// What the parent takes of each meter; checks that there is one where the kind wants one, and only there.
async fn parent_amounts(
    connection: &impl ConnectionTrait,
    input: &Input,
    kind: &resource_kind::Model,
) -> Result<HashMap<MeterId, i64>> {
    let invalid = |message: &str| Error::new(Code::Validation, message).at(&["parentId"]);
    let (parent, wanted) = match (input.parent, kind.parent_kind_id) {
        (None, None) => return Ok(HashMap::new()),
        (None, Some(_)) => return Err(invalid("This kind of resource needs a parent")),
        (Some(parent), wanted) => (parent, wanted),
    };
    let parent = resource::Entity::find_in(input.organization)
        .filter(resource::Column::Id.eq(parent))
        .filter(resource::Column::Status.eq(ResourceStatus::Active))
        .one(connection)
        .await?
        .ok_or_else(|| Error::not_found("The parent resource"))?;
    if wanted.is_some_and(|wanted| wanted != parent.kind_id) {
        return Err(invalid(
            "The parent is a resource of another kind than this one needs",
        ));
    }
    let rows = amounts(connection, &[parent.id])
        .await?
        .remove(&parent.id)
        .unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|(meter, units)| (meter.id, units))
        .collect())
}

async fn takes_of(
    connection: &impl ConnectionTrait,
    kind: &resource_kind::Model,
    named: &[(String, Decimal)],
    parent: &HashMap<MeterId, i64>,
) -> Result<Vec<Take>> {
    let needs = resource_need::Entity::find()
        .filter(resource_need::Column::KindId.eq(kind.id))
        .order_by_asc(resource_need::Column::Position)
        .all(connection)
        .await?;
    let meters = meter::Entity::find().all(connection).await?;
    let meters = meters
        .into_iter()
        .map(|meter| (meter.id, Arc::new(meter)))
        .collect();
    Ok(takes(&needs, &meters, named, parent)?)
}

async fn consume_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    input: &Input,
    takes: &[Take],
    fingerprint: Fingerprint,
    resource: ResourceId,
) -> Result<Change> {
    let demands: Vec<Demand> = takes
        .iter()
        .filter(|take| take.units > 0)
        .flat_map(|take| {
            let of = |meter: &Arc<meter::Model>| Demand {
                meter: Arc::clone(meter),
                units: take.units,
            };
            std::iter::once(of(&take.meter)).chain(take.cap.as_ref().map(of))
        })
        .collect();
    let request = Request {
        organization: input.organization,
        operation: UsageOperation::Consume,
        demands: &demands,
        key: input.key.as_deref(),
        fingerprint,
        occurred_at: app.now(),
        resource: Some(resource),
    };
    apply_in_tx(tx, app, actor, &request).await
}

async fn insert_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    input: &Input,
    kind: &resource_kind::Model,
    takes: &[Take],
    id: ResourceId,
) -> Result<resource::Model> {
    let row = resource::Model {
        id,
        organization_id: input.organization,
        kind_id: kind.id,
        parent_id: input.parent,
        name: input.name.trim().to_owned(),
        status: ResourceStatus::Active,
        created_at: app.now(),
        deleted_at: None,
    };
    resource::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(tx)
        .await?;
    let amounts = takes.iter().map(|take| resource_amount::ActiveModel {
        resource_id: Set(id),
        meter_id: Set(take.meter.id),
        amount: Set(take.units),
    });
    if !takes.is_empty() {
        resource_amount::Entity::insert_many(amounts)
            .exec_without_returning(tx)
            .await?;
    }
    if kind.pins_slug {
        organization::Entity::update_many()
            .col_expr(organization::Column::SlugPinnedAt, Expr::value(app.now()))
            .filter(organization::Column::Id.eq(input.organization))
            .filter(organization::Column::SlugPinnedAt.is_null())
            .exec(tx)
            .await?;
    }
    let mut entry = Entry::new("resource_created", "resource")
        .organization(input.organization)
        .resource(id.0, &row.name)
        .value("kind", kind.key.as_str());
    for take in takes {
        let amount = crate::domain::quotas::from_units(take.units, &take.meter);
        entry = entry.value(&take.meter.key, amount.to_string());
    }
    audit::append_in_tx(tx, app, actor, entry).await?;
    Ok(row)
}

/// What the key stands for: everything that the caller said.
fn fingerprint(input: &Input) -> Fingerprint {
    let mut digest = Sha256::new();
    let mut part = |text: &str| {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    };
    part("create");
    part(&input.kind);
    part(&input.name);
    part(
        &input
            .parent
            .map(|parent| parent.to_string())
            .unwrap_or_default(),
    );
    for (meter, amount) in &input.amounts {
        part(meter);
        part(&amount.normalize().to_string());
    }
    shortened(digest)
}
