//! `/healthz` (the process lives) and `/readyz` (it can do its work), for load balancers and orchestrators (OPS-3).

use std::sync::Arc;
use std::time::Duration;

use async_graphql::Executor;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{Authenticate, Hall};

/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks whether the server can do its work; the error is a reason for operators.
pub type Readiness = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// 200 as long as the process answers.
pub(super) async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// 200 when the server can do its work, else 503 with the reason.
pub(super) async fn readyz<E: Executor, A: Authenticate>(
    State(hall): State<Hall<E, A>>,
) -> (StatusCode, Json<Value>) {
    let asked = tokio::time::timeout(PATIENCE, (hall.doors.readiness)()).await;
    match asked.unwrap_or_else(|_| Err("the database does not answer in time".into())) {
        Ok(()) => (StatusCode::OK, Json(json!({ "status": "ready" }))),
        Err(reason) => {
            tracing::warn!(reason, "not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(json!({ "status": "unavailable", "reason": reason })),
            )
        }
    }
}
