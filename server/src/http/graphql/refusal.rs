//! Requests that are refused before there is an operation to run: the status and one GraphQL error that says why.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::media::Dress;
use super::outcome::server_error;
use crate::error::{Code, Error};

/// A refused request.
#[derive(Debug)]
pub(in crate::http) struct Refusal {
    status: StatusCode,
    error: Error,
    header: Option<(HeaderName, HeaderValue)>,
    dress: Dress,
    request_id: Option<String>,
}

impl Refusal {
    /// Refuses with `status` because of `error`.
    pub(in crate::http) fn new(status: StatusCode, error: Error) -> Self {
        Self {
            status,
            error,
            header: None,
            dress: Dress::Json,
            request_id: None,
        }
    }

    /// The request is malformed: 400.
    pub(in crate::http) fn malformed(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            Error::new(Code::BadRequest, message),
        )
    }

    /// The method does not fit: 405, naming those that do.
    pub(in crate::http) fn method(allow: &'static str, message: impl Into<String>) -> Self {
        let refusal = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            Error::new(Code::BadRequest, message),
        );
        Self {
            header: Some((header::ALLOW, HeaderValue::from_static(allow))),
            ..refusal
        }
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

    /// The same refusal with one more header.
    pub(in crate::http) fn with_header(self, name: HeaderName, value: &'static str) -> Self {
        Self {
            header: Some((name, HeaderValue::from_static(value))),
            ..self
        }
    }

    /// The same refusal in the dress that the caller accepts.
    pub(in crate::http) const fn dressed(mut self, dress: Dress) -> Self {
        self.dress = dress;
        self
    }

    /// The same refusal, to be quoted by the request's id when it is our fault.
    pub(in crate::http) fn of_request(mut self, id: Option<String>) -> Self {
        self.request_id = id;
        self
    }

    /// The error, for transports that are not HTTP.
    pub(in crate::http) fn into_error(self) -> Error {
        self.error
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let error = server_error(&self.error, self.request_id.as_deref());
        let body = json!({ "errors": [error] });
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static(self.dress.content_type()),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let mut response = (self.status, headers, body.to_string()).into_response();
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
