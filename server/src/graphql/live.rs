//! Live operations that many hear at once. The doors run such an operation once for all who may share its results, and
//! tell its resolver by the request's data how far to go; a resolver that finds nothing there serves one caller alone.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use uuid::Uuid;

/// Which part of a stream is wanted, and how far it has come.
#[derive(Clone, Debug)]
pub struct Follow {
    part: Part,
    progress: Arc<Progress>,
}

/// A part of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What one caller has yet to hear before it can join the others: up to the present, and no further. It starts where
    /// the operation's arguments say, or after this position.
    CatchUp(Option<i64>),
    /// Everything after this position, for all; the operation's own cursor does not count.
    Live(i64),
}

#[derive(Debug, Default)]
struct Progress {
    position: AtomicI64,
    key: Mutex<Option<Uuid>>,
}

impl Follow {
    /// `part` of a stream that has not begun.
    #[must_use]
    pub fn new(part: Part) -> Self {
        Self {
            part,
            progress: Arc::default(),
        }
    }

    /// How the doors want the subscription at `ctx`.
    pub(crate) fn of(ctx: &Context<'_>) -> Option<Self> {
        ctx.data_opt::<Self>().cloned()
    }

    /// The part that is wanted.
    #[must_use]
    pub const fn part(&self) -> Part {
        self.part
    }

    /// The stream has come to `position` of its log. The library executes one event before it asks for the next, so when
    /// a result arrives this is the position of its event.
    pub fn reach(&self, position: i64) {
        self.progress.position.store(position, Ordering::Release);
    }

    /// The next event replaces earlier ones about the same `key`.
    pub fn about(&self, key: Uuid) {
        *self
            .progress
            .key
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(key);
    }

    /// The position that the stream has come to.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.progress.position.load(Ordering::Acquire)
    }

    /// What the last event was about.
    #[must_use]
    pub fn key(&self) -> Option<Uuid> {
        *self
            .progress
            .key
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The fields whose values are the same for everybody who may hear of the event: a document that selects no others can
/// be executed once for all of them. A field that is not listed here may depend on who asks.
const COMMON: &[(&str, &[&str])] = &[
    (
        "QuotaThresholdEvent",
        &[
            "id",
            "sequence",
            "cursor",
            "organization",
            "meter",
            "level",
            "direction",
            "used",
            "limit",
            "window",
            "occurredAt",
        ],
    ),
    (
        "Quota",
        &[
            "meter",
            "used",
            "reserved",
            "limit",
            "remaining",
            "percentage",
            "level",
            "policy",
            "window",
            "explanation",
        ],
    ),
    ("QuotaWindow", &["start", "end"]),
    (
        "QuotaExplanation",
        &["source", "amount", "reference", "expiresAt"],
    ),
    (
        "Meter",
        &[
            "id",
            "key",
            "name",
            "kind",
            "unit",
            "scale",
            "window",
            "thresholds",
        ],
    ),
    ("MeterThreshold", &["level", "percentage"]),
    ("Organization", &["id", "name", "slug"]),
];

/// Whether `field` of the type `parent` has the same value for everybody who may hear of the event that it belongs to.
#[must_use]
pub fn is_common(parent: &str, field: &str) -> bool {
    field == "__typename"
        || COMMON
            .iter()
            .any(|(name, fields)| *name == parent && fields.contains(&field))
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_schema;
    use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

    use super::{COMMON, is_common};
    use crate::graphql::schema::sdl;

    #[test]
    fn the_common_fields_exist_and_need_no_arguments() {
        let document = parse_schema(sdl()).expect("our own schema");
        let mut found = 0;
        for definition in &document.definitions {
            let TypeSystemDefinition::Type(ty) = definition else {
                continue;
            };
            let TypeKind::Object(object) = &ty.node.kind else {
                continue;
            };
            for field in &object.fields {
                if is_common(&ty.node.name.node, &field.node.name.node) {
                    found += 1;
                    assert!(field.node.arguments.is_empty(), "{}", field.node.name.node);
                }
            }
        }
        let listed: usize = COMMON.iter().map(|(_, fields)| fields.len()).sum();
        assert_eq!(found, listed, "every listed field is in the schema");
    }
}
