//! Requests that are refused before there is an operation to run: the status and one GraphQL error that says why.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::media::Dress;
use crate::error::{Code, Error};

/// A refused request.
#[derive(Debug)]
pub(in crate::http) struct Refusal {
    status: StatusCode,
    error: Error,
    header: Option<(HeaderName, HeaderValue)>,
    dress: Dress,
}

impl Refusal {
    /// Refuses with `status` because of `error`.
    pub(in crate::http) fn new(status: StatusCode, error: Error) -> Self {
        Self { status, error, header: None, dress: Dress::Json }
    }

    /// The request is malformed: 400.
    pub(in crate::http) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Error::new(Code::BadRequest, message))
    }

    /// The method does not fit: 405, naming those that do.
    pub(in crate::http) fn method(allow: &'static str, message: impl Into<String>) -> Self {
        let refusal = Self::new(StatusCode::METHOD_NOT_ALLOWED, Error::new(Code::BadRequest, message));
        Self { header: Some((header::ALLOW, HeaderValue::from_static(allow))), ..refusal }
    }

    /// Credentials that do not hold, or a failure while checking them.
    pub(in crate::http) fn credentials(error: Error) -> Self {
        match error.code {
            Code::Unauthenticated => Self {
                header: Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
                ..Self::new(StatusCode::UNAUTHORIZED, error)
            },
            Code::Forbidden => Self::new(StatusCode::FORBIDDEN, error),
            Code::RateLimited => Self::new(StatusCode::TOO_MANY_REQUESTS, error),
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, error),
        }
    }

    /// The same refusal in the dress that the caller accepts.
    pub(in crate::http) const fn dressed(mut self, dress: Dress) -> Self {
        self.dress = dress;
        self
    }

    /// The error, for transports that are not HTTP.
    pub(in crate::http) fn into_error(self) -> Error {
        self.error
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut extensions = serde_json::Map::new();
        extensions.insert("code".into(), self.error.code.as_str().into());
        for (name, value) in &self.error.facts {
            extensions.insert((*name).into(), value.clone());
        }
        let body = json!({ "errors": [{ "message": self.error.message, "extensions": extensions }] });
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(self.dress.content_type())),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let mut response = (self.status, headers, body.to_string()).into_response();
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
