//! Requests that are refused before there is an operation to run: the status and one GraphQL error that says why.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::media::Dress;
use super::outcome::server_error;
use crate::error::{Code, Error};

/// A refused request.
#[derive(Debug)]
pub(in crate::http) struct Refusal(Box<Parts>);

#[derive(Debug)]
struct Parts {
    status: StatusCode,
    error: Error,
    header: Option<(HeaderName, HeaderValue)>,
    dress: Dress,
    request_id: Option<String>,
}

impl Refusal {
    /// Refuses with `status` because of `error`.
    pub(in crate::http) fn new(status: StatusCode, error: Error) -> Self {
        let dress = Dress::Json;
        Self(Box::new(Parts {
            status,
            error,
            header: None,
            dress,
            request_id: None,
        }))
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
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            Error::new(Code::BadRequest, message),
        )
        .with_header(header::ALLOW, allow)
    }

    /// Credentials that do not hold, or a failure while checking them.
    pub(in crate::http) fn credentials(error: Error) -> Self {
        match error.code {
            Code::Unauthenticated => Self::new(StatusCode::UNAUTHORIZED, error)
                .with_header(header::WWW_AUTHENTICATE, "Bearer"),
            Code::Forbidden => Self::new(StatusCode::FORBIDDEN, error),
            Code::RateLimited => Self::new(StatusCode::TOO_MANY_REQUESTS, error),
            Code::ProviderUnavailable => Self::new(StatusCode::SERVICE_UNAVAILABLE, error),
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, error),
        }
    }

    /// The same refusal with a header that goes with its status.
    pub(in crate::http) fn with_header(mut self, name: HeaderName, value: &'static str) -> Self {
        self.0.header = Some((name, HeaderValue::from_static(value)));
        self
    }

    /// The same refusal in the dress that the caller accepts.
    pub(in crate::http) fn dressed(mut self, dress: Dress) -> Self {
        self.0.dress = dress;
        self
    }

    /// The same refusal, to be quoted by the request's id when it is our fault.
    pub(in crate::http) fn of_request(mut self, id: Option<String>) -> Self {
        self.0.request_id = id;
        self
    }

    /// The error, for transports that are not HTTP.
    pub(in crate::http) fn into_error(self) -> Error {
        self.0.error
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(refusal) = self;
        let error = server_error(&refusal.error, refusal.request_id.as_deref());
        let body = json!({ "errors": [error] });
        let content_type = HeaderValue::from_static(refusal.dress.content_type());
        let headers = [
            (header::CONTENT_TYPE, content_type),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let mut response = (refusal.status, headers, body.to_string()).into_response();
        response.headers_mut().extend(refusal.header);
        response
    }
}
