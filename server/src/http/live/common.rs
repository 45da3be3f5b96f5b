//! Whether a document selects only what is the same for everybody who may listen.

use async_graphql::parser::types::{BaseType, ExecutableDocument, Selection, SelectionSet};

use super::topic::Share;
use crate::http::graphql::Types;

/// The name of the type of `field` on `parent`, without what wraps it.
pub(super) fn named<'a>(types: &'a Types, parent: &str, field: &str) -> Option<&'a str> {
    let mut base = &types.field(parent, field)?.base;
    loop {
        match base {
            BaseType::Named(name) => return Some(name),
            BaseType::List(of) => base = &of.base,
        }
    }
}

/// Looks through a document.
pub(super) struct Common<'a, S> {
    pub(super) share: &'a S,
    pub(super) types: &'a Types,
    pub(super) document: &'a ExecutableDocument,
}

impl<S: Share> Common<'_, S> {
    /// Whether everything selected is the same for everybody. Fragments that spread each other in a circle have been
    /// refused before.
    pub(super) fn holds(&self, parent: &str, set: &SelectionSet) -> bool {
        set.items.iter().all(|item| match &item.node {
            Selection::Field(field) => {
                let name = field.node.name.node.as_str();
                let below = &field.node.selection_set.node;
                self.share.is_common(parent, name)
                    && (below.items.is_empty()
                        || named(self.types, parent, name).is_some_and(|ty| self.holds(ty, below)))
            }
            Selection::InlineFragment(inline) => {
                let on = inline.node.type_condition.as_ref();
                let on = on.map_or(parent, |on| on.node.on.node.as_str());
                self.holds(on, &inline.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => self
                .document
                .fragments
                .get(&spread.node.fragment_name.node)
                .is_some_and(|fragment| {
                    let on = fragment.node.type_condition.node.on.node.as_str();
                    self.holds(on, &fragment.node.selection_set.node)
                }),
        })
    }
}
