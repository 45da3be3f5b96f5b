//! Where settings come from: environment variables named `BURSAR_…`, and the same names in a TOML file, lower-cased
//! and without the prefix (`BURSAR_LISTEN` is `listen`).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Every setting there is; a TOML key outside this list is a typing error and refused.
const KNOWN: [&str; 28] = [
    "BURSAR_ADMIN_EMAIL",
    "BURSAR_ADMIN_PASSWORD",
    "BURSAR_CATALOG",
    "BURSAR_DATABASE_URL",
    "BURSAR_GRAPHIQL",
    "BURSAR_INTROSPECTION",
    "BURSAR_LISTEN",
    "BURSAR_LIVE_BACKLOG",
    "BURSAR_MAIL_FROM",
    "BURSAR_MAX_ALIASES",
    "BURSAR_MAX_BATCH",
    "BURSAR_MAX_BODY_BYTES",
    "BURSAR_MAX_COMPLEXITY",
    "BURSAR_MAX_DEPTH",
    "BURSAR_MAX_SUBSCRIPTIONS",
    "BURSAR_OIDC_AUDIENCE",
    "BURSAR_OIDC_ISSUER",
    "BURSAR_PREVIOUS_SECRET_KEY",
    "BURSAR_PUBLIC_URL",
    "BURSAR_REQUEST_TIMEOUT_SECONDS",
    "BURSAR_SECRET_KEY",
    "BURSAR_SIGN_IN_ATTEMPTS",
    "BURSAR_SMTP_URL",
    "BURSAR_SPOOL_DIR",
    "BURSAR_STORE_PATIENCE_MILLISECONDS",
    "BURSAR_TEST_CLOCK",
    "BURSAR_TRUST_PROXY",
    "BURSAR_WS_INIT_TIMEOUT_SECONDS",
];

/// Settings by name.
#[derive(Clone, Debug, Default)]
pub struct Source {
    environment: BTreeMap<String, String>,
    file: toml::Table,
}

impl Source {
    /// The process's environment and the file that `BURSAR_CONFIG` names.
    ///
    /// # Errors
    /// When the file cannot be read or is not TOML.
    pub fn from_environment() -> Result<Self, Problems> {
        let source = Self {
            environment: std::env::vars().collect(),
            file: toml::Table::new(),
        };
        let Some(path) = source.environment.get("BURSAR_CONFIG").cloned() else {
            return Ok(source);
        };
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Problems::one("BURSAR_CONFIG", format!("{path} cannot be read: {error}"))
        })?;
        let table = text.parse().map_err(|error| {
            Problems::one("BURSAR_CONFIG", format!("{path} is not TOML: {error}"))
        })?;
        Ok(source.with_file(table))
    }

    /// An environment given by hand.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let environment = pairs
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .collect();
        Self {
            environment,
            file: toml::Table::new(),
        }
    }

    /// The same with a file behind it.
    #[must_use]
    pub fn with_file(mut self, file: toml::Table) -> Self {
        self.file = file;
        self
    }

    /// The setting as text; an empty one counts as unset.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        debug_assert!(KNOWN.contains(&name), "{name} is missing from KNOWN");
        let from_file = || {
            let value = self.file.get(&file_key(name))?;
            Some(
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), ToOwned::to_owned),
            )
        };
        self.environment
            .get(name)
            .cloned()
            .or_else(from_file)
            .filter(|text| !text.is_empty())
    }

    /// The setting parsed, or `default` when unset; a value that cannot be parsed is a problem.
    pub(super) fn parsed<T: FromStr>(
        &self,
        name: &str,
        what: &str,
        default: T,
        problems: &mut Problems,
    ) -> T {
        let Some(text) = self.text(name) else {
            return default;
        };
        text.parse().unwrap_or_else(|_| {
            problems.add(name, format!("`{text}` is not {what}"));
            default
        })
    }

    /// The setting as a switch: `1`, `true`, `0`, `false`.
    pub(super) fn switch(&self, name: &str, default: bool, problems: &mut Problems) -> bool {
        match self.text(name).as_deref() {
            None => default,
            Some("1" | "true") => true,
            Some("0" | "false") => false,
            Some(other) => {
                problems.add(name, format!("`{other}` is not a switch; say 1 or 0"));
                default
            }
        }
    }

    /// Notes the file's keys that mean nothing.
    pub(super) fn check_file(&self, problems: &mut Problems) {
        for key in self.file.keys() {
            if !KNOWN.iter().any(|name| file_key(name) == *key) {
                problems.add(
                    "BURSAR_CONFIG",
                    format!("there is no setting `{key}`; check its spelling"),
                );
            }
        }
    }
}

fn file_key(name: &str) -> String {
    name.trim_start_matches("BURSAR_").to_ascii_lowercase()
}

/// Everything that is wrong with a configuration.
#[derive(Debug, Default)]
pub struct Problems(Vec<String>);

impl Problems {
    /// A single problem with the setting `name`.
    pub(super) fn one(name: &str, what: impl fmt::Display) -> Self {
        Self(vec![format!("{name}: {what}")])
    }

    /// Adds a problem with the setting `name`.
    pub(super) fn add(&mut self, name: &str, what: impl fmt::Display) {
        self.0.push(format!("{name}: {what}"));
    }

    /// `value` when nothing was wrong.
    pub(super) fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.join("\n"))
    }
}

impl std::error::Error for Problems {}
