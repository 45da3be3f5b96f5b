//! Users as others see them: somebody's name and address are known to those who share an organization with them.

use std::collections::HashMap;

use bursar_entities::ids::UserId;
use bursar_entities::{membership, organization, user};
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::actor::{Actor, Identity};
use crate::app::App;
use crate::domain::access::{KeyScope, Permission};
use crate::error::{Error, Result};

/// The signed-in user.
///
/// # Errors
/// `UNAUTHENTICATED` when nobody has signed in.
pub async fn viewer(app: &App, actor: &Actor) -> Result<user::Model> {
    user::Entity::find_by_id(actor.user()?.id)
        .one(app.db.reader())
        .await?
        .ok_or_else(Error::unauthenticated)
}

/// The users with these ids that the caller may see: themselves, the members of their organizations (for an API key, of
/// its one organization), and everybody for a system admin.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn by_ids(
    app: &App,
    actor: &Actor,
    ids: &[UserId],
) -> Result<HashMap<UserId, user::Model>> {
    actor.require_identity()?;
    let mut select = user::Entity::find().filter(user::Column::Id.is_in(ids.iter().copied()));
    match &actor.identity {
        Identity::User(me) if !me.is_system_admin => {
            let known = user::Column::Id.in_subquery(colleagues(me.id));
            let seen = Condition::any().add(user::Column::Id.eq(me.id)).add(known);
            select = select.filter(seen);
        }
        Identity::ApiKey(key) => {
            select = select.filter(user::Column::Id.in_subquery(known_to_key(key.scope)));
        }
        _ => {}
    }
    let rows = select.all(app.db.reader()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The ids of the members of a key's organization, when it may see that or them; else of nobody.
fn known_to_key(scope: KeyScope) -> SelectStatement {
    let shown = [Permission::OrgView, Permission::MembersList];
    let sees = shown.into_iter().any(|one| scope.permissions.contains(one));
    Query::select()
        .column(membership::Column::UserId)
        .from(membership::Entity)
        .and_where(membership::Column::OrganizationId.eq(scope.organization))
        .and_where(Expr::value(sees))
        .take()
}

/// The ids of all members of the organizations of `me`.
fn colleagues(me: UserId) -> SelectStatement {
    let kept = Query::select()
        .column(organization::Column::Id)
        .from(organization::Entity)
        .and_where(organization::Column::DeletedAt.is_null())
        .take();
    let mine = Query::select()
        .column(membership::Column::OrganizationId)
        .from(membership::Entity)
        .and_where(membership::Column::UserId.eq(me))
        .and_where(membership::Column::OrganizationId.in_subquery(kept))
        .take();
    Query::select()
        .column(membership::Column::UserId)
        .from(membership::Entity)
        .and_where(membership::Column::OrganizationId.in_subquery(mine))
        .take()
}
