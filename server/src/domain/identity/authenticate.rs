//! From an `Authorization` header to an actor. Asked for on every request, so requests that arrive at the same moment
//! share a statement; every one of them reads what is stored after it arrived, so that signing out works at once.

use std::collections::HashMap;

use bursar_entities::ids::{SessionId, UserId};
use bursar_entities::{session, user};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect};

use super::{access_token, external};
use crate::actor::{Actor, Identity, Origin, UserIdentity};
use crate::app::App;
use crate::domain::api_keys;
use crate::error::{Error, Result};
use crate::gather::{Gather, repeated};
use crate::remember::Answered;

/// Questions for open sessions.
pub type OpenSessions = Gather<SessionId, UserIdentity>;

/// Who sends `authorization` (RFC 6750, `Bearer` and an access token, an API key or a token of the configured issuer).
/// Without a header it is nobody.
///
/// # Errors
/// `UNAUTHENTICATED` for anything but a good token of a session that goes on and an open key; the reason is not told.
/// `PROVIDER_UNAVAILABLE` for what may be a good token of an issuer that does not answer.
pub async fn authenticate(app: &App, authorization: Option<&str>, origin: Origin) -> Result<Actor> {
    let Some(header) = authorization else {
        return Ok(Actor::anonymous(origin));
    };
    let token = bearer(header).ok_or_else(Error::unauthenticated)?;
    if api_keys::is_secret(token) {
        return api_keys::authenticate(app, token, origin).await;
    }
    let Some((user, session)) = access_token::verify(app, token) else {
        return external::authenticate(app, token, origin).await;
    };
    let question = open_session(app, session);
    let theirs = |identity: &UserIdentity| identity.id == user;
    let identity = match app.known_sessions.ask(app, session, question).await? {
        Answered::Now(found) => found.filter(theirs).map(Identity::User),
        Answered::Before(known) => Some(known)
            .filter(theirs)
            .map(|known| Identity::Unconfirmed(Box::new(Identity::User(known)))),
    };
    Ok(Actor {
        identity: identity.ok_or_else(Error::unauthenticated)?,
        origin,
    })
}

/// Whose session it is, as long as it goes on.
pub(super) async fn open_session(app: &App, session: SessionId) -> Result<Option<UserIdentity>> {
    let shared = app.clone();
    let find = move |sessions| open_sessions(shared.clone(), sessions);
    app.open_sessions.ask(session, find).await
}

/// Those of `sessions` that go on, and whose they are.
async fn open_sessions(
    app: App,
    sessions: Vec<SessionId>,
) -> Result<HashMap<SessionId, UserIdentity>> {
    let owner = session::Entity::belongs_to(user::Entity)
        .from(session::Column::UserId)
        .to(user::Column::Id);
    let rows: Vec<(SessionId, UserId, String, bool)> = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .columns([
            user::Column::Id,
            user::Column::Email,
            user::Column::IsSystemAdmin,
        ])
        .join(JoinType::InnerJoin, owner.into())
        .filter(session::Column::Id.is_in(repeated(sessions)))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(app.now()))
        .into_tuple()
        .all(app.db.reader())
        .await?;
    let identity = |(session_id, id, email, is_system_admin)| UserIdentity {
        id,
        email,
        is_system_admin,
        session_id,
    };
    Ok(rows.into_iter().map(|row| (row.0, identity(row))).collect())
}

/// The token of a `Bearer` header; the scheme's case does not matter (RFC 9110, 11.1).
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim_start())
}

#[cfg(test)]
mod tests {
    use super::bearer;

    #[test]
    fn only_bearer_tokens_are_read() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bEaReR  abc "), Some("abc"));
        for header in ["", "abc", "Bearer", "Basic abc", "Bearerabc"] {
            assert_eq!(bearer(header), None, "{header}");
        }
    }
}
