//! Users, the viewer and sessions in the graph.

pub mod mutation;
pub mod password;
#[cfg(test)]
mod tests;
pub mod two_factor;

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use bursar_entities::api_key;
use bursar_entities::ids::UserId;
use bursar_entities::user::Model;
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use secrecy::ExposeSecret;

pub use mutation::IdentityMutation;
pub use password::PasswordMutation;
pub use two_factor::TwoFactorMutation;

use super::api_keys::ApiKey;
use super::context::RequestContext;
use super::loaders::SetLoader;
use super::organizations::{self, Organization};
use super::pagination::List;
use super::scalars::id;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::organizations::{Filter, Order};
use crate::domain::paging::PageArguments;
use crate::domain::{api_keys, identity};
use crate::error::Result;

/// A person who can sign in. Visible to themselves, to those who share an organization with them, and to system admins.
#[derive(Clone, Debug, SimpleObject)]
pub struct User {
    /// The user's id.
    pub(super) id: ID,
    /// The address that they sign in with, in small letters.
    email: String,
    /// What to call them.
    name: String,
    /// When they signed up.
    created_at: DateTime<Utc>,
}

impl From<Model> for User {
    fn from(model: Model) -> Self {
        Self {
            id: id(model.id),
            email: model.email,
            name: model.name,
            created_at: model.created_at,
        }
    }
}

/// Whoever asks.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Viewer {
    /// The signed-in user; null for an API key.
    user: Option<User>,
    /// The API key that asks; null for a person.
    api_key: Option<ApiKey>,
    /// Whether they run the platform.
    is_system_admin: bool,
    /// Whether signing in takes a code of their authenticator beside the password; false for an API key.
    two_factor_enabled: bool,
}

impl From<Model> for Viewer {
    fn from(model: Model) -> Self {
        Self {
            two_factor_enabled: model.two_factor_enabled_at.is_some(),
            is_system_admin: model.is_system_admin,
            user: Some(model.into()),
            api_key: None,
        }
    }
}

impl From<api_key::Model> for Viewer {
    fn from(model: api_key::Model) -> Self {
        Self {
            user: None,
            api_key: Some(model.into()),
            is_system_admin: false,
            two_factor_enabled: false,
        }
    }
}

#[ComplexObject]
impl Viewer {
    /// The organizations that the viewer belongs to, by creation; of an API key the one that it works in, when it holds
    /// `org.view`. A system admin finds all others in the root field
    /// `organizations`.
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, at most 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<List<Organization>> {
        let own = Filter {
            own: true,
            ..Filter::default()
        };
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
        };
        organizations::page(ctx, own, Order::default(), &arguments).await
    }
}

/// What a client keeps of a session. Neither token is ever shown again.
#[derive(Clone, Debug, SimpleObject)]
pub struct Session {
    /// Goes with every request as `Authorization: Bearer …`; good for 15 minutes.
    access_token: String,
    /// Good for one `refreshSession`, within 30 days of signing in. One that is used a second time ends the session.
    refresh_token: String,
    /// When the access token stops being good.
    expires_at: DateTime<Utc>,
}

impl From<identity::Tokens> for Session {
    fn from(tokens: identity::Tokens) -> Self {
        Self {
            access_token: tokens.access_token.expose_secret().to_owned(),
            refresh_token: tokens.refresh_token.expose_secret().to_owned(),
            expires_at: tokens.expires_at,
        }
    }
}

/// Queries about whoever asks.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdentityQuery;

#[Object]
impl IdentityQuery {
    /// Whoever asks: a person or an API key. Without valid credentials it is null, with the error `UNAUTHENTICATED`.
    async fn viewer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Viewer>> {
        let (app, actor) = (ctx.app(), ctx.actor());
        Ok(Some(if actor.api_key().is_some() {
            api_keys::own(app, actor).await?.into()
        } else {
            identity::viewer(app, actor).await?.into()
        }))
    }
}

/// Loaders of users.
pub(crate) struct IdentityLoaders {
    /// Users by id.
    pub(crate) users: SetLoader<UserId, Model>,
}

impl IdentityLoaders {
    pub(crate) fn new(app: &App, actor: &Actor) -> Self {
        Self {
            users: SetLoader::new(app, actor, |app, actor, ids| {
                identity::by_ids(app, actor, ids).boxed()
            }),
        }
    }
}

/// The users among `ids`, for `node` and `nodes`.
pub(crate) async fn nodes(
    app: &App,
    actor: &Actor,
    ids: &[uuid::Uuid],
) -> Result<HashMap<uuid::Uuid, User>> {
    let ids: Vec<UserId> = ids.iter().copied().map(UserId).collect();
    let found = identity::by_ids(app, actor, &ids).await?;
    Ok(found
        .into_iter()
        .map(|(id, model)| (id.0, model.into()))
        .collect())
}
