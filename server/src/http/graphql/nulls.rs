//! Nulls where the specification wants them ("Handling Execution Errors").
//!
//! The library leaves a field out of the result when it fails, whatever its type. Clients that trust the schema then
//! find objects without fields that cannot be missing. So in every result that has errors, a failed field becomes
//! null, and where its type forbids that, the nearest object or list around it that may be null does.

use std::sync::Arc;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    BaseType, ExecutableDocument, OperationDefinition, Selection, SelectionSet, Type,
};
use async_graphql::{Name, PathSegment, Response, Value};

use super::admit::choose;
use super::types::Types;

/// The form that the results of one operation must have.
#[derive(Clone, Debug)]
pub(in crate::http) struct Shape {
    pub(in crate::http) document: Arc<ExecutableDocument>,
    pub(super) operation_name: Option<String>,
}

impl Shape {
    /// Puts nulls into `response` where its errors want them.
    pub(in crate::http) fn mend(&self, response: &mut Response, types: &Types) {
        let paths: Vec<&[PathSegment]> = response
            .errors
            .iter()
            .map(|error| &*error.path)
            .filter(|path| !path.is_empty())
            .collect();
        let Ok(operation) = choose(&self.document, self.operation_name.as_deref()) else {
            return;
        };
        for path in &paths {
            fill(&mut response.data, path);
        }
        let mend = Mend {
            document: &self.document,
            types,
        };
        for path in paths {
            if mend.operation(&mut response.data, operation, path) {
                response.data = Value::Null;
            }
        }
    }
}

/// Makes sure that the field at `path` is there: null if it is missing. An object of which every field has failed
/// arrives as null itself and is made anew.
fn fill(value: &mut Value, path: &[PathSegment]) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    if let (PathSegment::Field(_), Value::Null) = (first, &value) {
        *value = Value::Object(IndexMap::new());
    }
    match (first, value) {
        (PathSegment::Field(name), Value::Object(fields)) => {
            let missing = !fields.contains_key(name.as_str());
            let field = fields.entry(Name::new(name)).or_insert(Value::Null);
            // What is missing altogether has failed as a whole, however deep inside.
            if !missing {
                fill(field, rest);
            }
        }
        (PathSegment::Index(index), Value::List(items)) => {
            if let Some(item) = items.get_mut(*index) {
                fill(item, rest);
            }
        }
        _ => {}
    }
}

/// A field as it was selected, and on which type.
struct Selected<'a> {
    name: &'a str,
    parent: &'a str,
    below: Vec<&'a SelectionSet>,
}

struct Mend<'a> {
    document: &'a ExecutableDocument,
    types: &'a Types,
}

impl<'a> Mend<'a> {
    /// Whether the whole data must be null because of the error at `path`.
    fn operation(
        &self,
        data: &mut Value,
        operation: &'a OperationDefinition,
        path: &[PathSegment],
    ) -> bool {
        let root = self.types.root(operation.ty);
        self.object(data, root, &[&operation.selection_set.node], path)
    }

