//! From an `Authorization` header to an actor: asked for on every request, so it costs one statement.

use bursar_entities::{session, user};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{access_token, session as sessions};
use crate::actor::{Actor, Origin};
use crate::app::App;
use crate::error::{Error, Result};

/// Who sends `authorization` (RFC 6750, `Bearer` and an access token). Without a header it is nobody.
///
/// # Errors
/// `UNAUTHENTICATED` for anything but a good token of a session that goes on; the reason is not told.
pub async fn authenticate(app: &App, authorization: Option<&str>, origin: Origin) -> Result<Actor> {
    let Some(header) = authorization else {
        return Ok(Actor::anonymous(origin));
    };
    let (user, session) = bearer(header)
        .and_then(|token| access_token::verify(app, token))
        .ok_or_else(Error::unauthenticated)?;
    let open = Query::select()
        .column(session::Column::UserId)
        .from(session::Entity)
        .and_where(session::Column::Id.eq(session))
        .and_where(session::Column::RevokedAt.is_null())
        .and_where(session::Column::ExpiresAt.gt(app.now()))
        .take();
    let found = user::Entity::find_by_id(user)
        .filter(user::Column::Id.in_subquery(open))
        .one(app.db.reader())
        .await?
        .ok_or_else(Error::unauthenticated)?;
    Ok(sessions::actor(&found, session, origin))
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
