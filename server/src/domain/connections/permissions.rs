//! Which permission a kind of connection takes (ACC-1). There is none for changing: whoever may create a connection may
//! change one, because a changed connection is as good as a new one under the old name.

use bursar_entities::enums::ConnectionKind;

use crate::domain::access::Permission;

/// For seeing connections of `kind`.
#[must_use]
pub const fn listing(kind: ConnectionKind) -> Permission {
    match kind {
        ConnectionKind::Storage => Permission::StorageList,
        ConnectionKind::Dns => Permission::DnsList,
        ConnectionKind::Git => Permission::GitList,
        ConnectionKind::AddonRepository => Permission::AddonsReposList,
    }
}

/// For creating and changing connections of `kind`.
#[must_use]
pub const fn creating(kind: ConnectionKind) -> Permission {
    match kind {
        ConnectionKind::Storage => Permission::StorageCreate,
        ConnectionKind::Dns => Permission::DnsCreate,
        ConnectionKind::Git => Permission::GitCreate,
        ConnectionKind::AddonRepository => Permission::AddonsReposCreate,
    }
}

/// For deleting connections of `kind`.
#[must_use]
pub const fn deleting(kind: ConnectionKind) -> Permission {
    match kind {
        ConnectionKind::Storage => Permission::StorageDelete,
        ConnectionKind::Dns => Permission::DnsDelete,
        ConnectionKind::Git => Permission::GitDelete,
        ConnectionKind::AddonRepository => Permission::AddonsReposDelete,
    }
}
