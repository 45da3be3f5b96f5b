//! Connections, made by the owner of an organization as anybody else would.

use secrecy::{ExposeSecret as _, SecretSlice};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::client::{Client, unique};
use crate::factories::Organization;

/// Everything that there is to see of a connection.
pub const CONNECTION: &str =
    "id kind provider name hasSecret secretUpdatedAt version createdAt updatedAt
    viewerCanUpdate viewerCanDelete
    settings { endpoint region bucket accessKeyId host port username path }";

/// What is in a secret; only tests look.
#[must_use]
pub fn exposed(secret: &SecretSlice<u8>) -> Vec<u8> {
    secret.expose_secret().to_vec()
}

impl Organization {
    /// Tries to make a connection, as the owner; `more` is merged into the input.
    pub async fn try_create_connection(&self, provider: &str, more: Value) -> Answer {
        self.owner
            .client
            .create_connection(&self.id, provider, more)
            .await
    }

    /// A connection to a provider that needs nothing but a secret; its id.
    pub async fn create_connection(&self, provider: &str) -> String {
        self.try_create_connection(provider, json!({}))
            .await
            .expect_no_errors()
            .text("createConnection.connection.id")
    }
}

impl Client {
    /// Tries to make a connection, as this client; `more` is merged into the input.
    pub async fn create_connection(
        &self,
        organization: &str,
        provider: &str,
        more: Value,
    ) -> Answer {
        let mut input = json!({
            "organizationId": organization,
            "provider": provider,
            "name": unique("connection"),
            "secret": "a secret of the tests",
        });
        if let (Some(input), Value::Object(more)) = (input.as_object_mut(), more) {
            input.extend(more);
        }
        let selection = format!("connection {{ {CONNECTION} }}");
        self.mutate("createConnection", input, &selection).await
    }

    /// Tries to change a connection, as this client.
    pub async fn update_connection(&self, id: &str, version: i64, change: Value) -> Answer {
        let mut input = json!({ "connectionId": id, "expectedVersion": version });
        if let (Some(input), Value::Object(change)) = (input.as_object_mut(), change) {
            input.extend(change);
        }
        let selection = format!("connection {{ {CONNECTION} }}");
        self.mutate("updateConnection", input, &selection).await
    }

    /// Tries to delete a connection, as this client.
    pub async fn delete_connection(&self, id: &str) -> Answer {
        let input = json!({ "connectionId": id });
        self.mutate("deleteConnection", input, "deletedConnectionId")
            .await
    }
}