    /// Whether the object `value` of the type `parent` must be null because of the error at `path` below it.
    fn object(
        &self,
        value: &mut Value,
        parent: &'a str,
        sets: &[&'a SelectionSet],
        path: &[PathSegment],
    ) -> bool {
        let (Some((PathSegment::Field(key), rest)), Value::Object(fields)) =
            (path.split_first(), &mut *value)
        else {
            return *value == Value::Null;
        };
        let Some(selected) = self.select(sets, parent, key) else {
            return false;
        };
        let Some(ty) = self.types.field(selected.parent, selected.name) else {
            return false;
        };
        let Some(field) = fields.get_mut(key.as_str()) else {
            return false;
        };
        self.value(field, ty, &selected.below, rest) && !ty.nullable
    }

    /// Whether `value` is null, or must be because of the error at `path` below it, and then is.
    fn value(
        &self,
        value: &mut Value,
        ty: &'a Type,
        sets: &[&'a SelectionSet],
        path: &[PathSegment],
    ) -> bool {
        let null = match (&ty.base, path.split_first(), &mut *value) {
            (_, _, Value::Null) => true,
            (BaseType::List(of), Some((PathSegment::Index(index), rest)), Value::List(items)) => {
                items
                    .get_mut(*index)
                    .is_some_and(|item| self.value(item, of, sets, rest) && !of.nullable)
            }
            (BaseType::Named(name), Some(_), Value::Object(_)) => {
                self.object(value, name, sets, path)
            }
            _ => false,
        };
        if null {
            *value = Value::Null;
        }
        null
    }

    /// The field that answers to `key`, through fragments; its selections are merged from everywhere.
    fn select(
        &self,
        sets: &[&'a SelectionSet],
        parent: &'a str,
        key: &str,
    ) -> Option<Selected<'a>> {
        let mut found: Option<Selected<'a>> = None;
        let mut open: Vec<(&'a SelectionSet, &'a str)> =
            sets.iter().map(|set| (*set, parent)).collect();
        while let Some((set, parent)) = open.pop() {
            for item in &set.items {
                match &item.node {
                    Selection::Field(field) if field.node.response_key().node == key => {
                        let selected = found.get_or_insert_with(|| Selected {
                            name: &field.node.name.node,
                            parent,
                            below: Vec::new(),
                        });
                        selected.below.push(&field.node.selection_set.node);
                    }
                    Selection::Field(_) => {}
                    Selection::InlineFragment(inline) => {
                        let on = inline
                            .node
                            .type_condition
                            .as_ref()
                            .map_or(parent, |on| &on.node.on.node);
                        open.push((&inline.node.selection_set.node, on));
                    }
                    Selection::FragmentSpread(spread) => {
                        if let Some(fragment) =
                            self.document.fragments.get(&spread.node.fragment_name.node)
                        {
                            let on = &fragment.node.type_condition.node.on.node;
                            open.push((&fragment.node.selection_set.node, on));
                        }
                    }
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::ServerError;
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    const SDL: &str = "
        schema { query: Root }
        type Root { may: Thing must: Thing! list: [Thing!] loose: [Thing] node: Node scalar: Int required: Int! }
        interface Node { id: ID! }
        type Thing implements Node { id: ID! name: String must: Thing! }
    ";

    /// The data that `data` becomes when the fields at `paths` (parts joined by dots) have failed.
    fn mended(query: &str, data: serde_json::Value, paths: &[&str]) -> serde_json::Value {
        let shape = Shape {
            document: Arc::new(parse_query(query).expect("a document")),
            operation_name: None,
        };
        let errors = paths.iter().map(|path| {
            let segments = path.split('.').map(|part| {
                part.parse()
                    .map_or_else(|_| PathSegment::Field(part.to_owned()), PathSegment::Index)
            });
            ServerError::new("no", None).with_path(segments.collect())
        });
        let mut response = Response::from_errors(errors.collect());
        response.data = Value::from_json(data).expect("a value");
        shape.mend(&mut response, &Types::new(SDL.into()));
        response.data.into_json().expect("JSON")
    }

    #[test]
    fn a_failed_field_is_null() {
        let query = "{ scalar may { name n: name } }";
        assert_eq!(
            mended(
                query,
                json!({ "may": { "n": "x" } }),
                &["scalar", "may.name"]
            ),
            json!({ "may": { "n": "x", "name": null }, "scalar": null })
        );
        assert_eq!(
            mended("{ scalar }", json!(null), &["scalar"]),
            json!({ "scalar": null }),
            "all have failed"
        );
        assert_eq!(
            mended("{ may { name } }", json!({ "may": null }), &["may.name"]),
            json!({ "may": { "name": null } })
        );
    }

    #[test]
    fn a_null_that_may_not_be_takes_what_is_around_it() {
        let query = "{ scalar may { id must { name id } } }";
        for (data, path) in [
            (
                json!({ "scalar": 1, "may": { "must": { "name": "x", "id": "1" } } }),
                "may.id",
            ),
            (
                json!({ "scalar": 1, "may": { "id": "1", "must": { "name": "x" } } }),
                "may.must.id",
            ),
            (json!({ "scalar": 1, "may": { "id": "1" } }), "may.must"),
        ] {
            assert_eq!(
                mended(query, data, &[path]),
                json!({ "scalar": 1, "may": null }),
                "{path}"
            );
        }
        assert_eq!(
            mended("{ scalar required }", json!({ "scalar": 1 }), &["required"]),
            json!(null)
        );
        assert_eq!(
            mended(
                "{ scalar must { id } }",
                json!({ "scalar": 1, "must": null }),
                &["must.id"]
            ),
            json!(null)
        );
    }

    #[test]
    fn lists_are_null_or_hold_nulls_as_their_type_says() {
        let data = |field: &str| json!({ field: [{ "id": "1" }, { "name": "x" }] });
        assert_eq!(
            mended("{ list { id } }", data("list"), &["list.1.id"]),
            json!({ "list": null })
        );
        assert_eq!(
            mended("{ loose { id } }", data("loose"), &["loose.1.id"]),
            json!({ "loose": [{ "id": "1" }, null] })
        );
        assert_eq!(
            mended("{ list { id } }", json!(null), &["list.1.id"]),
            json!({ "list": null }),
            "the list has failed"
        );
    }

    #[test]
    fn fields_are_found_through_fragments_and_aliases() {
        let query =
            "{ n: node { ...F } scalar } fragment F on Node { ... on Thing { m: must { i: id } } }";
        assert_eq!(
            mended(
                query,
                json!({ "n": { "m": null }, "scalar": 1 }),
                &["n.m.i"]
            ),
            json!({ "n": null, "scalar": 1 })
        );
        let merged = "{ may { must { name } } may { must { id } } }";
        assert_eq!(
            mended(
                merged,
                json!({ "may": { "must": { "name": "x" } } }),
                &["may.must.id"]
            ),
            json!({ "may": null })
        );
    }

    #[test]
    fn several_errors_are_mended_together() {
        let query = "{ may { id name } loose { id name } }";
        let data = json!({ "may": null, "loose": [{ "id": "1" }, null] });
        let paths = [
            "may.id",
            "may.name",
            "loose.0.name",
            "loose.1.name",
            "loose.1.id",
        ];
        assert_eq!(
            mended(query, data, &paths),
            json!({ "may": null, "loose": [{ "id": "1", "name": null }, null] })
        );
    }

    #[test]
    fn a_schema_that_cannot_be_read_leaves_the_filled_in_nulls() {
        let shape = Shape {
            document: Arc::new(parse_query("{ a b }").expect("a document")),
            operation_name: None,
        };
        let error = ServerError::new("no", None).with_path(vec![PathSegment::Field("a".into())]);
        let mut response = Response::from_errors(vec![error]);
        shape.mend(&mut response, &Types::new("not a schema".into()));
        assert_eq!(
            response.data.into_json().expect("JSON"),
            json!({ "a": null })
        );
    }
}
