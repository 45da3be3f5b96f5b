//! The schema put together from its features.

use async_graphql::{EmptySubscription, MergedObject, SDLExportOptions, Schema};

use super::audit::AuditQuery;
use super::errors::ErrorCodes;
use super::loaders::FreshLoaders;
use super::node::NodeQuery;
use crate::app::App;

/// All queries.
#[derive(Default, MergedObject)]
#[graphql(name = "Query")]
pub struct Query(NodeQuery, AuditQuery);

/// Bursar's schema.
pub type BursarSchema = Schema<Query, async_graphql::EmptyMutation, EmptySubscription>;

/// Builds the schema over `app`. Depth and complexity are guarded at the door, before execution (OPS-4).
#[must_use]
pub fn build(app: App) -> BursarSchema {
    Schema::build(
        Query::default(),
        async_graphql::EmptyMutation,
        EmptySubscription,
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
        async_graphql::EmptyMutation,
        EmptySubscription,
    )
    .finish();
    schema.sdl_with_options(
        SDLExportOptions::new()
            .sorted_fields()
            .sorted_arguments()
            .sorted_enum_items(),
    )
}
