//! What each provider has to be told, in one table.

use bursar_entities::enums::{ConnectionKind, ConnectionProvider};

/// A setting of a connection that is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// An http or https address.
    Endpoint,
    /// Where the provider keeps it.
    Region,
    /// The bucket.
    Bucket,
    /// The public half of a pair of keys.
    AccessKeyId,
    /// A name or an address in the network.
    Host,
    /// The port.
    Port,
    /// Who signs in.
    Username,
    /// A folder, or the beginning of keys and names.
    Path,
}

impl Field {
    /// The name in the graph.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Region => "region",
            Self::Bucket => "bucket",
            Self::AccessKeyId => "accessKeyId",
            Self::Host => "host",
            Self::Port => "port",
            Self::Username => "username",
            Self::Path => "path",
        }
    }

    /// Whether it says where the secret is sent to.
    pub(super) const fn is_destination(self) -> bool {
        matches!(self, Self::Endpoint | Self::Host | Self::Port)
    }
}

/// What a provider has to be told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Needs {
    /// What must be said.
    pub(super) required: &'static [Field],
    /// What can be said.
    pub(super) optional: &'static [Field],
    /// Whether it works without a secret: what everybody may fetch.
    pub(super) secret_optional: bool,
    /// Whether its endpoint may be plain http, which is common within a house.
    pub(super) plain_http: bool,
}

/// The kind that a provider belongs to.
#[must_use]
pub const fn kind(provider: ConnectionProvider) -> ConnectionKind {
    use ConnectionProvider as P;
    match provider {
        P::AwsS3 | P::CloudflareR2 | P::BackblazeB2 | P::Minio | P::Sftp | P::Ftp => {
            ConnectionKind::Storage
        }
        P::Cloudflare | P::Route53 | P::Digitalocean | P::Hetzner => ConnectionKind::Dns,
        P::Github | P::Gitlab => ConnectionKind::Git,
        P::Helm | P::Oci => ConnectionKind::AddonRepository,
    }
}

/// What a provider has to be told.
pub(super) const fn needs(provider: ConnectionProvider) -> Needs {
    use ConnectionProvider as P;
    use Field as F;
    let (required, optional): (&[Field], &[Field]) = match provider {
        P::AwsS3 => (
            &[F::Region, F::Bucket, F::AccessKeyId],
            &[F::Endpoint, F::Path],
        ),
        P::CloudflareR2 => (&[F::Endpoint, F::Bucket, F::AccessKeyId], &[F::Path]),
        P::BackblazeB2 | P::Minio => (
            &[F::Endpoint, F::Bucket, F::AccessKeyId],
            &[F::Region, F::Path],
        ),
        P::Sftp | P::Ftp => (&[F::Host, F::Username], &[F::Port, F::Path]),
        P::Cloudflare | P::Digitalocean | P::Hetzner => (&[], &[]),
        P::Route53 => (&[F::AccessKeyId], &[F::Region]),
        P::Github | P::Gitlab => (&[], &[F::Endpoint, F::Username]),
        P::Helm => (&[F::Endpoint], &[F::Username]),
        P::Oci => (&[F::Host], &[F::Port, F::Username, F::Path]),
    };
    Needs {
        required,
        optional,
        secret_optional: matches!(provider, P::Helm | P::Oci),
        plain_http: matches!(provider, P::Minio | P::Helm),
    }
}
