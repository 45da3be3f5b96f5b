//! An application on a database of its own, for tests inside this crate: a file of SQLite, a clock moved by hand, a
//! catalog of one plan on which an organization has room for [`ROOM`] members.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bursar_entities::enums::{
    BillingInterval, MeterCounts, MeterKind, OverQuotaPolicy, PlanVersionStatus,
};
use bursar_entities::{catalog_state, meter, plan, plan_limit, plan_price, plan_version};
use bursar_migration::{Migrator, MigratorTrait};
use chrono::{DateTime, TimeDelta};
use sea_orm::{EntityTrait, IntoActiveModel};
use secrecy::SecretString;
use tempfile::TempDir;

use crate::actor::{Actor, Origin};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, Source};
use crate::db::Database;
use crate::domain::identity::{self, SignUp, SignedUp};
use crate::graphql::schema;

/// Members that an organization has room for.
pub(crate) const ROOM: i64 = 5;
/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse";

/// The application under test.
pub(crate) struct TestApp {
    /// The application.
    pub(crate) app: App,
    clock: Clock,
    statements: Arc<AtomicUsize>,
    _folder: TempDir,
}

impl TestApp {
    /// Starts on an empty database.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/test.db?mode=rwc", folder.path().display());
        let config = Config::from_source(&Source::from_pairs([
            ("BURSAR_DATABASE_URL", url.as_str()),
            (
                "BURSAR_SECRET_KEY",
                "a-secret-of-the-tests-that-is-long-enough",
            ),
            ("BURSAR_ADMIN_EMAIL", "root@example.com"),
            ("BURSAR_SIGN_IN_ATTEMPTS", "3"),
        ]))
        .expect("a valid configuration");
        let statements = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&statements);
        let db = Database::connect_with(&url, move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
        })
        .await
        .expect("a database");
        Migrator::up(db.reader(), None).await.expect("migrated");
        let start = DateTime::from_timestamp(1_800_000_000, 0).expect("in range");
        let clock = Clock::manual(start);
        let app = App::new(db, clock.clone(), config);
        apply_catalog(&app).await;
        Self {
            app,
            clock,
            statements,
            _folder: folder,
        }
    }

    /// What the graph answers to `actor`, as its clients see it.
    pub(crate) async fn ask(&self, actor: &Actor, document: &str) -> serde_json::Value {
        let request = async_graphql::Request::new(document).data(actor.clone());
        let response = schema::build(self.app.clone()).execute(request).await;
        serde_json::to_value(response).expect("JSON")
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, by: TimeDelta) {
        assert!(self.clock.advance(by), "the clock is moved by hand");
    }

    /// How many statements have been run since this was last asked.
    pub(crate) fn take_statements(&self) -> usize {
        self.statements.swap(0, Ordering::SeqCst)
    }

    /// Signs somebody up, `ada` as `ada@example.com`.
    pub(crate) async fn sign_up(&self, name: &str) -> SignedUp {
        identity::sign_up(&self.app, &nobody(), sign_up_of(name))
            .await
            .expect("signed up")
    }

    /// A system admin.
    pub(crate) async fn admin(&self) -> Actor {
        let password = Some(SecretString::from(PASSWORD));
        let email = "root@example.com";
        identity::create_system_admin(&self.app, email, "Root", password)
            .await
            .expect("created");
        self.sign_in(email).await
    }

    /// Signs somebody in who has signed up.
    pub(crate) async fn sign_in(&self, email: &str) -> Actor {
        let input = identity::SignIn {
            email: email.to_owned(),
            password: SecretString::from(PASSWORD),
            code: None,
        };
        identity::sign_in(&self.app, &nobody(), input)
            .await
            .expect("signed in")
            .actor
    }
}

/// Somebody who has not signed in.
pub(crate) fn nobody() -> Actor {
    Actor::anonymous(Origin::default())
}

/// What `name` signs up with.
pub(crate) fn sign_up_of(name: &str) -> SignUp {
    SignUp {
        email: format!("{name}@example.com"),
        password: SecretString::from(PASSWORD),
        name: name.to_owned(),
    }
}

async fn apply_catalog(app: &App) {
    let db = app.db.reader();
    let now = app.now();
    let meter = meter::Model {
        id: app.new_id(),
        key: "members".into(),
        name: "Members".into(),
        kind: MeterKind::Gauge,
        unit: "members".into(),
        scale: 0,
        window: None,
        warning_percent: 80,
        alert_percent: 95,
        exceeded_percent: 100,
        counts: Some(MeterCounts::Members),
        failure_policy: bursar_entities::enums::FailurePolicy::Closed,
        position: 0,
        created_at: now,
    };
    let plan = plan::Model {
        id: app.new_id(),
        key: "free".into(),
        name: "Free".into(),
        description: String::new(),
        tier: 0,
        is_public: true,
        archived_at: None,
        created_at: now,
        updated_at: now,
    };
    let version = plan_version::Model {
        id: app.new_id(),
        plan_id: plan.id,
        number: 1,
        status: PlanVersionStatus::Published,
        trial_days: 0,
        created_at: now,
        published_at: Some(now),
    };
    let price = plan_price::Model {
        id: app.new_id(),
        plan_version_id: version.id,
        currency: "USD".into(),
        billing_interval: BillingInterval::Monthly,
        amount_minor: 0,
    };
    let limit = plan_limit::Model {
        id: app.new_id(),
        plan_version_id: version.id,
        meter_id: meter.id,
        limit_amount: Some(ROOM),
        policy: OverQuotaPolicy::Deny,
        grace_percent: None,
        grace_days: None,
        overage_per: None,
    };
    let state = catalog_state::Model {
        id: 1,
        name: "test".into(),
        default_plan_key: plan.key.clone(),
        default_currency: "USD".into(),
        trial_plan_key: None,
        applied_at: now,
        terms_version: 1,
    };
    macro_rules! insert {
        ($($table:ident: $row:expr),*) => {$(
            $table::Entity::insert($row.into_active_model())
                .exec_without_returning(db)
                .await
                .expect("written");
        )*};
    }
    insert!(meter: meter, plan: plan, plan_version: version, plan_price: price, plan_limit: limit, catalog_state: state);
}
