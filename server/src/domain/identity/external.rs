//! External tokens: JWTs of the configured issuer, of people who have an account here (ACC-5).
//!
//! The first time that a token comes, a session is written down for it, whose id follows from what was signed. From then
//! on it is one of its user's sessions: it ends with them, and live streams end with it.

use bursar_entities::ids::SessionId;
use bursar_entities::{external_identity, session, user};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use sha2::{Digest, Sha256};
use uuid::Builder;

use super::authenticate::open_session;
use crate::actor::{Actor, Identity, Origin, UserIdentity};
use crate::app::App;
use crate::domain::audit::{Entry, append_in_tx};
use crate::error::{Error, Result};
use crate::issuer::ExternalToken;

/// Who sends `token`.
///
/// # Errors
/// `UNAUTHENTICATED` for what is no good token of the configured issuer, one whose session has ended, and one of somebody
/// who has no account; `PROVIDER_UNAVAILABLE` when the issuer's keys cannot be had.
pub(super) async fn authenticate(app: &App, token: &str, origin: Origin) -> Result<Actor> {
    let seen = app.issuer.verify(app.now(), token).await?;
    let seen = seen.ok_or_else(Error::unauthenticated)?;
    let session = session_of(token);
    let identity = match open_session(app, session).await? {
        Some(identity) => identity,
        None => admit(app, &seen, session, &origin).await?,
    };
    Ok(Actor {
        identity: Identity::User(identity),
        origin,
    })
}

/// The session of a token. Of what was signed only: the same signature can be written in several ways.
fn session_of(token: &str) -> SessionId {
    let (signed, _) = token.rsplit_once('.').unwrap_or((token, ""));
    let hash = Sha256::digest(signed.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    SessionId(Builder::from_custom_bytes(bytes).into_uuid())
}

/// Opens the session of a token that comes for the first time.
async fn admit(
    app: &App,
    seen: &ExternalToken,
    session: SessionId,
    origin: &Origin,
) -> Result<UserIdentity> {
    let known = session::Entity::find_by_id(session)
        .one(app.db.reader())
        .await?;
    if known.is_some() {
        // It has ended, or another request with the same token was faster.
        let open = open_session(app, session).await?;
        return open.ok_or_else(Error::unauthenticated);
    }
    let tx = app.db.begin().await?;
    let user = user_in_tx(&*tx, app, seen, origin).await?;
    let row = session::Model {
        id: session,
        user_id: user.id,
        created_at: app.now(),
        expires_at: seen.good_until,
        revoked_at: None,
        ip: origin.ip.map(|ip| ip.to_string()),
        user_agent: origin.user_agent.clone(),
    };
    let unless_open = OnConflict::column(session::Column::Id)
        .do_nothing()
        .to_owned();
    session::Entity::insert(row.into_active_model())
        .on_conflict(unless_open)
        .exec_without_returning(&*tx)
        .await?;
    tx.commit().await?;
    open_session(app, session)
        .await?
        .ok_or_else(Error::unauthenticated)
}

/// Whose account a token is for: of who is linked to its subject, and else of the owner of the address, if the issuer has
/// verified that it is theirs; from then on they are linked, whatever becomes of the address.
async fn user_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    seen: &ExternalToken,
    origin: &Origin,
) -> Result<user::Model> {
    if let Some(linked) = linked_in_tx(tx, seen).await? {
        return Ok(linked);
    }
    let email = seen.verified_email.as_ref();
    let email = email.map(|email| email.trim().to_lowercase());
    let found = user::Entity::find()
        .filter(user::Column::Email.eq(email.ok_or_else(Error::unauthenticated)?))
        .one(tx)
        .await?;
    let user = found.ok_or_else(Error::unauthenticated)?;
    let link = external_identity::Model {
        id: app.new_id(),
        user_id: user.id,
        issuer: seen.issuer.clone(),
        subject: seen.subject.clone(),
        created_at: app.now(),
    };
    // Whichever it runs into: somebody else's first token of the same subject, or another subject whose account it is.
    let unless_linked = OnConflict::new().do_nothing().to_owned();
    let inserted = external_identity::Entity::insert(link.into_active_model())
        .on_conflict(unless_linked)
        .exec_without_returning(tx)
        .await?;
    if inserted == 0 {
        // Somebody else's first token of the same subject was faster; or the account belongs to another subject of this
        // issuer, and the address has been given to somebody else since.
        let linked = linked_in_tx(tx, seen).await?;
        return linked.ok_or_else(Error::unauthenticated);
    }
    let actor = Actor::anonymous(origin.clone());
    let entry = Entry::new("security_external_identity_linked", "user")
        .resource(user.id.0, &user.email)
        .value("issuer", seen.issuer.as_str())
        .value("subject", seen.subject.as_str());
    append_in_tx(tx, app, &actor, entry).await?;
    Ok(user)
}

async fn linked_in_tx(
    tx: &impl ConnectionTrait,
    seen: &ExternalToken,
) -> Result<Option<user::Model>> {
    let link = external_identity::Entity::find()
        .filter(external_identity::Column::Issuer.eq(seen.issuer.as_str()))
        .filter(external_identity::Column::Subject.eq(seen.subject.as_str()))
        .one(tx)
        .await?;
    match link {
        Some(link) => Ok(user::Entity::find_by_id(link.user_id).one(tx).await?),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::session_of;

    #[test]
    fn a_session_follows_from_what_was_signed() {
        let session = session_of("header.claims.signature");
        assert_eq!(session_of("header.claims.SIGNATURE"), session);
        assert_ne!(session_of("header.other.signature"), session);
        assert_ne!(session_of("headerclaims"), session);
    }
}
