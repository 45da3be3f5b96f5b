//! What group commit must not change: nobody's decision depends on whose it was taken together with (QUO-1, QUO-2).

use bursar::actor::Actor;
use bursar::domain::quotas::{self, Input, Item};
use bursar::error::Code;
use bursar_entities::{membership, quota_counter, usage_record};
use bursar_tests::{Backend, Organization, TestApp, both_databases};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;

/// One of `meter` for `organization`, under `key`.
fn one(organization: &Organization, meter: &str, key: Option<&str>) -> Input {
    Input {
        organization: organization.id.parse().unwrap(),
        items: vec![Item {
            meter: meter.into(),
            amount: Decimal::ONE,
        }],
        key: key.map(str::to_owned),
        occurred_at: None,
        resource: None,
    }
}

async fn organization(app: &TestApp) -> Organization {
    app.anonymous
        .sign_up("owner")
        .await
        .create_organization("acme")
        .await
}

/// Used by the counter of the only meter in use, and the sum of its records.
async fn counted(app: &TestApp, organization: &Organization, meter: &str) -> (i64, i64) {
    let db = app.app.db.reader();
    let id = organization.id.parse().unwrap();
    let meters = bursar_entities::meter::Entity::find()
        .all(db)
        .await
        .unwrap();
    let meter = meters.iter().find(|row| row.key == meter).unwrap().id;
    let counters = quota_counter::Entity::find_in(id).all(db).await.unwrap();
    let records = usage_record::Entity::find_in(id).all(db).await.unwrap();
    let of = |id: bursar_entities::ids::MeterId| id == meter;
    (
        counters
            .iter()
            .filter(|row| of(row.meter_id))
            .map(|row| row.used)
            .sum(),
        records
            .iter()
            .filter(|row| of(row.meter_id))
            .map(|row| row.amount)
            .sum(),
    )
}

/// Makes the database refuse the record of one key, as a defect of ours would.
async fn poison(app: &TestApp, backend: Backend) {
    let sql = match backend {
        Backend::Sqlite => {
            "CREATE TRIGGER poison BEFORE INSERT ON usage_records WHEN NEW.idempotency_key = 'poison' \
             BEGIN SELECT RAISE(ABORT, 'poisoned'); END"
        }
        Backend::Postgres => {
            "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF NEW.idempotency_key = 'poison' THEN RAISE EXCEPTION 'poisoned'; END IF; RETURN NEW; END $$; \
             CREATE TRIGGER poison BEFORE INSERT ON usage_records FOR EACH ROW EXECUTE FUNCTION poison()"
        }
    };
    app.app.db.reader().execute_unprepared(sql).await.unwrap();
}

