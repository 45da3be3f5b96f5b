//! Creating, changing and deleting connections.

use async_graphql::{Context, ID, Object, SimpleObject};
use bursar_entities::connection::Model;
use bursar_entities::ids::ConnectionId;

use super::{
    ConnectedService, CreateConnectionInput, DeleteConnectionInput, UpdateConnectionInput,
};
use crate::domain::connections;
use crate::graphql::context::RequestContext;
use crate::graphql::payload::{Payload, UserError, settle};
use crate::graphql::scalars::{id, parse_id};

macro_rules! connection_payload {
    ($(#[$doc:meta] $name:ident;)*) => {$(
        #[$doc]
        #[derive(Debug, SimpleObject)]
        pub struct $name {
            /// The connection as it is now.
            connection: Option<ConnectedService>,
            /// Why nothing was done.
            user_errors: Vec<UserError>,
        }

        impl Payload for $name {
            type Outcome = Model;

            fn done(outcome: Model) -> Self {
                Self {
                    connection: Some(outcome.into()),
                    user_errors: Vec::new(),
                }
            }

            fn refused(user_errors: Vec<UserError>) -> Self {
                Self {
                    connection: None,
                    user_errors,
                }
            }
        }
    )*};
}

connection_payload! {
    /// What came of creating a connection.
    CreateConnectionPayload;
    /// What came of changing a connection.
    UpdateConnectionPayload;
}

/// What came of deleting a connection.
#[derive(Debug, SimpleObject)]
pub struct DeleteConnectionPayload {
    /// The connection that is gone.
    deleted_connection_id: Option<ID>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for DeleteConnectionPayload {
    type Outcome = ConnectionId;

    fn done(outcome: ConnectionId) -> Self {
        Self {
            deleted_connection_id: Some(id(outcome)),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            deleted_connection_id: None,
            user_errors,
        }
    }
}

/// Mutations of connections.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConnectionMutation;

#[Object]
impl ConnectionMutation {
    /// Makes a connection; the service that it leads to is not asked. Needs the permission to create connections of the
    /// provider's kind, such as `org.storage.create`.
    async fn create_connection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is to be.")] input: CreateConnectionInput,
    ) -> async_graphql::Result<CreateConnectionPayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        settle(connections::create(app, actor, input.into_domain()?).await)
    }

    /// Changes a connection. Needs the permission to create connections of its kind.
    async fn update_connection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateConnectionInput,
    ) -> async_graphql::Result<UpdateConnectionPayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let connection = parse_id(&input.connection_id, "The connection")?;
        let (expected, patch) = (input.expected_version, input.into_patch());
        settle(connections::update(app, actor, connection, expected, &patch).await)
    }

    /// Deletes a connection and its secret. One that the settings name as `default_git_connection_id` stays
    /// (`PRECONDITION_FAILED`). Needs the permission to delete connections of its kind.
    async fn delete_connection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which connection.")] input: DeleteConnectionInput,
    ) -> async_graphql::Result<DeleteConnectionPayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let connection = parse_id(&input.connection_id, "The connection")?;
        let outcome = connections::delete(app, actor, connection).await;
        settle(outcome.map(|()| connection))
    }
}
