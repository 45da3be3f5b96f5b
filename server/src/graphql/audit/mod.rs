//! The audit log in the graph.

pub mod verification;

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, SimpleObject};
use bursar_entities::audit_entry::Model;
use bursar_entities::enums;
use bursar_entities::ids::{AuditEntryId, OrganizationId};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;

pub use verification::AuditVerificationQuery;

use super::context::RequestContext;
use super::organizations::Organization;
use super::pagination::{List, list};
use super::scalars::{JsonObject, Quantity, id, parse_id};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit;
use crate::domain::paging::{PageArguments, PageRequest};
use crate::error::Result;

/// On whose behalf something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::ActorKind")]
pub enum ActorKind {
    /// A person.
    User,
    /// An API key of an organization.
    ApiKey,
    /// Bursar itself: jobs, start-up, the command line.
    System,
    /// A payment provider.
    Provider,
}

/// Who did something, as known at that time.
#[derive(Clone, Debug, SimpleObject)]
pub struct AuditActor {
    /// On whose behalf.
    kind: ActorKind,
    /// Which user or key.
    id: Option<ID>,
    /// The user's address at that time.
    email: Option<String>,
}

/// An entry of the audit log: who did what to which thing, when and from where. Entries of an organization form a
/// hash chain, so that any later change can be told (AUD-3).
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AuditEntry {
    #[graphql(skip)]
    model: Model,
    /// The entry's id.
    pub(super) id: ID,
    /// Its place in the chain of its organization: 1, 2, 3 …
    sequence: Quantity,
    /// When it happened.
    timestamp: DateTime<Utc>,
    /// Who did it.
    actor: AuditActor,
    /// What was done, such as `org_created`.
    action: String,
    /// What kind of thing it was done to.
    resource_type: String,
    /// Which one.
    resource_id: Option<ID>,
    /// Its name at that time.
    resource_name: Option<String>,
    /// Where the request came from.
    ip: Option<String>,
    /// What sent it.
    user_agent: Option<String>,
    /// The request's id.
    request_id: Option<String>,
    /// SHA-256 over the entry and `previousHash`, in hexadecimal; what the entry tells of people counts through a digest.
    hash: String,
    /// The hash of the entry before it; zeros for the first.
    previous_hash: String,
}

#[ComplexObject]
impl AuditEntry {
    /// The organization in which it happened; null for what concerns the platform, and once the organization is purged.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        let Some(id) = self.model.organization_id else {
            return Ok(None);
        };
        let organizations = &ctx.loaders().organizations.organizations;
        Ok(organizations.load(id).await?.map(Into::into))
    }

    /// What changed: `changedFields`, `oldValues`, `newValues`; nothing once the organization has been purged.
    async fn details(&self) -> JsonObject {
        JsonObject(serde_json::from_str(&self.model.details).unwrap_or_default())
    }
}

impl From<Model> for AuditEntry {
    fn from(model: Model) -> Self {
        Self {
            id: id(model.id),
            sequence: Quantity::from(model.sequence),
            timestamp: model.occurred_at,
            actor: AuditActor {
                kind: model.actor_kind.into(),
                id: model.actor_id.map(|id| ID(id.to_string())),
                email: model.actor_email.clone(),
            },
            action: model.action.clone(),
            resource_type: model.resource_type.clone(),
            resource_id: model.resource_id.map(|id| ID(id.to_string())),
            resource_name: model.resource_name.clone(),
            ip: model.ip.clone(),
            user_agent: model.user_agent.clone(),
            request_id: model.request_id.clone(),
            hash: hex::encode(&model.hash),
            previous_hash: hex::encode(&model.previous_hash),
            model,
        }
    }
}

/// Which entries of the audit log are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AuditLogFilter {
    /// Of this organization; without it entries of all, for system admins only.
    organization_id: Option<ID>,
    /// By this user or key.
    actor_id: Option<ID>,
    /// One of these actions.
    actions: Option<Vec<String>>,
    /// About this type of thing.
    resource_type: Option<String>,
    /// About this very thing.
    resource_id: Option<ID>,
    /// From this moment on, inclusive.
    from: Option<DateTime<Utc>>,
    /// Before this moment.
    to: Option<DateTime<Utc>>,
    /// Containing this text in action, resource name, actor's email or details, whatever the case.
    text: Option<String>,
}

impl AuditLogFilter {
    fn into_domain(self) -> Result<audit::Filter> {
        let uuid = |id: Option<ID>| {
            id.map(|id| parse_id::<AuditEntryId>(&id, "The id"))
                .transpose()
        };
        let filter = audit::Filter {
            organization: self
                .organization_id
                .map(|id| parse_id(&id, "The organization"))
                .transpose()?,
            actor: uuid(self.actor_id)?.map(|id| id.0),
            actions: self.actions,
            resource_type: self.resource_type,
            resource_id: uuid(self.resource_id)?.map(|id| id.0),
            from: self.from,
            to: self.to,
            text: self.text,
        };
        filter.checked()
    }
}

/// A page of the audit log.
pub(crate) async fn entries(
    ctx: &Context<'_>,
    filter: audit::Filter,
    arguments: PageArguments,
) -> async_graphql::Result<List<AuditEntry>> {
    let page = PageRequest::new(&arguments)?;
    let entries = audit::list(ctx.app(), ctx.actor(), &filter, &page).await?;
    Ok(list(
        entries,
        |entry| entry.id,
        AuditEntry::from,
        move |app, actor| {
            let filter = filter.clone();
            async move { audit::count(app, actor, &filter).await }.boxed()
        },
    ))
}

/// The log of one organization.
pub(crate) fn of_organization(organization: OrganizationId) -> audit::Filter {
    audit::Filter {
        organization: Some(organization),
        ..audit::Filter::default()
    }
}

/// Queries of the audit log.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// The audit log, newest first. Needs `org.audit.view` in the organization; without an organization it is for
    /// system admins.
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entries.")] filter: Option<AuditLogFilter>,
        #[graphql(desc = "The first so many, at most 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<List<AuditEntry>> {
        let filter = filter.unwrap_or_default().into_domain()?;
        entries(
            ctx,
            filter,
            PageArguments {
                first,
                after,
                last,
                before,
            },
        )
        .await
    }
}

/// The entries among `ids`, for `node` and `nodes`.
pub(crate) async fn nodes(
    app: &App,
    actor: &Actor,
    ids: &[uuid::Uuid],
) -> Result<HashMap<uuid::Uuid, AuditEntry>> {
    let ids: Vec<AuditEntryId> = ids.iter().copied().map(AuditEntryId).collect();
    let found = audit::by_ids(app, actor, &ids).await?;
    Ok(found
        .into_iter()
        .map(|(id, model)| (id.0, model.into()))
        .collect())
}
