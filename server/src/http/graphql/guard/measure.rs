//! Measuring an operation from its text alone.
//!
//! Every fragment is measured once however often it is spread, so the work is linear in the document while the result
//! is what the operation expands to. Sums saturate: a fragment bomb simply measures as very much.

use std::collections::HashMap;

use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Value, Variables};

/// How deep selections and fragments may nest in one another; it bounds our own recursion and the library's.
const MAX_NESTING: usize = 64;
/// The items that a connection gives when the operation does not say how many.
const DEFAULT_PAGE: u64 = 20;

/// What a selection expands to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// Levels of fields.
    pub(super) depth: u64,
    /// Levels of fields below and with `__schema` or `__type`.
    pub(super) introspection_depth: u64,
    /// Lists inside one another below `__schema` or `__type`.
    pub(super) introspection_lists: u64,
    /// Fields with an alias.
    pub(super) aliases: u64,
    /// Fields, spreads and directives.
    pub(super) selections: u64,
    /// Points: one for each field and directive, times the items of the pages that they are on.
    pub(super) complexity: u64,
    /// The part of the points that the items of a page have when this is a connection's selection.
    items: u64,
    /// Lists of the schema's own description inside one another, should this be part of an introspection.
    lists: u64,
    /// Levels of fields, spreads and inline fragments.
    nesting: usize,
}

impl Cost {
    /// Both of them side by side.
    fn and(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            introspection_depth: self.introspection_depth.max(other.introspection_depth),
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
            aliases: self.aliases.saturating_add(other.aliases),
            selections: self.selections.saturating_add(other.selections),
            complexity: self.complexity.saturating_add(other.complexity),
            items: self.items.saturating_add(other.items),
            lists: self.lists.max(other.lists),
            nesting: self.nesting.max(other.nesting),
        }
    }

    /// One selection with its directives, and what is below it one level further down.
    fn below(self, points: u64) -> Self {
        Self {
            selections: self.selections.saturating_add(points),
            nesting: self.nesting + 1,
            ..self
        }
    }
}

/// Why a document has no measure.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unmeasurable {
    /// This fragment contains itself.
    Circle(Name),
    /// Selections nest deeper than this.
    Nesting(usize),
}

/// The fragments measured so far; `None` for those that are being measured.
type Measured<'a> = HashMap<&'a Name, Option<Cost>>;

/// Measures the operations of one document.
pub(super) struct Measure<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    measured: Measured<'a>,
}

impl<'a> Measure<'a> {
    /// Of `document`, with the values of its variables.
    pub(super) fn new(document: &'a ExecutableDocument, variables: &'a Variables) -> Self {
        Self {
            document,
            variables,
            measured: HashMap::new(),
        }
    }

    /// Measures all fragments, also those that nothing spreads: validation walks through them all the same.
    pub(super) fn fragments(&mut self) -> Result<(), Unmeasurable> {
        self.document
            .fragments
            .keys()
            .try_for_each(|name| self.fragment(name, 0).map(|_| ()))
    }

    /// Measures one operation.
    pub(super) fn operation(
        &mut self,
        operation: &'a OperationDefinition,
    ) -> Result<Cost, Unmeasurable> {
        let directives = operation.directives.len() as u64;
        let cost = self.selection_set(&operation.selection_set.node, 0)?;
        Ok(Cost {
            complexity: cost.complexity.saturating_add(directives),
            ..cost
        })
    }

    fn selection_set(&mut self, set: &'a SelectionSet, level: usize) -> Result<Cost, Unmeasurable> {
        if level > MAX_NESTING {
            return Err(Unmeasurable::Nesting(MAX_NESTING));
        }
        set.items.iter().try_fold(Cost::default(), |sum, item| {
            let points = 1 + item.node.directives().len() as u64;
            let cost = match &item.node {
                Selection::Field(field) => self.field(&field.node, points, level)?,
                Selection::InlineFragment(inline) => self
                    .selection_set(&inline.node.selection_set.node, level + 1)?
                    .below(points),
                Selection::FragmentSpread(spread) => self
                    .fragment(&spread.node.fragment_name.node, level + 1)?
                    .below(points),
            };
            Ok(sum.and(cost))
        })
    }

