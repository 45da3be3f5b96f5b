//! The forms of an export, and its body: written as fast as it is taken.

use axum::body::Body;
use bursar_entities::audit_entry::Model;
use futures_util::StreamExt as _;

use super::{csv, jsonl};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{self, Filter};
use crate::error::{Error, Result};

/// How entries are written down.
#[derive(Clone, Copy)]
pub(super) struct Format {
    pub(super) extension: &'static str,
    pub(super) media_type: &'static str,
    /// What comes before the first entry.
    header: &'static str,
    /// Adds an entry.
    write: fn(&mut String, &Model),
}

/// Comma-separated values (RFC 4180).
pub(super) const CSV: Format = Format {
    extension: "csv",
    media_type: "text/csv; charset=utf-8; header=present",
    header: csv::HEADER,
    write: csv::write,
};

/// One JSON object per line.
pub(super) const JSONL: Format = Format {
    extension: "jsonl",
    media_type: "application/jsonl; charset=utf-8",
    header: "",
    write: jsonl::write,
};

/// The pages of the log from `first` on, each read when the one before has been taken.
pub(super) fn body(
    app: App,
    actor: Actor,
    filter: Filter,
    format: Format,
    first: Vec<Model>,
) -> Body {
    let pages = async_stream::try_stream! {
        if !format.header.is_empty() {
            yield format.header.to_owned();
        }
        let mut page = first;
        while let Some(last) = page.last().map(|entry| entry.id) {
            let mut text = String::new();
            for entry in &page {
                (format.write)(&mut text, entry);
            }
            yield text;
            page = audit::export_page(&app, &actor, &filter, Some(last)).await.map_err(broken_off)?;
        }
    };
    // Names the error, which the macro leaves open.
    Body::from_stream(pages.map(|page: Result<String>| page))
}

fn broken_off(error: Error) -> Error {
    tracing::warn!(%error, cause = ?error.cause, "an export is broken off");
    error
}
