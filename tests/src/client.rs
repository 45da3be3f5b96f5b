//! A client of the graph over HTTP, signed in or not.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::answer::Answer;

/// Sends operations to one server, always with the same credentials.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    server: String,
    token: Option<String>,
    language: Option<String>,
}

impl Client {
    /// A client without credentials of the server at `server`, such as `http://127.0.0.1:8000`.
    #[must_use]
    pub fn new(server: &str) -> Self {
        Self {
            http: reqwest::Client::new(),
            server: server.to_owned(),
            token: None,
            language: None,
        }
    }

    /// The same client with this access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same client without credentials.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self {
            token: None,
            ..self.clone()
        }
    }

    /// The same client of another server process.
    #[must_use]
    pub fn at(&self, server: &str) -> Self {
        Self {
            server: server.to_owned(),
            ..self.clone()
        }
    }

    /// The same client with this `Accept-Language`.
    #[must_use]
    pub fn with_language(&self, language: &str) -> Self {
        Self {
            language: Some(language.to_owned()),
            ..self.clone()
        }
    }

    /// The server's address.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The access token.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// A plain HTTP request to a path of the server, with the credentials.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.server));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(language) = &self.language {
            request = request.header("Accept-Language", language);
        }
        request
    }

    /// Runs an operation, or tells why no answer came (a server that was killed, for example).
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn try_query(
        &self,
        document: &str,
        variables: Value,
    ) -> Result<Answer, reqwest::Error> {
        let asked = format!("{document}\nwith {variables:#}");
        let response = self
            .request(reqwest::Method::POST, "/graphql")
            .header("Accept", "application/graphql-response+json")
            .json(&json!({ "query": document, "variables": variables }))
            .send()
            .await?;
        let status = response.status();
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer {
            status,
            body,
            asked,
        })
    }

    /// Runs an operation.
    pub async fn query(&self, document: &str, variables: Value) -> Answer {
        self.try_query(document, variables)
            .await
            .expect("the server answers")
    }

    /// Runs a mutation that takes an `input`; `selection` is what is wanted of its payload beside `userErrors`.
    pub async fn mutate(&self, field: &str, input: Value, selection: &str) -> Answer {
        self.query(&mutation(field, selection), json!({ "input": input }))
            .await
    }
}

/// The document of a mutation in the contract's form: one `input`, a payload with `userErrors`.
#[must_use]
pub(crate) fn mutation(field: &str, selection: &str) -> String {
    let mut letters = field.chars();
    let name: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect();
    format!(
        "mutation($input: {name}Input!) {{ {field}(input: $input) {{ {selection} userErrors {{ code message path }} }} }}"
    )
}

/// A name that no other of this process has, such as `acme-7`.
#[must_use]
pub fn unique(stem: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{stem}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
