//! What the server answered, with assertions that print the whole answer when they fail.

use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use serde_json::Value;

/// Something that the caller's user can mend, as it came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserError {
    /// The code.
    pub code: String,
    /// The sentence for the user.
    pub message: String,
    /// The input field at fault, joined by dots.
    pub path: String,
}

/// An answer of the graph.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The whole body.
    pub body: Value,
    /// What was asked, for messages of failed assertions.
    pub asked: String,
}

impl Answer {
    /// The value at a dotted path below `data`, such as `organizations.nodes.0.name`; null where there is none.
    #[must_use]
    pub fn get(&self, path: &str) -> &Value {
        path.split('.')
            .fold(&self.body["data"], |value, step| match step.parse() {
                Ok(index) => value.get::<usize>(index).unwrap_or(&Value::Null),
                Err(_) => value.get(step).unwrap_or(&Value::Null),
            })
    }

    /// The value at a dotted path below `data` of an answer that must not have errors.
    #[track_caller]
    #[must_use]
    pub fn data(&self, path: &str) -> &Value {
        self.check_errors();
        self.get(path)
    }

    /// As [`Answer::data`], as text.
    #[track_caller]
    #[must_use]
    pub fn text(&self, path: &str) -> String {
        let value = self.data(path);
        value
            .as_str()
            .unwrap_or_else(|| panic!("`{path}` is {value}, not text, in {self}"))
            .to_owned()
    }

    /// As [`Answer::data`], as a moment.
    #[track_caller]
    #[must_use]
    pub fn moment(&self, path: &str) -> DateTime<Utc> {
        let text = self.text(path);
        text.parse()
            .unwrap_or_else(|error| panic!("`{path}` is {text}, not a moment ({error}), in {self}"))
    }

    /// As [`Answer::data`], as a number.
    #[track_caller]
    #[must_use]
    pub fn number(&self, path: &str) -> f64 {
        let value = self.data(path);
        value
            .as_f64()
            .unwrap_or_else(|| panic!("`{path}` is {value}, not a number, in {self}"))
    }

    /// As [`Answer::data`], as a list.
    #[track_caller]
    #[must_use]
    pub fn list(&self, path: &str) -> &[Value] {
        let value = self.data(path);
        value
            .as_array()
            .unwrap_or_else(|| panic!("`{path}` is {value}, not a list, in {self}"))
    }

    /// Insists on neither errors nor user errors.
    #[track_caller]
    pub fn expect_no_errors(self) -> Self {
        self.check_errors();
        let errors = self.user_errors();
        assert!(errors.is_empty(), "unexpected user errors in {self}");
        self
    }

    #[track_caller]
    fn check_errors(&self) {
        assert!(
            self.body.get("errors").is_none() && self.status.is_success(),
            "unexpected errors in {self}"
        );
    }

    /// The code of the first error; none for an answer without errors.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.body["errors"][0]["extensions"]["code"].as_str()
    }

    /// Insists on a first error of this code.
    #[track_caller]
    pub fn expect_code(&self, code: &str) -> &Self {
        assert_eq!(self.code(), Some(code), "in {self}");
        self
    }

    /// The user errors of all mutations in the answer.
    #[must_use]
    pub fn user_errors(&self) -> Vec<UserError> {
        let payloads = self.body["data"]
            .as_object()
            .into_iter()
            .flat_map(serde_json::Map::values);
        payloads
            .filter_map(|payload| payload.get("userErrors")?.as_array())
            .flatten()
            .map(user_error)
            .collect()
    }

    /// Insists on exactly one user error, of this code; it is returned.
    #[track_caller]
    pub fn expect_user_error(&self, code: &str) -> UserError {
        self.check_errors();
        let errors = self.user_errors();
        assert!(
            errors.len() == 1 && errors[0].code == code,
            "expected the user error {code} in {self}"
        );
        errors[0].clone()
    }
}

fn user_error(error: &Value) -> UserError {
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let path = error["path"].as_array().map(|path| {
        let steps: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
        steps.join(".")
    });
    UserError {
        code: text("code"),
        message: text("message"),
        path: path.unwrap_or_default(),
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the answer {}: {:#}\nto {}",
            self.status, self.body, self.asked
        )
    }
}

/// The moment in a `DateTime` of an answer; compare moments, because their texts may differ.
#[must_use]
pub fn moment(text: &Value) -> Option<DateTime<Utc>> {
    text.as_str()?.parse().ok()
}
