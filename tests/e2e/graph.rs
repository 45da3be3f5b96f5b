//! The server's API, as another program would use it.

use reqwest::Client;
use serde_json::{Value, json};

use crate::Outcome;
use crate::server::{EMAIL, PASSWORD};

/// A signed-in client of the graph.
pub(crate) struct Graph {
    client: Client,
    url: String,
    token: String,
}

impl Graph {
    /// Signs in as the first system admin.
    pub(crate) async fn sign_in(server: &str) -> Outcome<Self> {
        let mut graph = Self {
            client: Client::new(),
            url: format!("{server}/graphql"),
            token: String::new(),
        };
        let signed_in = graph
            .mutate(
                "mutation($input: SignInInput!) { payload: signIn(input: $input) { session { accessToken } userErrors { message } } }",
                json!({ "email": EMAIL, "password": PASSWORD }),
            )
            .await?;
        graph.token = text(&signed_in, "/session/accessToken")?;
        Ok(graph)
    }

    /// Runs a query and gives its data.
    pub(crate) async fn query(&self, query: &str, variables: Value) -> Outcome<Value> {
        let mut request = self
            .client
            .post(&self.url)
            .header("accept", "application/graphql-response+json")
            .json(&json!({ "query": query, "variables": variables }));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        let mut answer: Value = request.send().await?.json().await?;
        if let Some(errors) = answer.get("errors") {
            return Err(format!("{query}\nanswered {errors}").into());
        }
        Ok(answer["data"].take())
    }

    /// Runs a mutation whose root field is aliased `payload`, and gives that.
    pub(crate) async fn mutate(&self, query: &str, input: Value) -> Outcome<Value> {
        let mut data = self.query(query, json!({ "input": input })).await?;
        let payload = data["payload"].take();
        match payload["userErrors"].as_array() {
            Some(errors) if !errors.is_empty() => {
                Err(format!("{query}\nrefused: {errors:?}").into())
            }
            _ => Ok(payload),
        }
    }
}

/// The text at a JSON pointer.
pub(crate) fn text(value: &Value, pointer: &str) -> Outcome<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    Ok(found
        .ok_or_else(|| format!("no text at {pointer} in {value}"))?
        .to_owned())
}

/// The whole number at a JSON pointer.
pub(crate) fn number(value: &Value, pointer: &str) -> Outcome<i64> {
    let found = value.pointer(pointer).and_then(Value::as_f64);
    let found = found.ok_or_else(|| format!("no number at {pointer} in {value}"))?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the test's figures are small and whole"
    )]
    Ok(found as i64)
}