both_databases! {
    /// Two servers on one database, both with everything in memory, decide exactly.
    async fn two_servers_that_remember_stay_exact(app: TestApp) {
        let (admin, organization) = (app.admin().await, organization(&app).await);
        organization.set_override(&admin, "projects", 150.0, "DENY").await;
        let other = app.beside().await;
        let actor = Actor::system();
        let input = one(&organization, "projects", None);
        for server in [&app, &other] {
            assert!(quotas::consume(&server.app, &actor, &input).await.unwrap().allowed());
        }
        let calls = (0..240).map(|number| {
            let server = if number % 2 == 0 { &app } else { &other };
            let (app, actor, input) = (server.app.clone(), actor.clone(), input.clone());
            tokio::spawn(async move { quotas::consume(&app, &actor, &input).await.unwrap().allowed() })
        });
        let granted = join_all(calls).await.into_iter().filter(|granted| *granted.as_ref().unwrap()).count();
        assert_eq!(granted, 148);
        assert_eq!(counted(&app, &organization, "projects").await, (150, 150));
        let events = bursar_tests::crossings(&app).await;
        assert_eq!(events, ["WARNING UP", "ALERT UP", "EXCEEDED UP"]);
    }

    /// What one server changes, the other heeds at once although it had read it before: a limit, a member, a setting.
    async fn what_is_remembered_is_never_believed(app: TestApp) {
        let (admin, organization) = (app.admin().await, organization(&app).await);
        let member = organization.add_member("org_member").await;
        let other = app.beside().await;
        let there = bursar_tests::Client::consume;
        let consume = || there(&member.client, &organization.id, &[("servers", 1.0)], None);
        assert_eq!(consume().await.expect_no_errors().data("consumeQuota.decision.limit"), &json!(5));
        assert_eq!(consume().await.expect_no_errors().data("consumeQuota.decision.used"), &json!(2));

        let elsewhere = other.anonymous.signed_in(bursar_tests::ADMIN_EMAIL, bursar_tests::ADMIN_PASSWORD).await;
        organization.set_override(&elsewhere, "servers", 3.0, "DENY").await;
        let heeded = consume().await.expect_no_errors();
        assert_eq!(heeded.data("consumeQuota.decision.limit"), &json!(3));
        let refused = consume().await.expect_no_errors();
        assert_eq!(refused.data("consumeQuota.decision.allowed"), &json!(false));
        organization.set_override(&admin, "servers", 9.0, "DENY").await;
        assert_eq!(consume().await.expect_no_errors().data("consumeQuota.decision.used"), &json!(4));

        let user: bursar_entities::ids::UserId = member.id.parse().unwrap();
        membership::Entity::delete_many()
            .filter(membership::Column::UserId.eq(user))
            .exec(other.app.db.reader())
            .await
            .unwrap();
        consume().await.expect_code("NOT_FOUND");
        assert_eq!(counted(&app, &organization, "servers").await, (4, 4));
    }

    /// A caller that hangs up leaves nothing or a whole decision, and does not disturb the others.
    async fn callers_that_hang_up_leave_nothing_half_done(app: TestApp) {
        let (admin, organization) = (app.admin().await, organization(&app).await);
        organization.set_override(&admin, "projects", 100_000.0, "DENY").await;
        let calls: Vec<_> = (0..300)
            .map(|number| {
                let (app, input) = (app.app.clone(), one(&organization, "projects", Some(&format!("key {number}"))));
                tokio::spawn(async move { quotas::consume(&app, &Actor::system(), &input).await.unwrap().allowed() })
            })
            .collect();
        tokio::task::yield_now().await;
        for call in calls.iter().step_by(2) {
            call.abort();
        }
        let answers = join_all(calls).await;
        let heard = answers.iter().filter(|answer| matches!(answer, Ok(true))).count();
        assert!(heard >= 150, "those who waited were answered: {heard}");
        let again = join_all((0..300).map(|number| {
            let (app, input) = (app.app.clone(), one(&organization, "projects", Some(&format!("key {number}"))));
            async move { quotas::consume(&app, &Actor::system(), &input).await.unwrap().allowed() }
        }));
        assert!(again.await.into_iter().all(|granted| granted));
        assert_eq!(counted(&app, &organization, "projects").await, (300, 300), "each key once");
    }

    /// Waiting has an end: beyond it callers are told when to come again, and nothing of theirs is done.
    async fn more_than_can_wait_are_sent_away(app: TestApp) {
        let (admin, organization) = (app.admin().await, organization(&app).await);
        organization.set_override(&admin, "projects", 100_000.0, "DENY").await;
        let (actor, input) = (Actor::system(), one(&organization, "projects", None));
        assert!(quotas::consume(&app.app, &actor, &input).await.unwrap().allowed());
        // While somebody else holds the organization, nothing can be decided.
        let held = app.app.db.begin().await.unwrap();
        quotas::lock_in_tx(&*held, input.organization).await.unwrap();
        let mut calls: FuturesUnordered<_> = (0..6_000).map(|_| quotas::consume(&app.app, &actor, &input)).collect();
        let refused = calls.next().await.unwrap().unwrap_err();
        assert_eq!(refused.code, Code::RateLimited);
        drop(held);
        let mut granted = 1;
        while let Some(answer) = calls.next().await {
            match answer {
                Ok(change) => granted += i64::from(change.allowed()),
                Err(error) => {
                    assert_eq!(error.code, Code::RateLimited);
                    let (name, seconds) = &error.facts[0];
                    assert_eq!(*name, "retryAfter");
                    assert!(seconds.as_u64() >= Some(1), "{seconds}");
                }
            }
        }
        assert!((4_096..6_001).contains(&granted), "{granted}");
        assert_eq!(counted(&app, &organization, "projects").await, (granted, granted));
    }

    /// The same key many times in one batch is one decision, and another request under it a conflict.
    async fn a_key_is_used_once_within_a_batch(app: TestApp) {
        let organization = organization(&app).await;
        let mut calls: Vec<Input> = (0..20).map(|_| one(&organization, "servers", Some("same"))).collect();
        calls.push(one(&organization, "projects", Some("same")));
        let actor = Actor::system();
        let answers = join_all(calls.iter().map(|input| quotas::consume(&app.app, &actor, input))).await;
        let (conflict, same) = answers.split_last().unwrap();
        assert_eq!(conflict.as_ref().unwrap_err().code, Code::Conflict);
        let first = same[0].as_ref().unwrap();
        for answer in same {
            assert_eq!(answer.as_ref().unwrap().decisions, first.decisions);
        }
        assert_eq!(counted(&app, &organization, "servers").await, (1, 1));
    }

    /// A batch is a few statements, whatever its size.
    async fn a_batch_is_a_few_statements(app: TestApp) {
        let organization = organization(&app).await;
        let actor = Actor::system();
        let input = one(&organization, "projects", None);
        assert!(quotas::consume(&app.app, &actor, &input).await.unwrap().allowed());
        let _ = app.statements.take();
        let answers = join_all((0..400).map(|_| quotas::consume(&app.app, &actor, &input))).await;
        assert_eq!(answers.iter().filter(|answer| answer.as_ref().unwrap().allowed()).count(), 9);
        let statements = app.statements.take();
        assert!(statements.len() <= 60, "{} statements: {statements:#?}", statements.len());
    }

    /// What cannot be written takes nobody with it.
    async fn a_call_that_cannot_be_written_fails_alone(backend: Backend) {
        let app = TestApp::start(backend).await;
        let organization = organization(&app).await;
        poison(&app, backend).await;
        let inputs: Vec<Input> = (0..9)
            .map(|number| one(&organization, "projects", Some(if number == 4 { "poison" } else { "good" })))
            .enumerate()
            .map(|(number, input)| match number {
                4 => input,
                _ => Input { key: Some(format!("good {number}")), ..input },
            })
            .collect();
        let actor = Actor::system();
        for _ in 0..2 {
            let answers = join_all(inputs.iter().map(|input| quotas::consume(&app.app, &actor, input))).await;
            for (number, answer) in answers.iter().enumerate() {
                match answer {
                    Ok(change) => assert!(number != 4 && change.allowed()),
                    Err(error) => assert_eq!((number, error.code), (4, Code::Internal)),
                }
            }
        }
        assert_eq!(counted(&app, &organization, "projects").await, (8, 8));
    }

    /// While a batch of a flood is written the next is decided on it. Two servers, keys that come twice, thresholds on
    /// the way and a call that cannot be written: nothing is lost, counted twice or granted beyond the limit.
    async fn the_batches_of_a_flood_overlap_and_stay_exact(backend: Backend) {
        const KEYS: usize = 1_500;
        let app = TestApp::start(backend).await;
        let (admin, organization) = (app.admin().await, organization(&app).await);
        organization.set_override(&admin, "projects", 1_000.0, "DENY").await;
        poison(&app, backend).await;
        let servers = [app.app.clone(), app.beside().await.app.clone()];
        for server in &servers {
            let input = one(&organization, "projects", None);
            assert!(quotas::consume(server, &Actor::system(), &input).await.unwrap().allowed());
        }
        let calls = (0..2 * KEYS).map(|number| {
            let (server, place) = (servers[number % 2].clone(), number % KEYS);
            let key = if place == 700 { "poison".to_owned() } else { format!("key {place}") };
            let input = one(&organization, "projects", Some(&key));
            tokio::spawn(async move {
                quotas::consume(&server, &Actor::system(), &input).await.map(|change| change.allowed())
            })
        });
        let answers: Vec<_> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
        let (first, again) = answers.split_at(KEYS);
        let mut granted = 2;
        for (place, pair) in first.iter().zip(again).enumerate() {
            match pair {
                (Ok(one), Ok(other)) => {
                    assert_eq!(one, other, "key {place}");
                    granted += i64::from(*one);
                }
                (Err(one), Err(other)) if place == 700 => {
                    assert_eq!((one.code, other.code), (Code::Internal, Code::Internal));
                }
                odd => panic!("key {place}: {odd:?}"),
            }
        }
        assert_eq!(granted, 1_000);
        assert_eq!(counted(&app, &organization, "projects").await, (1_000, 1_000));
        assert_eq!(bursar_tests::crossings(&app).await, ["WARNING UP", "ALERT UP", "EXCEEDED UP"]);
    }

    /// When the database has ended the engine's connections, a caller may hear that nobody knows; its retry under the
    /// same key is decided, once.
    async fn lost_connections_are_replaced(backend: Backend) {
        let app = TestApp::start(backend).await;
        let organization = organization(&app).await;
        let actor = Actor::system();
        let input = one(&organization, "projects", Some("before"));
        assert!(quotas::consume(&app.app, &actor, &input).await.unwrap().allowed());
        if backend == Backend::Postgres {
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
            app.app.db.reader().execute_unprepared(end).await.unwrap();
        }
        let input = one(&organization, "projects", Some("after"));
        let mut answers = Vec::new();
        while !matches!(answers.last(), Some(Ok(_))) {
            assert!(answers.len() < 9, "{answers:?}");
            answers.push(quotas::consume(&app.app, &actor, &input).await.map(|change| change.allowed()));
        }
        assert!(matches!(answers.last(), Some(Ok(true))), "{answers:?}");
        assert_eq!(counted(&app, &organization, "projects").await, (2, 2));
    }
}
