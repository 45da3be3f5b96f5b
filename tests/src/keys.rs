//! API keys, made by the owner of an organization as anybody else would.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::client::{Client, unique};
use crate::factories::Organization;

/// Everything that there is to see of a key.
pub const KEY: &str =
    "id name prefix previousPrefix previousUntil permissions allowedIps createdAt expiresAt
    lastUsedAt revokedAt status viewerCanManage";

/// A key and a client that shows it.
#[derive(Clone, Debug)]
pub struct Key {
    /// The id.
    pub id: String,
    /// The secret.
    pub secret: String,
    /// Sends everything with the secret.
    pub client: Client,
}

impl Organization {
    /// Tries to make a key, as the owner; `more` is merged into the input.
    pub async fn try_create_key(&self, permissions: &[&str], more: Value) -> Answer {
        create_key(&self.owner.client, &self.id, permissions, more).await
    }

    /// A key with these permissions.
    pub async fn create_key(&self, permissions: &[&str]) -> Key {
        self.create_key_with(permissions, json!({})).await
    }

    /// As [`Organization::create_key`]; `more` is merged into the input.
    pub async fn create_key_with(&self, permissions: &[&str], more: Value) -> Key {
        let answer = self.try_create_key(permissions, more).await;
        let answer = answer.expect_no_errors();
        let secret = answer.text("createApiKey.secret");
        Key {
            id: answer.text("createApiKey.apiKey.id"),
            client: self.owner.client.with_token(&secret),
            secret,
        }
    }

    /// Revokes a key, as the owner.
    pub async fn revoke_key(&self, id: &str) -> Answer {
        let selection = format!("apiKey {{ {KEY} }}");
        let owner = &self.owner.client;
        owner
            .mutate("revokeApiKey", json!({ "apiKeyId": id }), &selection)
            .await
    }

    /// Gives a key a new secret, as the owner; a client that shows it.
    pub async fn rotate_key(&self, id: &str, overlap_seconds: Option<i64>) -> Client {
        let input = json!({ "apiKeyId": id, "overlapSeconds": overlap_seconds });
        let owner = &self.owner.client;
        let answer = owner.mutate("rotateApiKey", input, "secret").await;
        let secret = answer.expect_no_errors().text("rotateApiKey.secret");
        owner.with_token(&secret)
    }
}

impl Client {
    /// Tries to make a key in an organization, as this client; `more` is merged into the input.
    pub async fn create_key(&self, organization: &str, permissions: &[&str]) -> Answer {
        create_key(self, organization, permissions, json!({})).await
    }
}

async fn create_key(
    client: &Client,
    organization: &str,
    permissions: &[&str],
    more: Value,
) -> Answer {
    let mut input = json!({ "organizationId": organization, "name": unique("key"), "permissions": permissions });
    if let (Some(input), Value::Object(more)) = (input.as_object_mut(), more) {
        input.extend(more);
    }
    let selection = format!("secret apiKey {{ {KEY} }}");
    client.mutate("createApiKey", input, &selection).await
}