    /// A spread of a fragment that does not exist costs nothing; validation names it.
    fn fragment(&mut self, name: &'a Name, level: usize) -> Result<Cost, Unmeasurable> {
        let cost = match self.measured.get(name) {
            Some(Some(cost)) => *cost,
            Some(None) => return Err(Unmeasurable::Circle(name.clone())),
            None => {
                let Some(fragment) = self.document.fragments.get(name) else {
                    return Ok(Cost::default());
                };
                self.measured.insert(name, None);
                let cost = self.selection_set(&fragment.node.selection_set.node, level)?;
                self.measured.insert(name, Some(cost));
                cost
            }
        };
        if level + cost.nesting > MAX_NESTING {
            return Err(Unmeasurable::Nesting(MAX_NESTING));
        }
        Ok(cost)
    }

    fn field(&mut self, field: &'a Field, points: u64, level: usize) -> Result<Cost, Unmeasurable> {
        let below = self.selection_set(&field.selection_set.node, level + 1)?;
        let name = field.name.node.as_str();
        let complexity = self.times(field, &below).saturating_add(points);
        let introspects = matches!(name, "__schema" | "__type");
        let lists = below.lists
            + u64::from(matches!(
                name,
                "fields" | "inputFields" | "interfaces" | "possibleTypes" | "args" | "enumValues"
            ));
        Ok(Cost {
            depth: if introspects { 0 } else { below.depth + 1 },
            introspection_depth: match below.introspection_depth {
                _ if introspects => below.depth + 1,
                0 => 0,
                deep => deep + 1,
            },
            introspection_lists: if introspects {
                lists
            } else {
                below.introspection_lists
            },
            aliases: below
                .aliases
                .saturating_add(u64::from(field.alias.is_some())),
            complexity,
            items: if matches!(name, "edges" | "nodes") {
                complexity
            } else {
                0
            },
            lists,
            ..below.below(points)
        })
    }

    /// The points of what is below a field: the items as often as the page has them, what stands beside them once.
    fn times(&self, field: &Field, below: &Cost) -> u64 {
        let size = self.page_size(field);
        match (size, below.items) {
            (None, 0) => below.complexity,
            (Some(size), 0) => below.complexity.saturating_mul(size),
            (size, items) => {
                let page = items.saturating_mul(size.unwrap_or(DEFAULT_PAGE));
                page.saturating_add(below.complexity.saturating_sub(items))
            }
        }
    }

    /// How many items the field's arguments ask for: `first` or `last`, or the length of a list of `ids`.
    fn page_size(&self, field: &Field) -> Option<u64> {
        let argument = |name: &str| {
            let value = field.get_argument(name)?.node.clone();
            value
                .into_const_with(|variable| self.variable(&variable).ok_or(()))
                .ok()
        };
        let sizes = ["first", "last", "ids"].map(|name| match argument(name)? {
            Value::Number(number) => Some(number.as_u64().unwrap_or(DEFAULT_PAGE)),
            Value::List(items) => Some(items.len() as u64),
            _ => None,
        });
        sizes.into_iter().flatten().max()
    }

    /// The value of a variable, or the default that an operation gives it.
    fn variable(&self, name: &Name) -> Option<Value> {
        self.variables.get(name).cloned().or_else(|| {
            let definitions = self
                .document
                .operations
                .iter()
                .flat_map(|(_, op)| &op.node.variable_definitions);
            definitions
                .filter(|definition| definition.node.name.node == *name)
                .find_map(|definition| {
                    definition
                        .node
                        .default_value
                        .as_ref()
                        .map(|value| value.node.clone())
                })
        })
    }
}
