//! What is said of connections, and how it reads in the domain. These types hold secrets and so are not printed.

use std::collections::BTreeMap;

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::ConnectionProvider;
use crate::domain::connections::{Field, NewConnection, Patch, SecretEdit, Settings};
use crate::error::Result;
use crate::graphql::scalars::parse_id;

/// What a connection is told beside its secret. The provider says what it needs; null is the same as nothing in a new
/// connection, and takes a setting away in an update.
#[derive(Default, InputObject)]
pub struct ConnectionSettingsInput {
    /// An http or https address without user, query or fragment, at most 512 characters.
    endpoint: MaybeUndefined<String>,
    /// Where the provider keeps it, such as `eu-central-1`.
    region: MaybeUndefined<String>,
    /// The bucket, 3 to 63 characters.
    bucket: MaybeUndefined<String>,
    /// The public half of a pair of keys; the secret is the other.
    access_key_id: MaybeUndefined<String>,
    /// A name or an address in the network.
    host: MaybeUndefined<String>,
    /// The port; the usual one when absent.
    port: MaybeUndefined<i32>,
    /// Who signs in.
    username: MaybeUndefined<String>,
    /// A folder, or the beginning of keys and names.
    path: MaybeUndefined<String>,
}

impl ConnectionSettingsInput {
    /// What is said of each field: a value, or that there is to be none.
    fn said(self) -> BTreeMap<Field, Option<String>> {
        let port = self.port.map_value(|port| port.to_string());
        let all = [
            (Field::Endpoint, self.endpoint),
            (Field::Region, self.region),
            (Field::Bucket, self.bucket),
            (Field::AccessKeyId, self.access_key_id),
            (Field::Host, self.host),
            (Field::Port, port),
            (Field::Username, self.username),
            (Field::Path, self.path),
        ];
        let said = |(field, value): (Field, MaybeUndefined<String>)| match value {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some((field, None)),
            MaybeUndefined::Value(text) => Some((field, Some(text))),
        };
        all.into_iter().filter_map(said).collect()
    }
}

/// What a connection is to be.
#[derive(InputObject)]
pub struct CreateConnectionInput {
    /// Whose.
    organization_id: ID,
    /// Whose service it leads to; its kind follows from that.
    provider: ConnectionProvider,
    /// What to call it, 1 to 100 characters; unique among the organization's connections of the kind.
    name: String,
    /// What is no secret.
    settings: Option<ConnectionSettingsInput>,
    /// A password, a token, a secret access key or a private key, at most 16 KiB. It is never given out again.
    secret: Option<String>,
}

impl CreateConnectionInput {
    pub(super) fn into_domain(self) -> Result<NewConnection> {
        let said = self.settings.unwrap_or_default().said().into_iter();
        let settings: Settings = said
            .filter_map(|(field, value)| value.map(|value| (field, value)))
            .collect();
        Ok(NewConnection {
            organization: parse_id(&self.organization_id, "The organization")?,
            provider: self.provider.into(),
            name: self.name,
            settings,
            secret: self.secret.map(Into::into),
        })
    }
}

/// A partial change of a connection: fields that are absent stay. It keeps its provider.
#[derive(InputObject)]
pub struct UpdateConnectionInput {
    /// The connection.
    pub(super) connection_id: ID,
    /// The `version` that the change was made from; another one is a `CONFLICT`, never an overwrite.
    pub(super) expected_version: i32,
    /// What to call it, 1 to 100 characters.
    name: Option<String>,
    /// Settings to lay over the present ones; null takes one away. With another `endpoint`, `host` or `port` the secret has
    /// to be given again.
    settings: Option<ConnectionSettingsInput>,
    /// A new secret; null forgets the present one, where the provider works without.
    secret: MaybeUndefined<String>,
}

impl UpdateConnectionInput {
    pub(super) fn into_patch(self) -> Patch {
        Patch {
            name: self.name,
            settings: self.settings.unwrap_or_default().said(),
            secret: match self.secret {
                MaybeUndefined::Undefined => SecretEdit::Keep,
                MaybeUndefined::Null => SecretEdit::Forget,
                MaybeUndefined::Value(secret) => SecretEdit::Replace(secret.into()),
            },
        }
    }
}

/// Which connection is deleted.
#[derive(InputObject)]
pub struct DeleteConnectionInput {
    /// The connection.
    pub(super) connection_id: ID,
}
