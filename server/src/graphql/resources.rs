//! Resources in the graph.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use bursar_entities::ids::{OrganizationId, ResourceId};
use bursar_entities::resource::Model;
use bursar_entities::{enums, meter};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use uuid::Uuid;

use super::catalog::{Meter, ResourceKind};
use super::context::RequestContext;
use super::loaders::SetLoader;
use super::organizations::Organization;
use super::pagination::{List, list};
use super::payload::{Payload, UserError, settle};
use super::quotas::{QuotaDecision, QuotaItemInput, binding};
use super::scalars::{Quantity, id, parse_id};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, Reach};
use crate::domain::paging::{PageArguments, PageRequest};
use crate::domain::resources::{self, Created};
use crate::error::Result;

/// The life of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::ResourceStatus")]
pub enum ResourceStatus {
    /// Counts against quotas.
    Active,
    /// Gone; counts no longer.
    Deleted,
}

/// What a resource takes of a meter.
#[derive(Clone, Debug, SimpleObject)]
pub struct ResourceAmount {
    /// The meter.
    meter: Meter,
    /// How much, in the meter's unit.
    amount: Quantity,
}

/// Something that an organization has created, such as a project or an environment.
#[derive(Clone, Debug)]
pub struct Resource {
    model: Model,
    id: ID,
}

/// Something that an organization has created, such as a project or an environment.
#[Object]
impl Resource {
    /// The resource's id.
    pub(crate) async fn id(&self) -> &ID {
        &self.id
    }

    /// What kind of resource it is.
    async fn kind(&self, ctx: &Context<'_>) -> async_graphql::Result<ResourceKind> {
        Ok(ResourceKind::from(
            ctx.loaders()
                .catalog
                .resource_kinds
                .require(self.model.kind_id)
                .await?,
        ))
    }

    /// Display name.
    async fn name(&self) -> &str {
        &self.model.name
    }

    /// Active or deleted.
    async fn status(&self) -> ResourceStatus {
        self.model.status.into()
    }

