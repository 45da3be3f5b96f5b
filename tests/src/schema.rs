//! The server's own description of its graph, for tests that walk every field instead of the ones somebody thought of.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::client::Client;

/// Everything that introspection tells.
#[derive(Clone, Debug)]
pub struct Introspection {
    types: BTreeMap<String, Value>,
}

/// A field with its arguments, as introspection describes them.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The type that it gives.
    pub gives: TypeRef,
    /// Its arguments (or, for an input field, none).
    pub arguments: Vec<Field>,
    /// The description.
    pub description: String,
}

/// A type with its wrappings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeRef {
    /// The innermost type's name.
    pub name: String,
    /// Whether a value is required.
    pub required: bool,
    /// Whether it is a list.
    pub list: bool,
    /// The type as it is written in a document, such as `[ID!]!`.
    pub written: String,
}

const TYPE: &str = "name kind ofType { name kind ofType { name kind ofType { name kind } } }";

impl Introspection {
    /// Asks the server.
    pub async fn of(client: &Client) -> Self {
        let value = format!("name description type {{ {TYPE} }}");
        let document = format!(
            "{{ __schema {{ types {{ name kind description interfaces {{ name }}
                fields(includeDeprecated: true) {{ {value} args {{ {value} }} }}
                inputFields {{ {value} }}
                enumValues(includeDeprecated: true) {{ name description }} }} }} }}"
        );
        let answer = client.query(&document, json!({})).await;
        let types = answer.list("__schema.types").iter();
        Self {
            types: types
                .map(|described| {
                    let name = described["name"].as_str().unwrap_or_default().to_owned();
                    (name, described.clone())
                })
                .collect(),
        }
    }

    /// The types of our own, by name.
    pub fn types(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.types
            .iter()
            .filter(|(name, _)| !name.starts_with("__"))
            .map(|(name, described)| (name.as_str(), described))
    }

    /// The fields of an object, or of an input object.
    #[must_use]
    pub fn fields(&self, of: &str) -> Vec<Field> {
        let described = self.types.get(of).unwrap_or(&Value::Null);
        let fields = described["fields"]
            .as_array()
            .or_else(|| described["inputFields"].as_array());
        fields.into_iter().flatten().map(field).collect()
    }

    /// The kind of a type, such as `OBJECT`.
    #[must_use]
    pub fn kind(&self, of: &str) -> &str {
        self.types
            .get(of)
            .and_then(|described| described["kind"].as_str())
            .unwrap_or_default()
    }

    /// The names of an enum's values.
    #[must_use]
    pub fn values(&self, of: &str) -> Vec<String> {
        let values = self
            .types
            .get(of)
            .and_then(|described| described["enumValues"].as_array());
        values
            .into_iter()
            .flatten()
            .filter_map(|value| value["name"].as_str().map(ToOwned::to_owned))
            .collect()
    }

    /// A selection that is right for a field of this type: nothing for a leaf, `__typename` for all else.
    #[must_use]
    pub fn selection(&self, gives: &TypeRef) -> &'static str {
        match self.kind(&gives.name) {
            "OBJECT" | "INTERFACE" | "UNION" => "{ __typename }",
            _ => "",
        }
    }
}

fn field(described: &Value) -> Field {
    let text = |name: &str| described[name].as_str().unwrap_or_default().to_owned();
    let arguments = described["args"].as_array();
    Field {
        name: text("name"),
        gives: type_ref(&described["type"]),
        arguments: arguments.into_iter().flatten().map(field).collect(),
        description: text("description"),
    }
}

fn type_ref(described: &Value) -> TypeRef {
    let written = written(described);
    let name = written.trim_matches(['[', ']', '!']).to_owned();
    TypeRef {
        name,
        required: written.ends_with('!'),
        list: written.starts_with('['),
        written,
    }
}

fn written(described: &Value) -> String {
    match described["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", written(&described["ofType"])),
        Some("LIST") => format!("[{}]", written(&described["ofType"])),
        _ => described["name"].as_str().unwrap_or_default().to_owned(),
    }
}
