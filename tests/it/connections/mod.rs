//! Connections of organizations to the services of others (ORG-7).

mod bad_input;
mod default_git;
mod lifecycle;
mod people;
mod rotation;
mod secrets;

use bursar_tests::{Answer, Client, Organization, TestApp};
use serde_json::{Value, json};

/// An organization and its owner.
async fn organization(app: &TestApp) -> Organization {
    app.anonymous
        .sign_up("owner")
        .await
        .create_organization("acme")
        .await
}

/// Every provider with settings that it is content with, and the kind that it belongs to.
fn providers() -> Vec<(&'static str, &'static str, Value)> {
    let bucket = |endpoint: &str| json!({ "endpoint": endpoint, "bucket": "backups", "accessKeyId": "AKIAEXAMPLE" });
    let server =
        json!({ "host": "files.example.com", "username": "deploy", "port": 2222, "path": "/srv" });
    vec![
        (
            "AWS_S3",
            "STORAGE",
            json!({ "region": "eu-central-1", "bucket": "backups", "accessKeyId": "AKIAEXAMPLE" }),
        ),
        (
            "CLOUDFLARE_R2",
            "STORAGE",
            bucket("https://account.r2.example.com"),
        ),
        (
            "BACKBLAZE_B2",
            "STORAGE",
            bucket("https://s3.eu.example.com"),
        ),
        ("MINIO", "STORAGE", bucket("http://10.0.0.5:9000")),
        ("SFTP", "STORAGE", server.clone()),
        ("FTP", "STORAGE", server),
        ("CLOUDFLARE", "DNS", json!({})),
        ("ROUTE53", "DNS", json!({ "accessKeyId": "AKIAEXAMPLE" })),
        ("DIGITALOCEAN", "DNS", json!({})),
        ("HETZNER", "DNS", json!({})),
        ("GITHUB", "GIT", json!({ "username": "acme" })),
        (
            "GITLAB",
            "GIT",
            json!({ "endpoint": "https://gitlab.example.com" }),
        ),
        (
            "HELM",
            "ADDON_REPOSITORY",
            json!({ "endpoint": "https://charts.example.com" }),
        ),
        (
            "OCI",
            "ADDON_REPOSITORY",
            json!({ "host": "registry.example.com", "path": "charts" }),
        ),
    ]
}

/// The connections of an organization of one kind, or of all.
async fn listed(client: &Client, organization: &Organization, kind: Option<&str>) -> Answer {
    let document = "query($id: ID!, $kind: ConnectionKind) { organization(id: $id) {
        connections(kind: $kind, first: 100) { totalCount nodes { id kind provider } } } }";
    let variables = json!({ "id": organization.id, "kind": kind });
    client.query(document, variables).await
}

/// The names of what is in a list of an answer.
fn field<'a>(answer: &'a Answer, path: &str, name: &str) -> Vec<&'a str> {
    let items = answer.list(path).iter();
    items.filter_map(|item| item[name].as_str()).collect()
}
