//! Setting quota aside, and what becomes of it (QUO-4).

use bursar_entities::enums::SubscriptionStatus;
use bursar_entities::{plan_subscription, quota_reservation};
use bursar_tests::{Organization, TestApp, both_databases, moment};
use chrono::TimeDelta;
use sea_orm::EntityTrait as _;
use sea_orm::sea_query::Expr;
use serde_json::{Value, json};

/// A new organization, which may have 5 servers.
async fn organization(app: &TestApp) -> Organization {
    app.anonymous
        .sign_up("owner")
        .await
        .create_organization("acme")
        .await
}

/// Reserves `servers`, and gives the reservation's id.
async fn reserved(organization: &Organization, servers: f64, seconds: i64) -> String {
    let answer = organization
        .reserve(
            &[("servers", servers)],
            json!({ "expiresInSeconds": seconds }),
        )
        .await
        .expect_no_errors();
    answer.text("reserveQuota.reservation.id")
}

/// Used, reserved and remaining servers.
async fn servers(organization: &Organization) -> [Value; 3] {
    let quota = organization.quota("servers").await;
    ["used", "reserved", "remaining"].map(|field| quota[field].clone())
}

both_databases! {
    /// What is reserved is not there for others; what is committed is used, and the rest is free again.
    async fn a_part_is_committed_and_the_rest_is_free(app: TestApp) {
        let organization = organization(&app).await;
        let answer = organization.reserve(&[("servers", 4.0), ("cpu", 1.25)], json!({})).await.expect_no_errors();
        assert_eq!(answer.text("reserveQuota.reservation.status"), "OPEN");
        assert_eq!(
            answer.data("reserveQuota.reservation.items"),
            &json!([
                { "meter": { "key": "servers" }, "amount": 4, "committed": 0 },
                { "meter": { "key": "cpu" }, "amount": 1.25, "committed": 0 },
            ])
        );
        assert_eq!(answer.data("reserveQuota.decisions"), &json!([
            { "allowed": true, "used": 0, "reserved": 4 }, { "allowed": true, "used": 0, "reserved": 1.25 },
        ]));
        let expires = moment(answer.data("reserveQuota.reservation.expiresAt"));
        assert_eq!(expires, Some(app.app.now() + TimeDelta::minutes(15)), "what is usual when nothing is said");
        assert_eq!(servers(&organization).await, [json!(0), json!(4), json!(1)]);
        let other = organization.consume(&[("servers", 2.0)], None).await.expect_no_errors();
        assert_eq!(other.data("consumeQuota.decision.allowed"), &json!(false));

        let id = answer.text("reserveQuota.reservation.id");
        let input = json!({ "reservationId": id, "items": [{ "meter": "servers", "amount": 3 }] });
        let committed = organization.reservation("commitReservation", input).await.expect_no_errors();
        assert_eq!(committed.text("commitReservation.reservation.status"), "COMMITTED");
        assert_eq!(committed.data("commitReservation.reservation.items.0.committed"), &json!(3));
        assert_eq!(servers(&organization).await, [json!(3), json!(0), json!(2)]);
        assert_eq!(organization.quota("cpu").await["reserved"], json!(0));
    }

    /// Without a job, and whoever looks.
    async fn what_has_expired_holds_nothing(app: TestApp) {
        let organization = organization(&app).await;
        let first = reserved(&organization, 3.0, 60).await;
        let second = reserved(&organization, 2.0, 120).await;
        assert_eq!(servers(&organization).await, [json!(0), json!(5), json!(0)]);
        app.advance(TimeDelta::seconds(60));
        assert_eq!(servers(&organization).await, [json!(0), json!(2), json!(3)]);
        let consumed = organization.consume(&[("servers", 3.0)], None).await.expect_no_errors();
        assert_eq!(consumed.data("consumeQuota.decision.reserved"), &json!(2));
        assert_eq!(servers(&organization).await, [json!(3), json!(2), json!(0)]);
        let late = organization.reservation("commitReservation", json!({ "reservationId": first })).await;
        let error = late.expect_user_error("PRECONDITION_FAILED");
        assert!(error.message.contains("expired"), "{}", error.message);
        assert_eq!(error.path, "reservationId");
        let gone = organization.reservation("cancelReservation", json!({ "reservationId": first })).await;
        assert_eq!(gone.expect_no_errors().text("cancelReservation.reservation.status"), "EXPIRED");
        organization.reservation("commitReservation", json!({ "reservationId": second })).await.expect_no_errors();
        assert_eq!(servers(&organization).await, [json!(5), json!(0), json!(0)]);
    }

    /// A reservation ends once: committed, cancelled, or extended until then.
    async fn a_reservation_ends_once(app: TestApp) {
        let organization = organization(&app).await;
        let id = reserved(&organization, 2.0, 60).await;
        let extend = json!({ "reservationId": id, "expiresInSeconds": 600 });
        let extended = organization.reservation("extendReservation", extend).await.expect_no_errors();
        let expires = moment(extended.data("extendReservation.reservation.expiresAt"));
        assert_eq!(expires, Some(app.app.now() + TimeDelta::seconds(600)));
        let shorter = json!({ "reservationId": id, "expiresInSeconds": 1 });
        let kept = organization.reservation("extendReservation", shorter).await.expect_no_errors();
        assert_eq!(moment(kept.data("extendReservation.reservation.expiresAt")), expires, "never shorter");
        app.advance(TimeDelta::seconds(300));
        assert_eq!(servers(&organization).await, [json!(0), json!(2), json!(3)]);

        let commit = json!({ "reservationId": id });
        organization.reservation("commitReservation", commit.clone()).await.expect_no_errors();
        let before = app.snapshot().await;
        for mutation in ["commitReservation", "cancelReservation"] {
            let again = organization.reservation(mutation, commit.clone()).await;
            let error = again.expect_user_error("PRECONDITION_FAILED");
            assert!(error.message.contains("committed"), "{}", error.message);
        }
        app.snapshot().await.assert_same(&before, "ending a reservation again");
        let other = reserved(&organization, 1.0, 60).await;
        let cancel = json!({ "reservationId": other });
        for _ in 0..2 {
            let cancelled = organization.reservation("cancelReservation", cancel.clone()).await.expect_no_errors();
            assert_eq!(cancelled.text("cancelReservation.reservation.status"), "CANCELLED");
        }
        let late = organization.reservation("commitReservation", cancel).await;
        late.expect_user_error("PRECONDITION_FAILED");
        assert_eq!(servers(&organization).await, [json!(2), json!(0), json!(3)]);
    }

    /// Too much, of the wrong meter, too long: told where, and nothing happens.
    async fn bad_input_changes_nothing(app: TestApp) {
        let organization = organization(&app).await;
        let id = reserved(&organization, 2.0, 60).await;
        let before = app.snapshot().await;
        for (items, path) in [
            (json!([{ "meter": "servers", "amount": 3 }]), "items.0.amount"),
            (json!([{ "meter": "projects", "amount": 1 }]), "items.0.meter"),
            (json!([{ "meter": "servers", "amount": -1 }]), "items.0.amount"),
            (json!([{ "meter": "servers", "amount": 0 }]), "items.0.amount"),
            (json!([{ "meter": "servers", "amount": 0.5 }]), "items.0.amount"),
            (json!([{ "meter": "unheard of", "amount": 1 }]), "items.0.meter"),
            (json!([]), "items"),
        ] {
            let input = json!({ "reservationId": id, "items": items });
            let error = organization.reservation("commitReservation", input).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, path);
        }
        for seconds in [0, -1, 604_801] {
            let long = json!({ "expiresInSeconds": seconds });
            let error = organization.reserve(&[("servers", 1.0)], long).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, "expiresInSeconds");
        }
        app.snapshot().await.assert_same(&before, "bad input about reservations");
    }

    /// The same key gives the same reservation, and the same commit.
    async fn a_repetition_is_the_first_one(app: TestApp) {
        let organization = organization(&app).await;
        let reserve = || organization.reserve(&[("servers", 2.0)], json!({ "idempotencyKey": "r" }));
        let first = reserve().await.expect_no_errors();
        assert_eq!(first.data("reserveQuota"), reserve().await.expect_no_errors().data("reserveQuota"));
        let other = organization.reserve(&[("servers", 3.0)], json!({ "idempotencyKey": "r" })).await;
        other.expect_user_error("CONFLICT");
        let id = first.text("reserveQuota.reservation.id");
        let input = json!({ "reservationId": id, "idempotencyKey": "c" });
        let committed = organization.reservation("commitReservation", input.clone()).await.expect_no_errors();
        let again = organization.reservation("commitReservation", input).await.expect_no_errors();
        assert_eq!(
            (committed.data("commitReservation.decision"), committed.data("commitReservation.reservation.id")),
            (again.data("commitReservation.decision"), again.data("commitReservation.reservation.id"))
        );
        assert_eq!(servers(&organization).await, [json!(2), json!(0), json!(3)]);
        let rows = quota_reservation::Entity::find().all(app.app.db.reader()).await.unwrap();
        assert_eq!(rows.len(), 1);
    }

    /// Never more than there is, with any number at once; and a refusal names the plan that would do.
    async fn parallel_reservations_never_exceed_the_limit(app: TestApp) {
        let organization = organization(&app).await;
        let calls = (0..24).map(|_| organization.reserve(&[("servers", 1.0)], json!({})));
        let answers = futures_util::future::join_all(calls).await;
        let granted = answers.iter().filter(|answer| answer.data("reserveQuota.decision.allowed") == &json!(true));
        assert_eq!(granted.count(), 5);
        assert_eq!(servers(&organization).await, [json!(0), json!(5), json!(0)]);
        let refused = answers.iter().find(|answer| answer.data("reserveQuota.decision.allowed") == &json!(false));
        let refused = refused.unwrap();
        assert_eq!(refused.data("reserveQuota.reservation"), &json!(null));
        assert_eq!(refused.text("reserveQuota.decision.suggestedPlan.key"), "starter");
    }

    /// In read-only mode what was reserved can be given up, not consumed.
    async fn read_only_organizations_give_reservations_up(app: TestApp) {
        let organization = organization(&app).await;
        let id = reserved(&organization, 2.0, 600).await;
        plan_subscription::Entity::update_many()
            .col_expr(plan_subscription::Column::Status, Expr::val(SubscriptionStatus::Paused))
            .exec(app.app.db.reader())
            .await
            .unwrap();
        let input = json!({ "reservationId": id });
        organization.reservation("commitReservation", input.clone()).await.expect_code("READ_ONLY");
        organization.reservation("cancelReservation", input).await.expect_no_errors();
        assert_eq!(servers(&organization).await, [json!(0), json!(0), json!(5)]);
    }
}
