//! The schema put together from its features.

use async_graphql::{
    MergedObject, MergedSubscription, ObjectType, SDLExportOptions, Schema, SchemaBuilder,
};

use super::api_keys::{ApiKey, ApiKeyMutation};
use super::audit::{AuditEntry, AuditQuery, AuditVerificationQuery};
use super::catalog::{AddOnMutation, CatalogMutation, CatalogQuery, Plan};
use super::connections::{ConnectedService, ConnectionMutation};
use super::errors::ErrorCodes;
use super::identity::{IdentityMutation, IdentityQuery, PasswordMutation, TwoFactorMutation};
use super::loaders::FreshLoaders;
use super::members::{Invitation, MemberMutation, Membership};
use super::node::NodeQuery;
use super::organizations::{
    LifecycleMutation, LifecycleQuery, Organization, OrganizationMutation, OrganizationQuery,
};
use super::pagination::List;
use super::quotas::{
    LimitMutation, QuotaMutation, QuotaQuery, QuotaSubscription, ReservationMutation, UsageMutation,
};
use super::resources::{Resource, ResourceMutation};
use super::revenue::RevenueQuery;
use super::roles::RoleMutation;
use super::server::ServerQuery;
use super::subscriptions::SubscriptionMutation;
use crate::app::App;

/// All queries.
#[derive(Default, MergedObject)]
#[graphql(name = "Query")]
pub struct Query(
    NodeQuery,
    AuditQuery,
    AuditVerificationQuery,
    CatalogQuery,
    IdentityQuery,
    LifecycleQuery,
    OrganizationQuery,
    QuotaQuery,
    RevenueQuery,
    ServerQuery,
);

/// All mutations.
#[derive(Default, MergedObject)]
#[graphql(name = "Mutation")]
pub struct Mutation(
    AddOnMutation,
    ApiKeyMutation,
    CatalogMutation,
    ConnectionMutation,
    IdentityMutation,
    LifecycleMutation,
    OrganizationMutation,
    MemberMutation,
    PasswordMutation,
    TwoFactorMutation,
    LimitMutation,
    QuotaMutation,
    ReservationMutation,
    ResourceMutation,
    RoleMutation,
    SubscriptionMutation,
    UsageMutation,
);

/// All subscriptions.
#[derive(Default, MergedSubscription)]
#[graphql(name = "Subscription")]
pub struct Subscription(QuotaSubscription);

/// Bursar's schema.
pub type BursarSchema = Schema<Query, Mutation, Subscription>;

/// Builds the schema over `app`. Depth and complexity are guarded at the door, before execution (OPS-4).
#[must_use]
pub fn build(app: App) -> BursarSchema {
    build_with(app, Mutation::default())
}

/// As [`build`], with other mutations: the load generator adds one that does nothing, to measure the doors by.
#[must_use]
pub fn build_with<M: ObjectType + 'static>(
    app: App,
    mutation: M,
) -> Schema<Query, M, Subscription> {
    described(mutation)
        .extension(ErrorCodes)
        .extension(FreshLoaders)
        .data(app)
        .finish()
}

/// The schema with a description for every type, also for those that the library makes without one.
fn described<M: ObjectType + 'static>(mutation: M) -> SchemaBuilder<Query, M, Subscription> {
    Schema::build(Query::default(), mutation, Subscription::default())
        .override_output_type_description::<List<ApiKey>>("A page of API keys.")
        .override_output_type_description::<List<AuditEntry>>("A page of the audit log.")
        .override_output_type_description::<List<ConnectedService>>("A page of connections.")
        .override_output_type_description::<List<Invitation>>("A page of invitations.")
        .override_output_type_description::<List<Membership>>("A page of members.")
        .override_output_type_description::<List<Organization>>("A page of organizations.")
        .override_output_type_description::<List<Plan>>("A page of plans.")
        .override_output_type_description::<List<Resource>>("A page of resources.")
}

/// The schema's definition language, sorted, as committed in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    let schema = described(Mutation::default()).finish();
    schema.sdl_with_options(
        SDLExportOptions::new()
            .sorted_fields()
            .sorted_arguments()
            .sorted_enum_items(),
    )
}
