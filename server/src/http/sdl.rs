//! `/schema.graphql`: the schema's text, for code generators. It is closed together with introspection.

use async_graphql::Executor;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::graphql::Refusal;
use super::{Authenticate, Hall};
use crate::error::{Code, Error};

/// The schema in GraphQL's schema definition language.
pub(super) async fn schema<E: Executor, A: Authenticate>(
    State(hall): State<Hall<E, A>>,
) -> Response {
    if !hall.doors.http.introspection {
        let error = Error::new(
            Code::NotFound,
            "This server does not publish its schema: introspection is switched off",
        );
        return Refusal::new(StatusCode::NOT_FOUND, error).into_response();
    }
    (
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        hall.doors.sdl.to_string(),
    )
        .into_response()
}
