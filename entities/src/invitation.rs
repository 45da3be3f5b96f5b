//! Invitations by email (ACC-4); the token is stored as a hash only.

use sea_orm::entity::prelude::*;

use crate::ids::{InvitationId, OrganizationId, UserId};

/// One row of `invitations`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitations")]
pub struct Model {
    /// The invitation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvitationId,
    /// The organization that invites.
    pub organization_id: OrganizationId,
    /// Lower-cased address of the invited person.
    pub email: String,
    /// The role that they will have.
    pub role_key: String,
    /// SHA-256 of the token that was mailed.
    pub token_hash: Vec<u8>,
    /// Who invited them.
    pub invited_by: Option<UserId>,
    /// When.
    pub created_at: DateTimeUtc,
    /// After this moment it cannot be accepted.
    pub expires_at: DateTimeUtc,
    /// When it was accepted.
    pub accepted_at: Option<DateTimeUtc>,
    /// When it was taken back.
    pub revoked_at: Option<DateTimeUtc>,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The rows of one organization; there is no finder without it.
    #[must_use]
    pub fn find_in(organization: OrganizationId) -> Select<Self> {
        Self::find().filter(Column::OrganizationId.eq(organization))
    }
}
