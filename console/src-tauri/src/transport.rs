//! GraphQL over HTTP (the specification's POST form), and nothing else over HTTP.
//!
//! Redirects are not followed: a bearer token goes to the address the person chose or nowhere.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use secrecy::{ExposeSecret, SecretString};

use crate::address::ServerAddress;
use crate::failure::Failure;
use crate::graphql::{Answer, Operation};

/// The media type of GraphQL over HTTP; `application/json` is for servers of before it.
const RESPONSE_TYPE: &str = "application/graphql-response+json";
const ACCEPTED: HeaderValue =
    HeaderValue::from_static("application/graphql-response+json, application/json;q=0.9");

/// How long a connection and a whole answer may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until the TCP connection stands.
    pub connect: Duration,
    /// Until the whole answer is here.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
        }
    }
}

/// The HTTP client; cheap to clone, connections are shared and kept.
#[derive(Clone)]
pub struct Transport {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    patience: Patience,
}

impl Transport {
    /// A client with this TLS configuration.
    #[must_use]
    pub fn new(tls: &Arc<ClientConfig>, patience: Patience) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(patience.connect));
        tcp.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls.as_ref().clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(connector);
        Self { client, patience }
    }

    /// Runs a query or a mutation.
    ///
    /// A refused access token is an answer too: it comes back as one with `UNAUTHENTICATED` in it,
    /// whatever the status code.
    ///
    /// # Errors
    /// `OFFLINE` when no answer came, `BAD_RESPONSE` when what came is not GraphQL.
    pub async fn post(
        &self,
        server: &ServerAddress,
        token: Option<&SecretString>,
        operation: &Operation,
    ) -> Result<Answer, Failure> {
        let request = request(server, token, operation)?;
        let exchange = async {
            let response = self
                .client
                .request(request)
                .await
                .map_err(|error| unreachable_server(server, &error))?;
            let (head, body) = response.into_parts();
            let body = body
                .collect()
                .await
                .map_err(|error| Failure::offline(format!("{server} broke off: {error}")))?;
            Ok((head, body.to_bytes()))
        };
        let (head, body) = tokio::time::timeout(self.patience.answer, exchange)
            .await
            .unwrap_or_else(|_| {
                Err(Failure::offline(format!(
                    "{server} did not answer in time."
                )))
            })?;
        read(head.status, head.headers.get(CONTENT_TYPE), &body)
    }
}

fn request(
    server: &ServerAddress,
    token: Option<&SecretString>,
    operation: &Operation,
) -> Result<Request<Full<Bytes>>, Failure> {
    let unsendable = |error: &dyn std::fmt::Display| {
        Failure::bad_response(format!("The request cannot be sent: {error}"))
    };
    let body = serde_json::to_vec(operation).map_err(|error| unsendable(&error))?;
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(server.graphql())
        .header(ACCEPT, ACCEPTED)
        .header(CONTENT_TYPE, "application/json")
        .body(Full::from(body))
        .map_err(|error| unsendable(&error))?;
    if let Some(token) = token {
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))
            .map_err(|_| {
                Failure::unauthenticated("The access token is not one that can be sent.")
            })?;
        bearer.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, bearer);
    }
    Ok(request)
}

fn unreachable_server(
    server: &ServerAddress,
    error: &hyper_util::client::legacy::Error,
) -> Failure {
    // The outer error says “client error (Connect)”; the cause says “connection refused”.
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Failure::offline(format!("{server} cannot be reached: {cause}"))
}

fn read(
    status: StatusCode,
    content_type: Option<&HeaderValue>,
    body: &[u8],
) -> Result<Answer, Failure> {
    let media_type = content_type
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    let speaks_json = media_type.eq_ignore_ascii_case(RESPONSE_TYPE)
        || media_type.eq_ignore_ascii_case("application/json");
    let answer = speaks_json
        .then(|| serde_json::from_slice::<Answer>(body).ok())
        .flatten();
    match answer.filter(is_graphql) {
        Some(answer) => Ok(answer),
        None if status == StatusCode::UNAUTHORIZED => Ok(refused()),
        None => Err(Failure::bad_response(format!(
            "The server answered {status} with something that is not GraphQL; is this the address of a Bursar server?"
        ))),
    }
}

fn is_graphql(answer: &Answer) -> bool {
    match &answer.data {
        Some(data) => data.is_object(),
        None => answer.errors.is_some(),
    }
}

fn refused() -> Answer {
    let error = serde_json::json!({ "message": "Sign in again.", "extensions": { "code": "UNAUTHENTICATED" } });
    Answer {
        errors: Some(vec![error]),
        ..Answer::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::FailureCode;

    fn read_as(status: u16, media_type: &'static str, body: &str) -> Result<Answer, Failure> {
        let media_type = HeaderValue::from_static(media_type);
        read(
            StatusCode::from_u16(status).unwrap(),
            Some(&media_type),
            body.as_bytes(),
        )
    }

    #[test]
    fn graphql_is_graphql_whatever_the_status() {
        let answer = read_as(
            200,
            "application/graphql-response+json; charset=utf-8",
            r#"{"data":{"a":1}}"#,
        )
        .unwrap();
        assert_eq!(answer.data.unwrap()["a"], 1);
        let answer = read_as(
            400,
            "application/json",
            r#"{"errors":[{"message":"no such field"}]}"#,
        )
        .unwrap();
        assert_eq!(answer.first_message(), Some("no such field"));
        assert!(
            read_as(401, "text/plain", "no")
                .unwrap()
                .has_code("UNAUTHENTICATED")
        );
    }

    #[test]
    fn anything_else_is_a_bad_response() {
        for (status, media_type, body) in [
            (200, "text/html", "<html>a captive portal</html>"),
            (200, "application/json", "{}"),
            (200, "application/json", "[1]"),
            (200, "text/html", r#"{"data":{}}"#),
            (301, "text/html", ""),
            (502, "application/json", "bad gateway"),
        ] {
            assert_eq!(
                read_as(status, media_type, body).unwrap_err().code,
                FailureCode::BadResponse,
                "{body}"
            );
        }
    }

    #[test]
    fn a_request_never_shows_its_token() {
        let server = ServerAddress::parse("https://example.com").unwrap();
        let request = request(&server, Some(&"very-secret".into()), &Operation::default()).unwrap();
        assert_eq!(request.headers()[AUTHORIZATION], "Bearer very-secret");
        assert!(!format!("{request:?}").contains("very-secret"));
        assert!(
            super::request(&server, Some(&"line\nbreak".into()), &Operation::default()).is_err()
        );
    }
}
