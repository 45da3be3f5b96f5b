//! The closed vocabularies of connections.

use async_graphql::Enum;
use bursar_entities::enums;

/// What a connection leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::ConnectionKind")]
pub enum ConnectionKind {
    /// Where files go: `org.storage.…`.
    Storage,
    /// Where names are made to point: `org.dns.…`.
    Dns,
    /// Where code comes from: `org.git.…`.
    Git,
    /// Where packages of add-ons come from: `org.addons_repos.…`.
    AddonRepository,
}

/// Whose service a connection leads to; each belongs to one kind. With each stand the settings that it needs, and in
/// brackets those that it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::ConnectionProvider")]
pub enum ConnectionProvider {
    /// Storage: Amazon S3. `region`, `bucket`, `accessKeyId` (`endpoint`, `path`).
    #[graphql(name = "AWS_S3")]
    AwsS3,
    /// Storage: Cloudflare R2. `endpoint`, `bucket`, `accessKeyId` (`path`).
    #[graphql(name = "CLOUDFLARE_R2")]
    CloudflareR2,
    /// Storage: Backblaze B2. `endpoint`, `bucket`, `accessKeyId` (`region`, `path`).
    #[graphql(name = "BACKBLAZE_B2")]
    BackblazeB2,
    /// Storage: MinIO, and what else speaks S3. `endpoint`, which may be plain http, `bucket`, `accessKeyId` (`region`,
    /// `path`).
    Minio,
    /// Storage: a server that speaks SFTP. `host`, `username` (`port`, `path`).
    Sftp,
    /// Storage: a server that speaks FTP. `host`, `username` (`port`, `path`).
    Ftp,
    /// DNS: Cloudflare; the secret is an API token.
    Cloudflare,
    /// DNS: Amazon Route 53. `accessKeyId` (`region`).
    #[graphql(name = "ROUTE53")]
    Route53,
    /// DNS: DigitalOcean; the secret is an API token.
    #[graphql(name = "DIGITALOCEAN")]
    Digitalocean,
    /// DNS: Hetzner; the secret is an API token.
    Hetzner,
    /// Git: GitHub (`endpoint` of a server of one's own, `username`).
    Github,
    /// Git: GitLab (`endpoint` of a server of one's own, `username`).
    Gitlab,
    /// Add-ons: a repository of Helm charts. `endpoint`, which may be plain http (`username`). Works without a secret.
    Helm,
    /// Add-ons: a registry after the OCI distribution specification. `host` (`port`, `username`, `path`). Works without a
    /// secret.
    Oci,
}
