//! Organizations: the tenants (ORG-1).

use sea_orm::entity::prelude::*;

use crate::ids::{OrganizationId, UserId};

/// One row of `organizations`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    /// The organization.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationId,
    /// Display name.
    pub name: String,
    /// Unique name in addresses, `^[a-z0-9-]+$`.
    pub slug: String,
    /// Plain text.
    pub description: Option<String>,
    /// An http or https address.
    pub website: Option<String>,
    /// An http or https address of a picture.
    pub logo_url: Option<String>,
    /// Where invoices go.
    pub billing_email: String,
    /// Settings object (ORG-2): known keys are validated, unknown ones kept.
    #[sea_orm(column_type = "JsonBinary")]
    pub settings: Json,
    /// False blocks everything but the owner's billing and export.
    pub is_active: bool,
    /// The one owner (ORG-5).
    pub owner_id: UserId,
    /// Grows with each update; what `expectedVersion` is compared with.
    pub version: i32,
    /// When the first resource of a kind that pins the slug appeared (ORG-3).
    pub slug_pinned_at: Option<DateTimeUtc>,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// When anything above last changed.
    pub updated_at: DateTimeUtc,
    /// When it was deleted; the row is kept for a while (ORG-6).
    pub deleted_at: Option<DateTimeUtc>,
    /// When it was archived: members read, and nothing is created or consumed (ORG-8).
    pub archived_at: Option<DateTimeUtc>,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
