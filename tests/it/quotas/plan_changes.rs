//! Changing plans: limits apply at once, and an organization over its new limit keeps what it has (QUO-9).

use std::time::Duration;

use bursar_tests::both_databases;
use serde_json::json;

both_databases! {
    /// Up and down again: levels and threshold events follow in the same transaction, nothing is taken away.
    async fn levels_follow_the_plan_at_once(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.consume(&[("servers", 5.0), ("cpu", 1.0)], None).await.expect_no_errors();
        let up = ["WARNING UP", "ALERT UP", "EXCEEDED UP"];
        assert_eq!(bursar_tests::crossings(&app).await, up);

        app.change_plan(&organization, "starter").await;
        let down = ["EXCEEDED DOWN", "ALERT DOWN", "WARNING DOWN"];
        assert_eq!(bursar_tests::crossings(&app).await, [up, down].concat());
        assert_eq!(organization.quota("servers").await["level"], json!("NORMAL"));
        organization.consume(&[("servers", 3.0)], None).await.expect_no_errors();

        app.change_plan(&organization, "free").await;
        let quota = organization.quota("servers").await;
        assert_eq!((&quota["used"], &quota["limit"], &quota["remaining"], &quota["level"]), (&json!(8), &json!(5), &json!(0), &json!("EXCEEDED")));
        let events = bursar_tests::crossings(&app).await;
        assert_eq!(events[events.len() - 2..], ["ALERT UP", "EXCEEDED UP"], "what was a warning is more now");
        let refused = organization.consume(&[("servers", 1.0)], None).await.expect_no_errors();
        assert_eq!(refused.data("consumeQuota.decision.allowed"), &json!(false));
        assert!(refused.text("consumeQuota.decision.message").contains("Nothing can be added"), "{refused}");
        let less = organization.release(&[("servers", 4.0)], None).await.expect_no_errors();
        assert_eq!(less.data("releaseQuota.decision.used"), &json!(4));
        let within = organization.consume(&[("servers", 1.0)], None).await.expect_no_errors();
        assert_eq!(within.data("consumeQuota.decision.allowed"), &json!(true));
    }

    /// Whoever watches a quota hears of a new plan.
    async fn watchers_hear_of_a_new_plan(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let document = "subscription($id: ID!) { quotaChanged(organizationId: $id, meters: [\"servers\"]) { limit } }";
        let mut live = bursar_tests::Live::subscribe(&organization.owner.client, document, json!({ "id": organization.id })).await;
        // The subscription listens a moment after it was asked for, so plans are changed until it does.
        let heard = loop {
            app.change_plan(&organization, "starter").await;
            if let Some(heard) = live.next_within(Duration::from_millis(500)).await {
                break heard;
            }
            app.change_plan(&organization, "free").await;
        };
        assert!([json!(10), json!(5)].contains(&heard["quotaChanged"]["limit"]), "{heard}");
    }
}
