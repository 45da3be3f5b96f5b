//! Soft grace (CAT-2): beyond a hard limit by some percent for some days, no further and no longer.

use bursar::domain::catalog::HOSTING;
use bursar_tests::{Organization, TestApp, both_databases};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// An organization on a plan whose 5 servers may be exceeded by 40 % (to 7) for 3 days.
async fn organization(app: &TestApp) -> Organization {
    let graceful = HOSTING.replacen(
        "servers = 5\n",
        "servers = { limit = 5, grace = { percent = 40, days = 3 } }\n",
        1,
    );
    assert_ne!(graceful, HOSTING);
    app.apply_catalog(&graceful).await;
    app.anonymous
        .sign_up("owner")
        .await
        .create_organization("acme")
        .await
}

async fn consume(organization: &Organization, amount: i64, key: Option<&str>) -> Value {
    let input = json!({
        "organizationId": organization.id, "items": [{ "meter": "servers", "amount": amount }], "idempotencyKey": key,
    });
    let selection = "decision { allowed used limit remaining overage policy graceEndsAt message }";
    let answer = organization
        .owner
        .client
        .mutate("consumeQuota", input, selection)
        .await
        .expect_no_errors();
    answer.data("consumeQuota.decision").clone()
}

async fn grace(organization: &Organization) -> Value {
    let document = "query($id: ID!) { organization(id: $id) { quota(meter: \"servers\") { grace { ceiling endsAt isOpen } } } }";
    let answer = organization
        .owner
        .client
        .query(document, json!({ "id": organization.id }))
        .await;
    answer.data("organization.quota.grace").clone()
}

fn ends(value: &Value) -> String {
    bursar_tests::moment(value).map_or_else(String::new, |at| at.to_rfc3339())
}

both_databases! {
    /// Used, limited by its ceiling, over by its end, and whole again after a return to the limit.
    async fn grace_is_used_ends_and_is_renewed(app: TestApp) {
        let mut organization = organization(&app).await;
        let within = consume(&organization, 5, None).await;
        assert_eq!((&within["allowed"], &within["graceEndsAt"]), (&json!(true), &Value::Null));
        assert_eq!(grace(&organization).await, Value::Null, "at the limit, not over it");

        let first = consume(&organization, 1, Some("first")).await;
        assert_eq!(
            (&first["allowed"], &first["used"], &first["limit"], &first["overage"], &first["policy"]),
            (&json!(true), &json!(6), &json!(5), &json!(1), &json!("DENY"))
        );
        assert_eq!(ends(&first["graceEndsAt"]), "2026-03-05T09:00:00+00:00");
        assert!(first["message"].as_str().unwrap().contains("before 5 March 2026, 09:00 UTC"), "{first}");
        let open = grace(&organization).await;
        assert_eq!((&open["ceiling"], &open["isOpen"]), (&json!(7), &json!(true)));

        app.advance(TimeDelta::days(2));
        organization.owner.sign_in_again().await;
        let later = consume(&organization, 1, None).await;
        assert_eq!(ends(&later["graceEndsAt"]), "2026-03-05T09:00:00+00:00", "counted from the first excess");
        let beyond = consume(&organization, 1, None).await;
        assert_eq!((&beyond["allowed"], &beyond["used"]), (&json!(false), &json!(7)), "the ceiling");
        assert!(beyond["message"].as_str().unwrap().contains("does not allow that much"), "{beyond}");

        organization.release(&[("servers", 1.0)], None).await.expect_no_errors();
        app.advance(TimeDelta::days(1));
        organization.owner.sign_in_again().await;
        let late = consume(&organization, 1, None).await;
        assert_eq!((&late["allowed"], &late["used"]), (&json!(false), &json!(6)), "three days are over");
        assert!(late["message"].as_str().unwrap().contains("ended on 5 March 2026, 09:00 UTC"), "{late}");
        assert_eq!(grace(&organization).await["isOpen"], json!(false));

        let again = consume(&organization, 1, Some("first")).await;
        assert_eq!(again, first, "the same key hears the same decision");

        organization.release(&[("servers", 1.0)], None).await.expect_no_errors();
        assert_eq!(grace(&organization).await, Value::Null, "back at the limit");
        let renewed = consume(&organization, 2, None).await;
        assert_eq!(renewed["allowed"], json!(true));
        assert_eq!(ends(&renewed["graceEndsAt"]), "2026-03-08T09:00:00+00:00");
    }

    /// Whoever a new limit finds beyond it has the grace from that moment on.
    async fn a_smaller_limit_starts_the_grace(app: TestApp) {
        let admin = app.admin().await;
        let mut organization = organization(&app).await;
        let input = json!({ "organizationId": organization.id, "meter": "servers", "limit": 6, "reason": "a pilot" });
        admin.mutate("setQuotaOverride", input, "quota { limit }").await.expect_no_errors();
        consume(&organization, 6, None).await;
        app.advance(TimeDelta::days(1));
        organization.owner.sign_in_again().await;
        let input = json!({ "organizationId": organization.id, "meter": "servers" });
        let admin = app.admin().await;
        admin.mutate("clearQuotaOverride", input, "quota { limit }").await.expect_no_errors();
        assert_eq!(ends(&grace(&organization).await["endsAt"]), "2026-03-06T09:00:00+00:00");
        app.advance(TimeDelta::days(2));
        organization.owner.sign_in_again().await;
        assert_eq!(consume(&organization, 1, None).await["allowed"], json!(true));
        app.advance(TimeDelta::days(1));
        organization.owner.sign_in_again().await;
        organization.release(&[("servers", 1.0)], None).await.expect_no_errors();
        assert_eq!(consume(&organization, 1, None).await["allowed"], json!(false));
    }

    /// An override that names its policy means it: no grace.
    async fn an_override_with_a_policy_has_no_grace(app: TestApp) {
        let admin = app.admin().await;
        let organization = organization(&app).await;
        organization.set_override(&admin, "servers", 5.0, "DENY").await;
        consume(&organization, 5, None).await;
        let refused = consume(&organization, 1, None).await;
        assert_eq!((&refused["allowed"], &refused["graceEndsAt"]), (&json!(false), &Value::Null));
    }

    /// Many at once share one grace: its ceiling holds as exactly as a limit.
    async fn the_ceiling_holds_under_concurrency(app: TestApp) {
        let organization = organization(&app).await;
        let calls = (0..20).map(|_| consume(&organization, 1, None));
        let made = futures_util::future::join_all(calls).await;
        let granted = made.iter().filter(|decision| decision["allowed"] == json!(true)).count();
        assert_eq!(granted, 7);
        assert_eq!(organization.quota("servers").await["used"], json!(7));
    }
}
