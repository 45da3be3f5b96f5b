//! What a deployment configures, from the environment and an optional TOML file (environment wins), validated as a
//! whole at start: every problem is listed, not only the first (OPS-2).

mod admin;
mod catalog;
mod database;
mod failure;
mod http;
mod limits;
mod mail;
mod oidc;
mod secret;
mod source;

pub use admin::AdminConfig;
pub use catalog::CatalogConfig;
pub use database::DatabaseConfig;
pub use failure::FailureConfig;
pub use http::HttpConfig;
pub use limits::LimitsConfig;
pub use mail::MailConfig;
pub use oidc::OidcConfig;
pub use secret::SecretConfig;
pub use source::{Problems, Source};

/// The whole configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which database.
    pub database: DatabaseConfig,
    /// Where the server listens and how it is known outside.
    pub http: HttpConfig,
    /// The root of signing and encryption.
    pub secret: SecretConfig,
    /// The first system admin.
    pub admin: AdminConfig,
    /// The catalog applied to an empty database.
    pub catalog: CatalogConfig,
    /// How mail leaves the server.
    pub mail: MailConfig,
    /// What happens while the database does not answer.
    pub failure: FailureConfig,
    /// Whose tokens are accepted beside the server's own.
    pub oidc: Option<OidcConfig>,
    /// What one request may cost.
    pub limits: LimitsConfig,
    /// Whether this is the demonstration (`serve --demo`).
    pub demo: bool,
}

impl Config {
    /// Reads the process's environment and the file that `BURSAR_CONFIG` names.
    ///
    /// # Errors
    /// Every problem found, one line each.
    pub fn from_environment() -> Result<Self, Problems> {
        Self::from_source(&Source::from_environment()?)
    }

    /// Reads `source`.
    ///
    /// # Errors
    /// Every problem found, one line each.
    pub fn from_source(source: &Source) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let database = DatabaseConfig::read(source, &mut problems);
        let config = Self {
            http: HttpConfig::read(source, &mut problems),
            secret: SecretConfig::read(source, &database, &mut problems),
            admin: AdminConfig::read(source, &mut problems),
            catalog: CatalogConfig::read(source, &mut problems),
            limits: LimitsConfig::read(source, &mut problems),
            failure: FailureConfig::read(source, &database, &mut problems),
            mail: MailConfig::read(source, &mut problems),
            oidc: OidcConfig::read(source, &mut problems),
            demo: false,
            database,
        };
        problems.into_result(config)
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, Source};

    #[test]
    fn defaults_are_a_working_sqlite_server() {
        let config = Config::from_source(&Source::from_pairs([])).expect("defaults");
        assert_eq!(config.database.url, "sqlite://data/bursar.db?mode=rwc");
        assert_eq!(config.http.listen.to_string(), "127.0.0.1:8000");
    }

    #[test]
    fn every_problem_is_listed_at_once() {
        let problems = Config::from_source(&Source::from_pairs([
            ("BURSAR_DATABASE_URL", "mysql://nope"),
            ("BURSAR_LISTEN", "everywhere"),
            ("BURSAR_ADMIN_EMAIL", "not-an-address"),
            ("BURSAR_SECRET_KEY", "short"),
        ]))
        .expect_err("four problems");
        let text = problems.to_string();
        for name in [
            "BURSAR_DATABASE_URL",
            "BURSAR_LISTEN",
            "BURSAR_ADMIN_EMAIL",
            "BURSAR_SECRET_KEY",
        ] {
            assert!(text.contains(name), "{name} is missing from: {text}");
        }
    }

    #[test]
    fn an_issuer_needs_an_audience_and_the_other_way_round() {
        let read = |pairs: &[(&'static str, &'static str)]| {
            Config::from_source(&Source::from_pairs(pairs.iter().copied()))
        };
        let issuer = ("BURSAR_OIDC_ISSUER", "https://login.example.com");
        let audience = ("BURSAR_OIDC_AUDIENCE", "bursar");
        assert!(read(&[]).expect("fine").oidc.is_none());
        let oidc = read(&[issuer, audience]).expect("fine").oidc;
        assert_eq!(oidc.expect("configured").audience, "bursar");
        for (pairs, name) in [
            (vec![issuer], "BURSAR_OIDC_AUDIENCE: is required"),
            (vec![audience], "BURSAR_OIDC_ISSUER: is required"),
            (
                vec![("BURSAR_OIDC_ISSUER", "http://login.example.com"), audience],
                "BURSAR_OIDC_ISSUER: is not",
            ),
        ] {
            let problems = read(&pairs).expect_err(name).to_string();
            assert!(problems.contains(name), "{problems}");
        }
    }

    #[test]
    fn postgres_needs_a_secret_key() {
        let problems = Config::from_source(&Source::from_pairs([(
            "BURSAR_DATABASE_URL",
            "postgres://localhost/x",
        )]))
        .expect_err("no key");
        assert!(
            problems.to_string().contains("BURSAR_SECRET_KEY"),
            "{problems}"
        );
    }

    #[test]
    fn a_file_with_an_unknown_key_is_refused_and_the_environment_wins_over_it() {
        let table = "listen = \"127.0.0.1:1\"\nlisten_adress = \"typo\""
            .parse()
            .expect("TOML");
        let problems =
            Config::from_source(&Source::from_pairs([]).with_file(table)).expect_err("typo");
        assert!(problems.to_string().contains("listen_adress"), "{problems}");

        let table = "listen = \"127.0.0.1:1\"".parse().expect("TOML");
        let source = Source::from_pairs([("BURSAR_LISTEN", "127.0.0.1:2")]).with_file(table);
        assert_eq!(
            Config::from_source(&source)
                .expect("fine")
                .http
                .listen
                .port(),
            2
        );
    }
}
