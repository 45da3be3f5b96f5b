//! What is left of an organization's log when the organization is purged (ORG-6): that something was done, to what kind
//! of thing and when, in a chain that holds; but nothing of who did it, from where, and what it said.

use bursar_entities::ids::OrganizationId;
use bursar_entities::{audit_chain, audit_entry};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::append::{Entry, append_in_tx};
use crate::actor::Actor;
use crate::app::App;
use crate::error::Result;

/// The last entry of the chain of an organization that has been purged.
pub(super) const PURGED: &str = "org_purged";

/// Ends the chain of `organization`, drops what its entries tell of people, and has the platform's chain bear witness
/// of where it ended.
///
/// # Errors
/// When the database refuses.
pub async fn purge_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    organization: OrganizationId,
) -> Result<()> {
    let system = Actor::system();
    let last = Entry::new(PURGED, "organization")
        .organization(organization)
        .resource(organization.0, "");
    append_in_tx(tx, app, &system, last).await?;
    drop_first_form_in_tx(tx, organization).await?;
    blank_in_tx(tx, organization).await?;
    let end = audit_chain::Entity::find_by_id(organization.0)
        .one(tx)
        .await?;
    let (entries, head) = end.map(|end| (end.sequence, end.hash)).unwrap_or_default();
    let witness = Entry::new(PURGED, "organization")
        .resource(organization.0, "")
        .value("entries", entries)
        .value("head", hex::encode(head));
    append_in_tx(tx, app, &system, witness).await
}

/// Takes entries whose hash covers people's data as it is, which could not be checked without it. They are the first of
/// the chain; it begins after them from now on.
async fn drop_first_form_in_tx(
    tx: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<()> {
    use audit_entry::Column;
    let last = audit_entry::Entity::find()
        .filter(Column::ChainId.eq(organization.0))
        .filter(Column::PersonalDigest.is_null())
        .order_by_desc(Column::Sequence)
        .one(tx)
        .await?;
    let Some(last) = last else {
        return Ok(());
    };
    audit_entry::Entity::delete_many()
        .filter(Column::ChainId.eq(organization.0))
        .filter(Column::Sequence.lte(last.sequence))
        .exec(tx)
        .await?;
    audit_chain::Entity::update_many()
        .col_expr(audit_chain::Column::BaseSequence, last.sequence.into())
        .col_expr(audit_chain::Column::BaseHash, Expr::value(last.hash))
        .filter(audit_chain::Column::ChainId.eq(organization.0))
        .exec(tx)
        .await?;
    Ok(())
}

async fn blank_in_tx(tx: &impl ConnectionTrait, organization: OrganizationId) -> Result<()> {
    use audit_entry::Column;
    audit_entry::Entity::update_many()
        .col_expr(Column::ActorId, Expr::value(None::<uuid::Uuid>))
        .col_expr(Column::ActorEmail, Expr::value(None::<String>))
        .col_expr(Column::ResourceName, Expr::value(None::<String>))
        .col_expr(Column::Details, Expr::value(""))
        .col_expr(Column::Ip, Expr::value(None::<String>))
        .col_expr(Column::UserAgent, Expr::value(None::<String>))
        .col_expr(Column::RequestId, Expr::value(None::<String>))
        .col_expr(Column::Salt, Expr::value(None::<Vec<u8>>))
        .filter(Column::ChainId.eq(organization.0))
        .filter(Column::Action.ne(PURGED))
        .exec(tx)
        .await?;
    Ok(())
}
