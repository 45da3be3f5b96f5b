//! Who may share an operation: whoever sends the same text, name and variables, and, unless everything that it selects
//! is the same for everybody, belongs to the same session or shows the same API key.

use async_graphql::parser::types::{
    Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Pos, Positioned, Value, Variables};
use bursar_entities::ids::SessionId;

use super::common::{Common, named};
use super::topic::{Share, Topic};
use crate::actor::{Actor, Identity, Locale};
use crate::domain::access::SecretHash;
use crate::http::graphql::{Admitted, Types, choose};

/// How an operation is shared.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) key: Key,
    pub(super) topic: Topic,
    /// Where the root field stands in a response, and in the document: errors name both.
    pub(super) response_key: String,
    pub(super) pos: Pos,
}

/// Operations with the same key have the same results.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    query: String,
    operation_name: Option<String>,
    variables: String,
    locale: Locale,
    pub(super) scope: Scope,
}

/// For whom the results are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// Everybody who may listen.
    Everybody,
    /// Whoever belongs to this session.
    Session(SessionId),
    /// Whoever shows this secret of an API key.
    Key(SecretHash),
    /// Bursar itself.
    System,
}

impl Plan {
    /// How to share `admitted`; none when it cannot be.
    pub(super) fn of(
        share: &impl Share,
        types: &Types,
        admitted: &Admitted,
        actor: &Actor,
    ) -> Option<Self> {
        let request = &admitted.request;
        let document = &admitted.shape.document;
        let operation = choose(document, request.operation_name.as_deref()).ok()?;
        let field = only_field(&operation.selection_set.node)?;
        let value = |name: &Name| variable(operation, &request.variables, name);
        let arguments: Option<Vec<(Name, Value)>> = field
            .node
            .arguments
            .iter()
            .map(|(name, argument)| {
                let given = argument
                    .node
                    .clone()
                    .into_const_with(|name| value(&name).ok_or(()));
                Some((name.node.clone(), given.ok()?))
            })
            .collect();
        let topic = share.topic(&field.node.name.node, &arguments?)?;
        let root = types.root(OperationType::Subscription);
        let event = named(types, root, &field.node.name.node)?;
        let selected = &field.node.selection_set.node;
        let common = Common {
            share,
            types,
            document,
        };
        let scope = match &actor.identity {
            Identity::Anonymous | Identity::Unconfirmed(_) => return None,
            _ if common.holds(event, selected) => Scope::Everybody,
            Identity::User(user) => Scope::Session(user.session_id),
            Identity::ApiKey(key) => Scope::Key(key.secret),
            Identity::System => Scope::System,
        };
        let own = topic
            .cursor
            .and_then(|cursor| cursor_variable(&request.query, &field.node, cursor));
        Some(Self {
            key: Key {
                query: request.query.clone(),
                operation_name: request.operation_name.clone(),
                variables: canonical(&request.variables, own)?,
                locale: actor.locale(),
                scope,
            },
            topic,
            response_key: field.node.response_key().node.to_string(),
            pos: field.pos,
        })
    }
}

/// The root field, where there is nothing else beside or around it.
fn only_field(set: &SelectionSet) -> Option<&Positioned<Field>> {
    match set.items.as_slice() {
        [item] => match &item.node {
            Selection::Field(field) if field.node.directives.is_empty() => Some(field),
            _ => None,
        },
        _ => None,
    }
}

/// The value of a variable: the one that was sent, else the default, else null.
fn variable(operation: &OperationDefinition, sent: &Variables, name: &Name) -> Option<Value> {
    let definition = operation
        .variable_definitions
        .iter()
        .find(|definition| definition.node.name.node == *name)?;
    let default = definition
        .node
        .default_value
        .as_ref()
        .map(|value| &value.node);
    Some(sent.get(name).or(default).cloned().unwrap_or_default())
}

/// The variable that serves as cursor and as nothing else. A mention anywhere else in the text, be it in a comment, only
/// costs the sharing.
fn cursor_variable(query: &str, field: &Field, cursor: &str) -> Option<Name> {
    let argument = field.arguments.iter().find(|(name, _)| name.node == cursor);
    let written = argument?.1.node.to_string();
    let name = written.strip_prefix('$')?;
    let mentioned = query.match_indices('$').filter(|(at, _)| {
        let rest = query[at + 1..].strip_prefix(name);
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        rest.is_some_and(|rest| !rest.starts_with(word))
    });
    (mentioned.count() == 2).then(|| Name::new(name))
}

/// The variables as text, without the one that is each caller's `own`.
fn canonical(variables: &Variables, own: Option<Name>) -> Option<String> {
    let mut shared = variables.clone();
    if let Some(own) = own {
        shared.remove(&own);
    }
    serde_json::to_string(&shared).ok()
}
