//! The schema put together from its features.

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions, Schema};

use super::audit::AuditQuery;
use super::catalog::{CatalogMutation, CatalogQuery};
use super::errors::ErrorCodes;
use super::identity::{IdentityMutation, IdentityQuery};
use super::loaders::FreshLoaders;
use super::members::MemberMutation;
use super::node::NodeQuery;
use super::organizations::{OrganizationMutation, OrganizationQuery};
use super::quotas::{QuotaMutation, QuotaQuery, QuotaSubscription};
use super::resources::ResourceMutation;
use super::revenue::RevenueQuery;
use super::server::ServerQuery;
use crate::app::App;

/// All queries.
#[derive(Default, MergedObject)]
#[graphql(name = "Query")]
pub struct Query(
    NodeQuery,
    AuditQuery,
    CatalogQuery,
    IdentityQuery,
    OrganizationQuery,
    QuotaQuery,
    RevenueQuery,
    ServerQuery,
);

/// All mutations.
#[derive(Default, MergedObject)]
#[graphql(name = "Mutation")]
pub struct Mutation(
    CatalogMutation,
    IdentityMutation,
    OrganizationMutation,
    MemberMutation,
    QuotaMutation,
    ResourceMutation,
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
    Schema::build(
        Query::default(),
        Mutation::default(),
        Subscription::default(),
    )
    .extension(ErrorCodes)
    .extension(FreshLoaders)
    .data(app)
    .finish()
}

/// The schema's definition language, sorted, as committed in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    let schema = Schema::build(
        Query::default(),
        Mutation::default(),
        Subscription::default(),
    )
    .finish();
    schema.sdl_with_options(
        SDLExportOptions::new()
            .sorted_fields()
            .sorted_arguments()
            .sorted_enum_items(),
    )
}
