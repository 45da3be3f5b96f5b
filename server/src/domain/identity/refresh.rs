//! Refresh tokens: each is good for one use, and one that comes a second time ends the whole session, because one of
//! its two bearers is a thief (RFC 9700, 4.14.2).

use bursar_entities::ids::{SessionId, UserId};
use bursar_entities::{refresh_token, session, user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use secrecy::SecretString;

use super::IdentityError;
use super::session::{SignedIn, continue_in_tx};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::events::Signal;
use crate::domain::token;
use crate::error::{Error, Result};

/// Exchanges a refresh token for the next tokens of its session. Of two exchanges of the same token at most one
/// succeeds, and the other counts as reuse: a client must not send the same token twice.
///
/// # Errors
/// `UNAUTHENTICATED` for a token that is unknown or used, and when its session has ended.
pub async fn refresh_session(
    app: &App,
    actor: &Actor,
    presented: &SecretString,
) -> Result<SignedIn> {
    let tx = app.db.begin().await?;
    // The conditional update decides which of two at once is first.
    let exchanged = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, Expr::value(app.now()))
        .filter(refresh_token::Column::TokenHash.eq(token::hash(presented)))
        .filter(refresh_token::Column::UsedAt.is_null())
        .exec(&*tx)
        .await?;
    let row = find_in_tx(&*tx, presented).await?;
    let session = session::Entity::find_by_id(row.session_id)
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(app.now()))
        .one(&*tx)
        .await?
        .ok_or(IdentityError::SessionEnded)?;
    if exchanged.rows_affected == 0 {
        end_in_tx(&*tx, app, session.id).await?;
        let entry = Entry::new("security_refresh_reused", "session")
            .resource(session.id.0, "")
            .value("userId", session.user_id.to_string());
        append_in_tx(&*tx, app, actor, entry).await?;
        tx.commit().await?;
        app.hub.publish(Signal::SessionEnded {
            session: session.id,
        });
        return Err(IdentityError::SessionEnded.into());
    }
    let user = user::Entity::find_by_id(session.user_id)
        .one(&*tx)
        .await?
        .ok_or(IdentityError::SessionEnded)?;
    let signed_in = continue_in_tx(&*tx, app, &actor.origin, user, session.id).await?;
    tx.commit().await?;
    Ok(signed_in)
}

/// The row of a token, used or not.
pub(super) async fn find_in_tx(
    tx: &impl ConnectionTrait,
    presented: &SecretString,
) -> Result<refresh_token::Model> {
    refresh_token::Entity::find()
        .filter(refresh_token::Column::TokenHash.eq(token::hash(presented)))
        .one(tx)
        .await?
        .filter(|row| token::matches(&row.token_hash, presented))
        .ok_or_else(|| Error::from(IdentityError::SessionEnded))
}

/// Ends one session; one that has ended already stays as it is.
pub(super) async fn end_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    session: SessionId,
) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(app.now()))
        .filter(session::Column::Id.eq(session))
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Ends all sessions of `user` but `spared`; gives those that went on until now.
pub(super) async fn end_all_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    user: UserId,
    spared: Option<SessionId>,
) -> Result<Vec<SessionId>> {
    let now = app.now();
    let open: Vec<SessionId> = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(session::Column::UserId.eq(user))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .into_tuple()
        .all(tx)
        .await?;
    let ended: Vec<SessionId> = open
        .into_iter()
        .filter(|session| Some(*session) != spared)
        .collect();
    let mut sessions = session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .filter(session::Column::UserId.eq(user))
        .filter(session::Column::RevokedAt.is_null());
    if let Some(spared) = spared {
        sessions = sessions.filter(session::Column::Id.ne(spared));
    }
    sessions.exec(tx).await?;
    Ok(ended)
}

/// Has the streams of `ended` sessions end.
pub(super) fn publish(app: &App, ended: Vec<SessionId>) {
    let signals = ended.into_iter();
    let signals = signals.map(|session| Signal::SessionEnded { session });
    app.hub.publish_all(signals.collect());
}
