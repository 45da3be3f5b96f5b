//! Opening sessions and handing out their tokens.

use bursar_entities::ids::SessionId;
use bursar_entities::{refresh_token, session, user};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use secrecy::SecretString;

use super::access_token;
use crate::actor::{Actor, Identity, Origin, UserIdentity};
use crate::app::App;
use crate::domain::token;
use crate::error::Result;

/// How long a session lasts, however often its tokens are refreshed.
const LIFETIME: TimeDelta = TimeDelta::days(30);

/// What a client keeps of a session.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Goes with every request.
    pub access_token: SecretString,
    /// Good for one `refreshSession`.
    pub refresh_token: SecretString,
    /// When the access token stops being good.
    pub expires_at: DateTime<Utc>,
}

/// Somebody who has just shown who they are.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub user: user::Model,
    /// The actor that they are from now on.
    pub actor: Actor,
    /// Their tokens.
    pub tokens: Tokens,
}

/// Opens a session of `user`, who asks from `origin`.
pub(super) async fn open_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    origin: &Origin,
    user: user::Model,
) -> Result<SignedIn> {
    let now = app.now();
    let row = session::Model {
        id: app.new_id(),
        user_id: user.id,
        created_at: now,
        expires_at: now + LIFETIME,
        revoked_at: None,
        ip: origin.ip.map(|ip| ip.to_string()),
        user_agent: origin.user_agent.clone(),
    };
    let session = row.id;
    session::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    continue_in_tx(tx, app, origin, user, session).await
}

/// Hands out the next tokens of `session`.
pub(super) async fn continue_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    origin: &Origin,
    user: user::Model,
    session: SessionId,
) -> Result<SignedIn> {
    let refresh_token = token::generate(app);
    let row = refresh_token::Model {
        id: app.new_id(),
        session_id: session,
        token_hash: token::hash(&refresh_token),
        created_at: app.now(),
        used_at: None,
    };
    refresh_token::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    let (access_token, expires_at) = access_token::issue(app, user.id, session)?;
    Ok(SignedIn {
        actor: actor(&user, session, origin.clone()),
        user,
        tokens: Tokens {
            access_token,
            refresh_token,
            expires_at,
        },
    })
}

/// `user` as an actor in `session`.
pub(super) fn actor(user: &user::Model, session: SessionId, origin: Origin) -> Actor {
    Actor {
        identity: Identity::User(UserIdentity {
            id: user.id,
            email: user.email.clone(),
            is_system_admin: user.is_system_admin,
            session_id: session,
        }),
        origin,
    }
}
