//! What a secret belongs to. It is no part of what is stored with the secret, but of what has to be known to open it.

use bursar_entities::ids::OrganizationId;
use uuid::Uuid;

/// What a secret is for; each has a name that no other has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The credential of a connection (ORG-7); the subject is the connection.
    Connection,
}

impl Purpose {
    /// All of them.
    const ALL: &'static [Self] = &[Self::Connection];

    /// The name that is stored, at most 32 bytes. It never changes: it is part of what secrets are bound to.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connection => "connection",
        }
    }

    /// The purpose with this name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|purpose| purpose.name() == name)
    }
}

/// What a secret belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// What it is for.
    pub purpose: Purpose,
    /// Whose it is; none for what belongs to a user or to the platform.
    pub organization: Option<OrganizationId>,
    /// The row that it belongs to.
    pub subject: Uuid,
    /// The how-manieth secret of that row it is, as that row says.
    pub version: i32,
}

impl Binding {
    /// The same as bytes, in which no two bindings are alike: all parts but the name have a fixed length, and the name
    /// comes after its length.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let name = self.purpose.name();
        let mut bytes = b"bursar/sealed/1".to_vec();
        bytes.extend(u32::try_from(name.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend(name.as_bytes());
        bytes.push(u8::from(self.organization.is_some()));
        bytes.extend(self.organization.map_or(Uuid::nil(), |id| id.0).as_bytes());
        bytes.extend(self.subject.as_bytes());
        bytes.extend(self.version.to_be_bytes());
        bytes
    }
}
