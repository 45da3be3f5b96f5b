//! Creating, rotating and revoking API keys.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use bursar_entities::api_key::Model;
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;

use super::ApiKey;
use crate::domain::api_keys::{self, NewApiKey, Shown};
use crate::graphql::context::RequestContext;
use crate::graphql::payload::{Payload, UserError, settle};
use crate::graphql::scalars::parse_id;

/// What a key is to be.
#[derive(InputObject)]
pub struct CreateApiKeyInput {
    /// The one organization that it works in.
    organization_id: ID,
    /// What to call it, 1 to 100 characters.
    name: String,
    /// The codes of the permissions that it is to hold, such as `org.quota.consume`; none that the viewer does not hold.
    permissions: Vec<String>,
    /// From when on it does not work. Without it the key does not expire.
    expires_at: Option<DateTime<Utc>>,
    /// Addresses and networks (`192.0.2.0/24`) that it may be used from, at most 50. Without any it works from anywhere.
    allowed_ips: Option<Vec<String>>,
}

/// What came of creating a key.
#[derive(Debug, Default, SimpleObject)]
pub struct CreateApiKeyPayload {
    /// The key.
    api_key: Option<ApiKey>,
    /// What goes with every request as `Authorization: Bearer …`. It is shown this once.
    secret: Option<String>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for CreateApiKeyPayload {
    type Outcome = Shown;

    fn done(outcome: Shown) -> Self {
        Self {
            secret: Some(outcome.secret.expose_secret().to_owned()),
            api_key: Some(outcome.key.into()),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            user_errors,
            ..Self::default()
        }
    }
}

/// Which key gets a new secret.
#[derive(InputObject)]
pub struct RotateApiKeyInput {
    /// The key.
    api_key_id: ID,
    /// How long the present secret works as well, 0 to 2592000 (30 days); 86400 (a day) when absent.
    overlap_seconds: Option<i32>,
}

/// What came of rotating a key.
#[derive(Debug, Default, SimpleObject)]
pub struct RotateApiKeyPayload {
    /// The key.
    api_key: Option<ApiKey>,
    /// The new secret. It is shown this once.
    secret: Option<String>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for RotateApiKeyPayload {
    type Outcome = Shown;

    fn done(outcome: Shown) -> Self {
        Self {
            secret: Some(outcome.secret.expose_secret().to_owned()),
            api_key: Some(outcome.key.into()),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            user_errors,
            ..Self::default()
        }
    }
}

/// Which key ends.
#[derive(InputObject)]
pub struct RevokeApiKeyInput {
    /// The key.
    api_key_id: ID,
}

/// What came of revoking a key.
#[derive(Debug, Default, SimpleObject)]
pub struct RevokeApiKeyPayload {
    /// The key.
    api_key: Option<ApiKey>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for RevokeApiKeyPayload {
    type Outcome = Model;

    fn done(outcome: Model) -> Self {
        Self {
            api_key: Some(outcome.into()),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            user_errors,
            ..Self::default()
        }
    }
}

/// Creating, rotating and revoking API keys.
#[derive(Clone, Copy, Debug, Default)]
pub struct ApiKeyMutation;

#[Object]
impl ApiKeyMutation {
    /// Makes an API key. Needs a person with `org.api_keys.manage`, who gives no permission that they do not hold
    /// (`FORBIDDEN`, with the permission). The secret is shown this once.
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is to be.")] input: CreateApiKeyInput,
    ) -> async_graphql::Result<CreateApiKeyPayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let input = NewApiKey {
            organization: parse_id(&input.organization_id, "The organization")?,
            name: input.name,
            permissions: input.permissions,
            expires_at: input.expires_at,
            allowed_ips: input.allowed_ips.unwrap_or_default(),
        };
        settle(api_keys::create(app, actor, input).await)
    }

    /// Gives a key a new secret, which is shown this once; the present one works on for the overlap. Needs a person with
    /// `org.api_keys.manage` and every permission of the key.
    async fn rotate_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which key.")] input: RotateApiKeyInput,
    ) -> async_graphql::Result<RotateApiKeyPayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let key = parse_id(&input.api_key_id, "The API key")?;
        let overlap = input.overlap_seconds.map(i64::from);
        settle(api_keys::rotate(app, actor, key, overlap).await)
    }

    /// Ends a key for good: requests that come with it from now on are `UNAUTHENTICATED`, and its live streams end. Needs
    /// a person with `org.api_keys.manage`.
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which key.")] input: RevokeApiKeyInput,
    ) -> async_graphql::Result<RevokeApiKeyPayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let key = parse_id(&input.api_key_id, "The API key")?;
        settle(api_keys::revoke(app, actor, key).await)
    }
}
