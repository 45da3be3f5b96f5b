//! A database of a measure's own with organizations, and the product over it.

use std::sync::Arc;

use bursar::actor::{Actor, Origin};
use bursar::app::App;
use bursar::clock::Clock;
use bursar::config::{Config, Source};
use bursar::db::Database;
use bursar::domain::identity::{self, SignUp};
use bursar_entities::ids::{MeterId, OrganizationId};
use bursar_tests::{Backend, TestDatabase};
use secrecy::{ExposeSecret as _, SecretString};

use crate::exact;
use crate::failure::Outcome;
use crate::population;

/// Units that each quota allows: more than any run consumes.
pub(crate) const LIMIT: i64 = 1_000_000_000;
/// The meter that the engine decides about.
pub(crate) const ENGINE_METER: &str = "load_engine";
/// The meter that plain statements count.
pub(crate) const PLAIN_METER: &str = "load_plain";

/// The owner's address.
pub(crate) const EMAIL: &str = "load@example.com";
/// The owner's password.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Signs the tokens of all processes of a run.
const SECRET: &str = "a-secret-of-the-load-generator-that-is-long-enough";

/// Everything that a measure needs.
pub(crate) struct World {
    /// The product.
    pub(crate) app: App,
    /// The owner of every organization, as callers inside the process are.
    pub(crate) owner: Actor,
    /// The owner's access token.
    pub(crate) token: String,
    /// The organizations, each with a quota of both meters.
    pub(crate) organizations: Arc<[OrganizationId]>,
    /// [`ENGINE_METER`].
    pub(crate) engine_meter: MeterId,
    /// [`PLAIN_METER`].
    pub(crate) plain_meter: MeterId,
    /// Removed after everything else is gone.
    database: TestDatabase,
}

impl World {
    /// A new database with `count` organizations.
    pub(crate) async fn with(backend: Backend, count: usize) -> Outcome<Self> {
        let database = TestDatabase::ready(backend).await;
        let app = open(database.url()).await?;
        let input = SignUp {
            email: EMAIL.into(),
            password: SecretString::from(PASSWORD),
            name: "Load".into(),
        };
        let nobody = Actor::anonymous(Origin::default());
        let signed_in = identity::sign_up(&app, &nobody, input).await?.signed_in;
        let people = population::settle(&app, signed_in.user.id, count).await?;
        let world = Self {
            app,
            owner: signed_in.actor,
            token: signed_in.tokens.access_token.expose_secret().to_owned(),
            organizations: people.organizations.into(),
            engine_meter: people.engine_meter,
            plain_meter: people.plain_meter,
            database,
        };
        exact::reset(&world).await?;
        Ok(world)
    }

    /// Where the database is, for other processes.
    pub(crate) fn url(&self) -> &str {
        self.database.url()
    }
}

/// The product over the database at `url`, in this process.
pub(crate) async fn open(url: &str) -> Outcome<App> {
    let config = Config::from_source(&Source::from_pairs([
        ("BURSAR_DATABASE_URL", url),
        ("BURSAR_SECRET_KEY", SECRET),
    ]))
    .map_err(|problems| problems.to_string())?;
    Ok(App::new(
        Database::connect(url).await?,
        Clock::system(),
        config,
    ))
}
