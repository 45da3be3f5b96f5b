//! What the doors know of the schema, read from its text: the type of every field, and so where nulls may stand.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use async_graphql::Name;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{OperationType, Type, TypeKind, TypeSystemDefinition};

/// The fields of every object and interface. Read on first use: only results with errors need it.
#[derive(Debug)]
pub(in crate::http) struct Types {
    sdl: Arc<str>,
    read: OnceLock<Read>,
}

#[derive(Debug, Default)]
struct Read {
    fields: HashMap<Name, HashMap<Name, Type>>,
    /// The names of the root types that do not have the usual ones.
    roots: HashMap<&'static str, Name>,
}

impl Types {
    /// Of the schema that `sdl` describes.
    pub(in crate::http) fn new(sdl: Arc<str>) -> Self {
        Self {
            sdl,
            read: OnceLock::new(),
        }
    }

    /// The type of `field` on `parent`; `None` for what the schema's text does not mention, such as introspection.
    pub(in crate::http) fn field(&self, parent: &str, field: &str) -> Option<&Type> {
        self.read().fields.get(parent)?.get(field)
    }

    /// The name of the root type of operations of this kind.
    pub(in crate::http) fn root(&self, kind: OperationType) -> &str {
        let usual = match kind {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        self.read().roots.get(usual).map_or(usual, Name::as_str)
    }

    fn read(&self) -> &Read {
        self.read.get_or_init(|| read(&self.sdl))
    }
}

fn read(sdl: &str) -> Read {
    let mut read = Read::default();
    let definitions = match parse_schema(sdl) {
        Ok(document) => document.definitions,
        Err(error) => {
            tracing::error!(%error, "the schema's own text cannot be read; nulls stay where the library puts them");
            return read;
        }
    };
    for definition in definitions {
        match definition {
            TypeSystemDefinition::Schema(schema) => {
                let schema = schema.node;
                let roots = [
                    ("Query", schema.query),
                    ("Mutation", schema.mutation),
                    ("Subscription", schema.subscription),
                ];
                read.roots.extend(
                    roots
                        .into_iter()
                        .filter_map(|(usual, name)| Some((usual, name?.node))),
                );
            }
            TypeSystemDefinition::Type(ty) => {
                let fields = match ty.node.kind {
                    TypeKind::Object(object) => object.fields,
                    TypeKind::Interface(interface) => interface.fields,
                    _ => continue,
                };
                let typed = fields
                    .into_iter()
                    .map(|field| (field.node.name.node, field.node.ty.node));
                read.fields
                    .entry(ty.node.name.node)
                    .or_default()
                    .extend(typed);
            }
            TypeSystemDefinition::Directive(_) => {}
        }
    }
    read
}
