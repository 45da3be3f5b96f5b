//! Answering one HTTP exchange: which operations its method may carry, and the status that a result deserves.

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Response as GraphQLResponse, ServerError};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::media::{Accept, Dress};
use super::outcome::{Wire, failed, is_request_error};
use super::params::Params;
use super::refusal::Refusal;
use super::{Admitted, admit, one, sse};
use crate::actor::Actor;
use crate::error::{Code, Error};
use crate::http::{Authenticate, Hall};

/// One HTTP request whose sender is known.
pub(super) struct Exchange<'a, E, A> {
    pub(super) hall: &'a Hall<E, A>,
    pub(super) actor: Actor,
    pub(super) accept: Accept,
    /// Whether it came by POST; other methods must not change anything.
    pub(super) by_post: bool,
}

impl<E: Executor, A: Authenticate> Exchange<'_, E, A> {
    /// Answers one operation.
    pub(super) async fn single(self, params: Params) -> Result<Response, Refusal> {
        let admitted = match self.admit(params) {
            Ok(admitted) => admitted,
            Err(error) => return Ok(self.answer(&GraphQLResponse::from_errors(vec![error]))),
        };
        if admitted.kind == OperationType::Mutation && !self.by_post {
            return Err(Refusal::method("POST", "Mutations need POST"));
        }
        if self.accept.events
            && (admitted.kind == OperationType::Subscription || self.accept.single.is_none())
        {
            return Ok(sse::stream(&self, admitted));
        }
        if admitted.kind == OperationType::Subscription {
            return Err(Refusal::malformed(
                "A subscription needs Accept: text/event-stream, or a WebSocket with graphql-transport-ws",
            ));
        }
        Ok(self.answer(&one(self.hall, admitted, &self.actor).await))
    }

    /// Answers several operations, one after the other, in one array.
    pub(super) async fn batch(self, batch: Vec<Params>) -> Result<Response, Refusal> {
        let Some(dress) = self.accept.single else {
            return Err(Refusal::malformed(
                "A batch has one answer; accept application/json",
            ));
        };
        let mut answers = Vec::with_capacity(batch.len());
        for params in batch {
            answers.push(match self.admit(params) {
                Ok(admitted) if admitted.kind == OperationType::Subscription => failed(
                    &Error::new(Code::BadRequest, "A batch cannot carry subscriptions"),
                    None,
                ),
                Ok(admitted) => one(self.hall, admitted, &self.actor).await,
                Err(error) => GraphQLResponse::from_errors(vec![error]),
            });
        }
        let wires: Vec<Wire<'_>> = answers.iter().map(Wire::from).collect();
        Ok(json(StatusCode::OK, dress, &wires))
    }

    fn admit(&self, params: Params) -> Result<Admitted, ServerError> {
        let doors = &self.hall.doors;
        admit(&self.hall.documents, &doors.limits, &doors.http, params)
    }

    /// The answer that carries `response` and nothing else.
    pub(super) fn answer(&self, response: &GraphQLResponse) -> Response {
        let dress = self.accept.single.unwrap_or(Dress::Response);
        let mut answer = json(status(response, dress), dress, &Wire::from(response));
        answer.headers_mut().extend(response.http_headers.clone());
        answer
    }
}

/// 200 for whatever was carried out. A request error is the caller's (400) or ours (500), but clients from before the
/// specification take every answer but 200 for a broken connection.
fn status(response: &GraphQLResponse, dress: Dress) -> StatusCode {
    if !is_request_error(response) {
        return StatusCode::OK;
    }
    let internal = response.errors.iter().any(|error| {
        let code = error
            .extensions
            .as_ref()
            .and_then(|extensions| extensions.get("code"));
        code == Some(&Code::Internal.as_str().into())
    });
    match dress {
        _ if internal => StatusCode::INTERNAL_SERVER_ERROR,
        Dress::Response => StatusCode::BAD_REQUEST,
        Dress::Json => StatusCode::OK,
    }
}

fn json(status: StatusCode, dress: Dress, body: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            let headers = [
                (
                    header::CONTENT_TYPE,
                    HeaderValue::from_static(dress.content_type()),
                ),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
                (
                    header::VARY,
                    HeaderValue::from_static("accept, authorization, accept-language"),
                ),
            ];
            (status, headers, bytes).into_response()
        }
        Err(error) => {
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, Error::internal(error)).into_response()
        }
    }
}
