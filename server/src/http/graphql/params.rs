//! The parameters of a GraphQL request (`query`, `operationName`, `variables`, `extensions`), from a JSON body or a
//! query string, each checked for its type.

use async_graphql::{Extensions, Request, Variables};
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded;

use super::refusal::Refusal;

/// One operation as it was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct Params {
    /// The document.
    pub(in crate::http) query: String,
    /// Which of the document's operations to run.
    #[serde(default)]
    pub(in crate::http) operation_name: Option<String>,
    /// The values of its variables.
    #[serde(default)]
    pub(in crate::http) variables: Option<Variables>,
    /// Whatever client and server have agreed on.
    #[serde(default)]
    extensions: Option<Extensions>,
}

/// One operation or several.
#[derive(Debug)]
pub(in crate::http) enum Sent {
    /// A JSON object.
    Single(Params),
    /// A JSON array.
    Batch(Vec<Params>),
}

impl Sent {
    /// Reads a JSON body.
    ///
    /// # Errors
    /// 400 for malformed JSON and for parameters that are missing or of the wrong type.
    pub(in crate::http) fn from_json(body: &[u8], batch_limit: usize) -> Result<Self, Refusal> {
        if body.trim_ascii_start().first() != Some(&b'[') {
            return Params::from_json(body).map(Self::Single);
        }
        let items: Vec<Value> = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
        if items.is_empty() {
            return Err(Refusal::malformed(
                "The batch is empty; send at least one operation",
            ));
        }
        if items.len() > batch_limit {
            let message = format!(
                "The batch has {} operations; this server accepts at most {batch_limit} at once",
                items.len()
            );
            return Err(Refusal::malformed(message));
        }
        items
            .into_iter()
            .map(Params::from_value)
            .collect::<Result<_, _>>()
            .map(Self::Batch)
    }
}

impl Params {
    /// Reads one operation of a JSON body; the second look is only for saying what is wrong.
    fn from_json(body: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(body).or_else(|_| {
            let value = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
            Self::from_value(value)
        })
    }

    /// Reads one operation, naming the parameter that is wrong.
    ///
    /// # Errors
    /// 400 for parameters that are missing or of the wrong type.
    pub(in crate::http) fn from_value(value: Value) -> Result<Self, Refusal> {
        let Value::Object(map) = value else {
            return Err(Refusal::malformed(
                "A GraphQL request is a JSON object with the parameter \"query\"",
            ));
        };
        for (name, value) in &map {
            let (fits, expected) = match name.as_str() {
                "query" => (value.is_string(), "a string"),
                "operationName" => (value.is_string() || value.is_null(), "a string or null"),
                "variables" | "extensions" => {
                    (value.is_object() || value.is_null(), "an object or null")
                }
                _ => continue,
            };
            if !fits {
                return Err(Refusal::malformed(format!(
                    "The parameter \"{name}\" must be {expected}"
                )));
            }
        }
        if !map.contains_key("query") {
            return Err(Refusal::malformed("The parameter \"query\" is missing"));
        }
        serde_json::from_value(Value::Object(map)).map_err(|error| malformed(&error))
    }

    /// Reads the query string of a GET request; `variables` and `extensions` are JSON texts in it.
    ///
    /// # Errors
    /// 400 for parameters that are missing, repeated, or no JSON.
    pub(in crate::http) fn from_query_string(text: &str) -> Result<Self, Refusal> {
        let mut map = serde_json::Map::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let value = match name.as_ref() {
                "query" | "operationName" => Value::String(value.into_owned()),
                "variables" | "extensions" if value.is_empty() => Value::Null,
                "variables" | "extensions" => serde_json::from_str(&value).map_err(|error| {
                    Refusal::malformed(format!(
                        "The parameter \"{name}\" is not valid JSON: {error}"
                    ))
                })?,
                _ => continue,
            };
            if map.insert(name.clone().into_owned(), value).is_some() {
                return Err(Refusal::malformed(format!(
                    "The parameter \"{name}\" is given twice"
                )));
            }
        }
        Self::from_value(Value::Object(map))
    }

    /// The library's form of the request; the document is parsed elsewhere.
    pub(in crate::http) fn into_request(self) -> Request {
        let mut request = Request::new(self.query).variables(self.variables.unwrap_or_default());
        request.extensions = self.extensions.unwrap_or_default();
        match self.operation_name.filter(|name| !name.is_empty()) {
            Some(name) => request.operation_name(name),
            None => request,
        }
    }
}

fn malformed(error: &serde_json::Error) -> Refusal {
    Refusal::malformed(format!("The request's body is not valid JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(body: &str) -> String {
        Sent::from_json(body.as_bytes(), 2)
            .expect_err(body)
            .into_error()
            .message
    }

    #[test]
    fn each_wrong_parameter_is_named() {
        for (body, named) in [
            ("{ \"query", "not valid JSON"),
            ("", "not valid JSON"),
            ("3", "JSON object"),
            ("{}", "\"query\" is missing"),
            (r#"{"query":1}"#, "\"query\" must be a string"),
            (r#"{"query":null}"#, "\"query\" must be a string"),
            (
                r#"{"query":"{a}","variables":[]}"#,
                "\"variables\" must be an object",
            ),
            (
                r#"{"query":"{a}","operationName":7}"#,
                "\"operationName\" must be a string",
            ),
            (
                r#"{"query":"{a}","extensions":"x"}"#,
                "\"extensions\" must be an object",
            ),
            ("[]", "batch is empty"),
            (
                r#"[{"query":"{a}"},{"query":"{a}"},{"query":"{a}"}]"#,
                "has 3 operations",
            ),
            (
                r#"[{"query":"{a}"},{"query":false}]"#,
                "\"query\" must be a string",
            ),
        ] {
            assert!(
                complaint(body).contains(named),
                "{body}: {}",
                complaint(body)
            );
        }
    }

    #[test]
    fn nulls_and_unknown_parameters_are_fine() {
        let body =
            br#"{"query":"{a}","variables":null,"operationName":null,"extensions":null,"x":1}"#;
        assert!(matches!(Sent::from_json(body, 1), Ok(Sent::Single(_))));
        assert!(
            matches!(Sent::from_json(br#" [{"query":"{a}"}]"#, 1), Ok(Sent::Batch(batch)) if batch.len() == 1)
        );
    }

    #[test]
    fn a_query_string_carries_json_in_its_parameters() {
        let text = "query=query%28%24n%3AInt%29%7Ba%28n%3A%24n%29%7D&variables=%7B%22n%22%3A1%7D&operationName=";
        let params = Params::from_query_string(text).expect("fine");
        assert_eq!(params.query, "query($n:Int){a(n:$n)}");
        assert_eq!(params.into_request().operation_name, None);
        for (text, named) in [
            ("", "missing"),
            ("query=a&query=b", "twice"),
            ("query=a&variables=%7B", "JSON"),
            ("query=a&variables=[]", "object"),
        ] {
            let message = Params::from_query_string(text)
                .expect_err(text)
                .into_error()
                .message;
            assert!(message.contains(named), "{text}: {message}");
        }
    }
}
