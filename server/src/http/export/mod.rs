//! `/export/audit.csv` and `/export/audit.jsonl`: the audit log as a file, with the filters of `auditLog` and for those
//! who hold `org.audit.export` (AUD-2).
//!
//! What is wrong is told in the contract's form before the first byte. Entries are then read as fast as they are taken,
//! some hundred at a time; what fails from there on breaks the connection off, so that nobody takes a part for the whole.

mod body;
mod csv;
mod jsonl;
mod parameters;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use self::body::{CSV, Format, JSONL, body};
use super::graphql::Refusal;
use super::origin;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit;
use crate::domain::identity;
use crate::error::{Code, Error, Result};

/// The routes of exports.
pub(super) fn router(app: &App) -> Router {
    let csv = |State(app): State<App>, request: Request| answer(app, request, CSV);
    let jsonl = |State(app): State<App>, request: Request| answer(app, request, JSONL);
    Router::new()
        .route("/export/audit.csv", get(csv).fallback(other_method))
        .route("/export/audit.jsonl", get(jsonl).fallback(other_method))
        .with_state(app.clone())
}

async fn other_method() -> Refusal {
    Refusal::method("GET, HEAD", "Exports are read by GET")
}

async fn answer(app: App, request: Request, format: Format) -> Response {
    let (parts, _) = request.into_parts();
    let origin = origin::origin(&parts, app.config.http.trust_proxy);
    let request_id = origin.request_id.clone();
    let exported = async {
        let header = origin::authorization(&parts.headers)?;
        let actor = identity::authenticate(&app, header, origin).await?;
        export(&app, actor, &parts, format).await
    };
    match exported.await {
        Ok(response) => response,
        Err(error) => refusal(error).of_request(request_id).into_response(),
    }
}

/// The file, once it is known that the caller may have it and that it can be read.
async fn export(app: &App, actor: Actor, parts: &Parts, format: Format) -> Result<Response> {
    actor.require_identity()?;
    let filter = parameters::filter(parts.uri.query().unwrap_or_default())?;
    let slug = audit::may_export(app, &actor, &filter).await?;
    let first = audit::export_page(app, &actor, &filter, None).await?;
    let whose = match (slug, filter.organization) {
        (Some(slug), _) => slug,
        (None, Some(id)) => id.to_string(),
        (None, None) => "all".to_owned(),
    };
    let name = format!(
        "attachment; filename=\"audit-{whose}-{}.{}\"",
        app.now().format("%Y%m%dT%H%M%SZ"),
        format.extension
    );
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(format.media_type),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).map_err(Error::internal)?,
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ];
    let body = body(app.clone(), actor, filter, format, first);
    Ok((headers, body).into_response())
}

fn refusal(error: Error) -> Refusal {
    let status = match error.code {
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Validation | Code::BadRequest => StatusCode::BAD_REQUEST,
        _ => return Refusal::credentials(error),
    };
    Refusal::new(status, error)
}