    /// The resource that it belongs to.
    async fn parent(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Resource>> {
        let Some(parent) = self.model.parent_id else {
            return Ok(None);
        };
        Ok(ctx
            .loaders()
            .resources
            .resources
            .load(parent)
            .await?
            .map(Self::from))
    }

    /// What it takes of each meter.
    async fn amounts(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ResourceAmount>> {
        let amounts = ctx
            .loaders()
            .resources
            .amounts
            .require(self.model.id)
            .await?;
        let amount = |(meter, units): (Arc<meter::Model>, i64)| ResourceAmount {
            amount: Quantity::from_units(units, meter.scale),
            meter: Meter::from((*meter).clone()),
        };
        Ok(amounts.into_iter().map(amount).collect())
    }

    /// Whose it is.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Organization> {
        let found = ctx
            .loaders()
            .organizations
            .organizations
            .require(self.model.organization_id)
            .await?;
        Ok(Organization::from(found))
    }

    /// Whether the viewer may create something below it.
    async fn viewer_can_create_below(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        // What the viewer sees of a resource is within the reach of every permission that their role has about resources.
        let reach = self.reach(ctx, Permission::ResourcesCreate).await?;
        Ok(self.is_active() && reach.is_some())
    }

    /// Whether the viewer may delete it, once nothing belongs to it. Who works in some projects only deletes what lies below
    /// them, and not the projects.
    async fn viewer_can_delete(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        let reach = self.reach(ctx, Permission::ResourcesDelete).await?;
        Ok(self.is_active() && reach.is_some_and(|reach| !reach.names(self.model.id)))
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime<Utc> {
        self.model.created_at
    }
}

impl Resource {
    fn is_active(&self) -> bool {
        self.model.status == enums::ResourceStatus::Active
    }

    async fn reach(
        &self,
        ctx: &Context<'_>,
        permission: Permission,
    ) -> async_graphql::Result<Option<Reach>> {
        let reaches = &ctx.loaders().resources.reaches;
        Ok(reaches
            .load((self.model.organization_id, permission))
            .await?)
    }
}

/// The resources among `ids` that the viewer may see, in the same order.
pub(crate) async fn visible(
    ctx: &Context<'_>,
    ids: Vec<ResourceId>,
) -> async_graphql::Result<Vec<Resource>> {
    let resources = &ctx.loaders().resources.resources;
    let found = futures_util::future::try_join_all(ids.into_iter().map(|id| resources.load(id)));
    let found = found.await?.into_iter().flatten();
    Ok(found.map(Resource::from).collect())
}

impl From<Model> for Resource {
    fn from(model: Model) -> Self {
        Self {
            id: id(model.id),
            model,
        }
    }
}

/// What to create.
#[derive(Clone, Debug, InputObject)]
pub struct CreateResourceInput {
    /// In which organization.
    organization_id: ID,
    /// The key of the kind, such as `environment`; see `resourceKinds`.
    kind: String,
    /// Display name, 1 to 255 characters.
    name: String,
    /// The resource that it belongs to, where the kind wants one.
    parent_id: Option<ID>,
    /// How much it takes of the meters that the kind asks for.
    amounts: Option<Vec<QuotaItemInput>>,
    /// Makes a repetition harmless: the same key with the same arguments gives the first answer again, with other
    /// arguments a CONFLICT. 1 to 200 bytes, unique within the organization.
    idempotency_key: Option<String>,
}

/// The answer to `createResource`.
#[derive(Clone, Debug, SimpleObject)]
pub struct CreateResourcePayload {
    /// The new resource; null when a quota refused it.
    resource: Option<Resource>,
    /// The binding decision about what it takes: the first refusal, else the item that is closest to its limit; null for
    /// a kind that takes nothing.
    decision: Option<QuotaDecision>,
    /// What the caller's user can mend.
    user_errors: Vec<UserError>,
}

impl Payload for CreateResourcePayload {
    type Outcome = Created;

    fn done(created: Created) -> Self {
        Self {
            resource: created.resource.map(Resource::from),
            decision: binding(&created.decisions),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            resource: None,
            decision: None,
            user_errors,
        }
    }
}

/// What to delete.
#[derive(Clone, Debug, InputObject)]
pub struct DeleteResourceInput {
    /// The resource.
    resource_id: ID,
}

/// The answer to `deleteResource`.
#[derive(Clone, Debug, SimpleObject)]
pub struct DeleteResourcePayload {
    /// The resource that is gone.
    deleted_resource_id: Option<ID>,
    /// What the caller's user can mend.
    user_errors: Vec<UserError>,
}

impl Payload for DeleteResourcePayload {
    type Outcome = ResourceId;

    fn done(deleted: ResourceId) -> Self {
        Self {
            deleted_resource_id: Some(id(deleted)),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            deleted_resource_id: None,
            user_errors,
        }
    }
}

/// Mutations of resources.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResourceMutation;

#[Object]
impl ResourceMutation {
    /// Creates a resource when every quota and cap that it touches allows it; otherwise nothing changes and the decision
    /// says which one refused. Needs `org.resources.create`.
    async fn create_resource(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to create.")] input: CreateResourceInput,
    ) -> async_graphql::Result<CreateResourcePayload> {
        let amounts = input.amounts.unwrap_or_default();
        let input = resources::Input {
            organization: parse_id(&input.organization_id, "The organization")?,
            kind: input.kind,
            name: input.name,
            parent: input
                .parent_id
                .map(|id| parse_id(&id, "The parent resource"))
                .transpose()?,
            amounts: amounts
                .into_iter()
                .map(|item| (item.meter, item.amount.0))
                .collect(),
            key: input.idempotency_key,
        };
        settle(resources::create(ctx.app(), ctx.actor(), &input).await)
    }

    /// Deletes a resource and gives back what it took. Deleting it again changes nothing. Needs `org.resources.delete`.
    async fn delete_resource(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to delete.")] input: DeleteResourceInput,
    ) -> async_graphql::Result<DeleteResourcePayload> {
        let resource = parse_id(&input.resource_id, "The resource")?;
        settle(
            resources::delete(ctx.app(), ctx.actor(), resource)
                .await
                .map(|()| resource),
        )
    }
}

/// A page of the active resources of an organization.
pub(crate) async fn of_organization(
    ctx: &Context<'_>,
    organization: OrganizationId,
    kind: Option<String>,
    arguments: PageArguments,
) -> async_graphql::Result<List<Resource>> {
    let page = PageRequest::new(&arguments)?;
    let found =
        resources::list(ctx.app(), ctx.actor(), organization, kind.as_deref(), &page).await?;
    Ok(list(
        found,
        |resource| resource.id,
        Resource::from,
        move |app, actor| {
            let kind = kind.clone();
            async move { resources::count(app, actor, organization, kind.as_deref()).await }.boxed()
        },
    ))
}

/// Loaders of resources.
pub(crate) struct ResourceLoaders {
    /// Resources by id.
    pub(crate) resources: SetLoader<ResourceId, Model>,
    /// What resources take of each meter.
    pub(crate) amounts: SetLoader<ResourceId, Vec<(Arc<meter::Model>, i64)>>,
    /// How far permissions about resources reach.
    pub(crate) reaches: SetLoader<(OrganizationId, Permission), Reach>,
}

impl ResourceLoaders {
    pub(crate) fn new(app: &App, actor: &Actor) -> Self {
        Self {
            resources: SetLoader::new(app, actor, |app, actor, ids| {
                resources::by_ids(app, actor, ids).boxed()
            }),
            amounts: SetLoader::new(app, actor, |app, actor, ids| {
                resources::amounts_of(app, actor, ids).boxed()
            }),
            reaches: SetLoader::new(app, actor, |app, actor, wanted| {
                resources::reaches_of(app, actor, wanted).boxed()
            }),
        }
    }
}

/// The resources among `ids`, for `node` and `nodes`.
pub(crate) async fn nodes(
    app: &App,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Resource>> {
    let ids: Vec<ResourceId> = ids.iter().copied().map(ResourceId).collect();
    let found = resources::by_ids(app, actor, &ids).await?;
    Ok(found
        .into_iter()
        .map(|(id, model)| (id.0, model.into()))
        .collect())
}
