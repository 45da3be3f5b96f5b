//! What the doors must learn from the rest of the house about operations that may be shared.

use std::sync::Arc;

use async_graphql::{Name, Value};
use bursar_entities::ids::OrganizationId;
use futures_util::stream::{self, BoxStream, StreamExt as _};

use crate::actor::Actor;
use crate::domain::access::Permission;
use crate::error::{Error, Result};

/// The arguments of an operation's root field, with variables replaced by their values.
pub type Arguments = [(Name, Value)];

/// How the events of an operation reach those who listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Each one, in order. Whoever falls too far behind is told so.
    Every,
    /// The latest about each thing: one that was not yet read gives way to the next about the same.
    Latest,
}

/// What an operation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Of this organization, or, for system admins, of all.
    pub organization: Option<OrganizationId>,
    /// What it takes to listen.
    pub permission: Permission,
    /// How its events are delivered.
    pub delivery: Delivery,
    /// The argument that says where a caller starts; callers that share may differ in it.
    pub cursor: Option<&'static str>,
}

/// Knows which live operations may be shared. The defaults share none.
pub trait Share: Clone + Send + Sync + 'static {
    /// What the operation with this root field is about; none when everybody must have an execution of their own, which
    /// is also where wrong arguments are complained about.
    fn topic(&self, _field: &str, _arguments: &Arguments) -> Option<Topic> {
        None
    }

    /// Whether `field` of the type `parent` has the same value for everybody who may listen.
    fn is_common(&self, _parent: &str, _field: &str) -> bool {
        false
    }

    /// For each listener, why it may no longer listen (ACC-8).
    ///
    /// # Errors
    /// When it cannot be found out.
    fn refusals(
        &self,
        listeners: &[(Arc<Actor>, Topic)],
    ) -> impl Future<Output = Result<Vec<Option<Error>>>> + Send {
        let nobody = listeners.iter().map(|_| None).collect();
        async { Ok(nobody) }
    }

    /// Yields whenever somebody may have lost the right to listen.
    fn changes(&self) -> BoxStream<'static, ()> {
        stream::pending().boxed()
    }

    /// The cursor at a position of a log.
    fn cursor_at(&self, position: i64) -> String {
        position.to_string()
    }
}
