//! A call of any root field with arguments that make sense, so that tests can walk the whole graph. A required argument
//! that is new to this file fails the test that meets it, and has to be taught here.

use serde_json::{Map, Value, json};

use crate::schema::{Field, Introspection, TypeRef};

/// An operation with one root field.
#[derive(Clone, Debug)]
pub struct Call {
    /// The document.
    pub document: String,
    /// Its variables.
    pub variables: Value,
}

impl Call {
    /// A call of `field`, a root field of an operation of this type (`query`, `mutation`, `subscription`). `id` gives
    /// the value of each argument of type `ID` by its path, such as `input.organizationId`; none leaves it out.
    #[must_use]
    pub fn new(
        schema: &Introspection,
        operation: &str,
        field: &Field,
        id: &dyn Fn(&str) -> Option<Value>,
    ) -> Self {
        let mut variables = Map::new();
        let mut declared = Vec::new();
        let mut passed = Vec::new();
        for argument in &field.arguments {
            if let Some(value) = value(schema, &argument.name, argument, id) {
                declared.push(format!("${}: {}", argument.name, argument.gives.written));
                passed.push(format!("{0}: ${0}", argument.name));
                variables.insert(argument.name.clone(), value);
            }
        }
        let in_brackets = |items: Vec<String>| {
            if items.is_empty() {
                String::new()
            } else {
                format!("({})", items.join(", "))
            }
        };
        let selection = selection(schema, &field.gives);
        Self {
            document: format!(
                "{operation}{} {{ {}{} {selection} }}",
                in_brackets(declared),
                field.name,
                in_brackets(passed)
            ),
            variables: Value::Object(variables),
        }
    }
}

/// The paths of all arguments of type `ID` of a root field, those inside inputs included.
#[must_use]
pub fn ids_of(schema: &Introspection, field: &Field) -> Vec<String> {
    let mut paths = Vec::new();
    for argument in &field.arguments {
        collect(schema, &argument.name, &argument.gives, &mut paths);
    }
    paths
}

fn collect(schema: &Introspection, path: &str, gives: &TypeRef, paths: &mut Vec<String>) {
    if gives.name == "ID" {
        paths.push(path.to_owned());
    }
    if schema.kind(&gives.name) == "INPUT_OBJECT" {
        for field in schema.fields(&gives.name) {
            collect(
                schema,
                &format!("{path}.{}", field.name),
                &field.gives,
                paths,
            );
        }
    }
}

fn selection(schema: &Introspection, gives: &TypeRef) -> &'static str {
    let is_payload = schema
        .fields(&gives.name)
        .iter()
        .any(|field| field.name == "userErrors");
    if is_payload {
        "{ userErrors { code message path } }"
    } else {
        schema.selection(gives)
    }
}

/// A value for an argument or an input field; none when it may be left out.
fn value(
    schema: &Introspection,
    path: &str,
    field: &Field,
    id: &dyn Fn(&str) -> Option<Value>,
) -> Option<Value> {
    let gives = &field.gives;
    let one = match schema.kind(&gives.name) {
        _ if gives.name == "ID" => id(path),
        "INPUT_OBJECT" => object(schema, path, gives, id),
        "ENUM" if gives.required => schema.values(&gives.name).first().map(|name| json!(name)),
        _ if gives.required => Some(sample(&field.name, path)),
        _ => None,
    };
    assert!(
        one.is_some() || !gives.required,
        "the test must learn which id to give for {path}"
    );
    one.map(|one| {
        if gives.list && !one.is_array() {
            json!([one])
        } else {
            one
        }
    })
}

/// An input object of everything required and every id; none when it is not required and would hold no id.
fn object(
    schema: &Introspection,
    path: &str,
    gives: &TypeRef,
    id: &dyn Fn(&str) -> Option<Value>,
) -> Option<Value> {
    let mut ids = Vec::new();
    collect(schema, path, gives, &mut ids);
    if !gives.required && ids.iter().all(|path| id(path).is_none()) {
        return None;
    }
    let mut fields = Map::new();
    for field in schema.fields(&gives.name) {
        if let Some(value) = value(schema, &format!("{path}.{}", field.name), &field, id) {
            fields.insert(field.name, value);
        }
    }
    Some(Value::Object(fields))
}

/// A value that makes sense for a required argument that is no id.
fn sample(name: &str, path: &str) -> Value {
    match name {
        "email" => json!("somebody@example.com"),
        "password" | "currentPassword" | "newPassword" => {
            json!("a password that is long enough")
        }
        "totpCode" => json!("000000"),
        "name" => json!("Some name"),
        "slug" => json!("some-slug"),
        "key" => json!("some-key"),
        "planKey" => json!("starter"),
        "addOnKey" => json!("some-add-on"),
        "roleKey" => json!("org_member"),
        "permissions" => json!(["org.view"]),
        "confirmation" => json!("transfer ownership"),
        "token" | "refreshToken" | "previewHash" => json!("bm90aGluZw"),
        "kind" => json!("project"),
        "meter" => json!("servers"),
        "amount" | "expectedVersion" | "expiresInSeconds" | "quantity" => json!(1),
        "reason" => json!("a test"),
        "from" => json!("2026-01-01"),
        "to" => json!("2026-03-01"),
        _ => panic!("the test must learn a value for the required argument {path}"),
    }
}
