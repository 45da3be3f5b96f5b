//! Signing out: of one session, or of all at once.

use bursar_entities::session;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::SecretString;

use super::refresh::{end_all_in_tx, end_in_tx, find_in_tx, publish};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{Entry, append_in_tx};
use crate::error::{Code, Result};

/// Ends the session that a refresh token belongs to, or with `everywhere` all sessions of its user; their access tokens
/// stop working at once. Gives whether there is such a session; one that has ended already stays ended. To end others'
/// sessions the token must still be good itself: one that leaked long ago shows nothing any more.
///
/// # Errors
/// When the database refuses.
pub async fn sign_out(
    app: &App,
    actor: &Actor,
    presented: &SecretString,
    everywhere: bool,
) -> Result<bool> {
    let tx = app.db.begin().await?;
    let row = match find_in_tx(&*tx, presented).await {
        Ok(row) => row,
        Err(error) if error.code == Code::Unauthenticated => return Ok(false),
        Err(error) => return Err(error),
    };
    let ended = if everywhere {
        let open = session::Entity::find_by_id(row.session_id)
            .filter(session::Column::RevokedAt.is_null())
            .filter(session::Column::ExpiresAt.gt(app.now()))
            .one(&*tx)
            .await?;
        let Some(open) = open.filter(|_| row.used_at.is_none()) else {
            return Ok(false);
        };
        let ended = end_all_in_tx(&*tx, app, open.user_id, None).await?;
        let entry = Entry::new("security_signed_out_everywhere", "user")
            .resource(open.user_id.0, "")
            .value("sessionsEnded", ended.len());
        append_in_tx(&*tx, app, actor, entry).await?;
        ended
    } else {
        end_in_tx(&*tx, app, row.session_id).await?;
        vec![row.session_id]
    };
    tx.commit().await?;
    publish(app, ended);
    Ok(true)
}
