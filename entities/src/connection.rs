//! Connections of organizations to the services of others (ORG-7). The credential itself lies in `sealed_secrets`.

use sea_orm::entity::prelude::*;

use crate::enums::{ConnectionKind, ConnectionProvider};
use crate::ids::{ConnectionId, OrganizationId};

/// One row of `connections`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "connections")]
pub struct Model {
    /// The connection.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConnectionId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// What it leads to.
    pub kind: ConnectionKind,
    /// Whose service that is.
    pub provider: ConnectionProvider,
    /// What people call it; unique among those of its kind.
    pub name: String,
    /// An http or https address.
    pub endpoint: Option<String>,
    /// Where the provider keeps it.
    pub region: Option<String>,
    /// The bucket.
    pub bucket: Option<String>,
    /// The public half of a pair of keys.
    pub access_key_id: Option<String>,
    /// A name or an address in the network.
    pub host: Option<String>,
    /// The port, where it is not the usual one.
    pub port: Option<i32>,
    /// Who signs in.
    pub username: Option<String>,
    /// A folder, or the beginning of keys and names.
    pub path: Option<String>,
    /// Grows with each secret that it is given; part of what the secret is bound to.
    pub secret_version: i32,
    /// When the secret was given; none without a secret.
    pub secret_updated_at: Option<DateTimeUtc>,
    /// Grows with each update; what `expectedVersion` is compared with.
    pub version: i32,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// When anything above last changed.
    pub updated_at: DateTimeUtc,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The rows of one organization.
    #[must_use]
    pub fn find_in(organization: OrganizationId) -> Select<Self> {
        Self::find().filter(Column::OrganizationId.eq(organization))
    }
}
