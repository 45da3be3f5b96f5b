//! Relay's global object identification: `node(id:)` and `nodes(ids:)`.

use std::collections::HashMap;

use async_graphql::{Context, ID, Interface, Object};
use uuid::Uuid;

use super::api_keys::ApiKey;
use super::audit::AuditEntry;
use super::catalog::{AddOn, Meter, Plan, PlanVersion, ResourceKind};
use super::connections::ConnectedService;
use super::context::RequestContext;
use super::identity::User;
use super::members::{Invitation, Membership};
use super::organizations::Organization;
use super::quotas::QuotaThresholdEvent;
use super::resources::Resource;
use super::subscriptions::{PlanSubscription, SubscriptionChange};
use crate::actor::Actor;
use crate::app::App;
use crate::error::{Code, Error, Result};

/// Anything that has an id of its own and can be fetched by it.
#[derive(Clone, Debug, Interface)]
#[graphql(field(
    name = "id",
    ty = "&ID",
    desc = "The object's id: a UUID, unique over all types."
))]
pub enum Node {
    /// An add-on.
    AddOn(AddOn),
    /// An API key.
    ApiKey(ApiKey),
    /// An entry of the audit log.
    AuditEntry(AuditEntry),
    /// A connection.
    ConnectedService(ConnectedService),
    /// An invitation.
    Invitation(Invitation),
    /// A membership.
    Membership(Membership),
    /// A meter.
    Meter(Meter),
    /// An organization.
    Organization(Organization),
    /// A plan.
    Plan(Plan),
    /// A version of a plan.
    PlanVersion(PlanVersion),
    /// A kind of resource.
    ResourceKind(ResourceKind),
    /// A quota that crossed a threshold.
    QuotaThresholdEvent(QuotaThresholdEvent),
    /// A resource.
    Resource(Resource),
    /// A subscription of an organization to a plan.
    PlanSubscription(PlanSubscription),
    /// A line of a subscription's timeline.
    SubscriptionChange(SubscriptionChange),
    /// A user.
    User(User),
}

/// Most ids that one `nodes` may ask for.
const MOST: usize = 100;

/// Queries by id.
#[derive(Clone, Copy, Debug, Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object with this id, whatever its type; null when there is none that the caller may see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The object's id.")] id: ID,
    ) -> async_graphql::Result<Option<Node>> {
        let Ok(uuid) = Uuid::parse_str(&id) else {
            return Ok(None);
        };
        Ok(find(ctx.app(), ctx.actor(), &[uuid]).await?.remove(&uuid))
    }

    /// The objects with these ids, in the same order; null for each that the caller may not see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The objects' ids, at most 100.")] ids: Vec<ID>,
    ) -> async_graphql::Result<Vec<Option<Node>>> {
        if ids.len() > MOST {
            return Err(Error::new(
                Code::BadRequest,
                format!("Ask for at most {MOST} ids at once"),
            )
            .into());
        }
        let uuids: Vec<Option<Uuid>> = ids.iter().map(|id| Uuid::parse_str(id).ok()).collect();
        let wanted: Vec<Uuid> = uuids.iter().flatten().copied().collect();
        let found = find(ctx.app(), ctx.actor(), &wanted).await?;
        Ok(uuids
            .into_iter()
            .map(|uuid| uuid.and_then(|uuid| found.get(&uuid).cloned()))
            .collect())
    }
}

/// The objects among `ids` that the caller may see: each feature is asked in turn for what is still missing.
async fn find(app: &App, actor: &Actor, ids: &[Uuid]) -> Result<HashMap<Uuid, Node>> {
    actor.require_identity()?;
    let mut found = HashMap::new();
    let mut missing = ids.to_vec();
    macro_rules! ask {
        ($($feature:ident :: $nodes:ident => $variant:ident),* $(,)?) => {$(
            if !missing.is_empty() {
                let some = super::$feature::$nodes(app, actor, &missing).await?;
                found.extend(some.into_iter().map(|(id, node)| (id, Node::$variant(node))));
                missing.retain(|id| !found.contains_key(id));
            }
        )*};
    }
    ask! {
        api_keys::nodes => ApiKey,
        connections::nodes => ConnectedService,
        audit::nodes => AuditEntry,
        identity::nodes => User,
        organizations::nodes => Organization,
        members::membership_nodes => Membership,
        members::invitation_nodes => Invitation,
        subscriptions::nodes => PlanSubscription,
        subscriptions::change_nodes => SubscriptionChange,
        catalog::plan_nodes => Plan,
        catalog::version_nodes => PlanVersion,
        catalog::meter_nodes => Meter,
        catalog::add_on_nodes => AddOn,
        catalog::kind_nodes => ResourceKind,
        quotas::nodes => QuotaThresholdEvent,
        resources::nodes => Resource,
    }
    Ok(found)
}
