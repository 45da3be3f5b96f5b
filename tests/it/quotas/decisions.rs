//! One decision at a time: what is allowed, what is said about it, and that nothing is half done.

use bursar_tests::both_databases;
use serde_json::json;

both_databases! {
    /// A grant up to the limit, and a refusal beyond it, with everything that a caller needs to explain it.
    async fn a_limit_is_a_limit(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let granted = organization.consume(&[("cpu", 19.99)], None).await.expect_no_errors();
        let decision = granted.data("consumeQuota.decision");
        assert_eq!(
            (&decision["allowed"], &decision["used"], &decision["remaining"], &decision["level"], &decision["policy"]),
            (&json!(true), &json!(19.99), &json!(0.01), &json!("ALERT"), &json!("DENY"))
        );
        let before = app.snapshot().await;
        let refused = organization.consume(&[("cpu", 0.02)], None).await.expect_no_errors();
        let decision = refused.data("consumeQuota.decision");
        assert_eq!(decision["allowed"], json!(false));
        assert_eq!(decision["used"], json!(19.99), "what is used stays");
        assert_eq!(decision["requested"], json!(0.02));
        assert_eq!(decision["limit"], json!(20));
        assert_eq!(decision["bindingSource"], json!("PLAN"));
        assert!(decision["message"].as_str().unwrap().contains("20"), "{refused}");
        app.snapshot().await.assert_same(&before, "a refusal");
        let exact = organization.consume(&[("cpu", 0.01)], None).await.expect_no_errors();
        assert_eq!(exact.data("consumeQuota.decision.allowed"), &json!(true));
        assert_eq!(exact.data("consumeQuota.decision.level"), &json!("EXCEEDED"));
    }

    /// Several meters: all or nothing, and each is told what it would have been by itself (QUO-3).
    async fn one_refused_meter_refuses_all(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let before = app.snapshot().await;
        let answer = organization
            .consume(&[("projects", 1.0), ("servers", 6.0), ("cpu", 1.5)], None)
            .await
            .expect_no_errors();
        let allowed: Vec<bool> = answer
            .list("consumeQuota.decisions")
            .iter()
            .map(|decision| decision["allowed"].as_bool().unwrap())
            .collect();
        assert_eq!(allowed, [true, false, true]);
        assert_eq!(answer.text("consumeQuota.decision.meter.key"), "servers");
        app.snapshot().await.assert_same(&before, "a refusal of one of three");
    }

    /// More than is used cannot be given back.
    async fn releasing_gives_back_what_is_used_and_no_more(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.consume(&[("disk_gb", 7.0)], None).await.expect_no_errors();
        let released = organization.release(&[("disk_gb", 3.0)], None).await.expect_no_errors();
        assert_eq!(released.data("releaseQuota.decision.used"), &json!(4));
        let before = app.snapshot().await;
        let refused = organization.release(&[("disk_gb", 5.0)], None).await.expect_no_errors();
        assert_eq!(refused.data("releaseQuota.decision.allowed"), &json!(false));
        app.snapshot().await.assert_same(&before, "giving back too much");
    }

    /// `checkQuota` tells what would be decided and leaves everything alone (QUO-5).
    async fn asking_is_free(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let before = app.snapshot().await;
        let document = "query($input: CheckQuotaInput!) { checkQuota(input: $input) { decision { allowed used limit meter { key } suggestedPlan { key } } userErrors { code } } }";
        for (amount, allowed, plan) in [(5.0, true, json!(null)), (6.0, false, json!({ "key": "starter" })), (11.0, false, json!({ "key": "professional" }))] {
            let input = json!({ "organizationId": organization.id, "items": [{ "meter": "servers", "amount": amount }] });
            let answer = organization.owner.client.query(document, json!({ "input": input })).await;
            assert_eq!(answer.data("checkQuota.decision.allowed"), &json!(allowed), "{answer}");
            assert_eq!(answer.data("checkQuota.decision.suggestedPlan"), &plan, "the cheapest that would allow it: {answer}");
        }
        app.snapshot().await.assert_same(&before, "asking");
    }

    /// What cannot be counted is the caller's to mend, at the item that is wrong.
    async fn bad_items_are_user_errors(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let before = app.snapshot().await;
        for (items, path) in [
            (vec![], "items"),
            (vec![("projects", 1.0), ("nothing", 1.0)], "items.1.meter"),
            (vec![("projects", 1.0), ("projects", 1.0)], "items.1.meter"),
            (vec![("projects", 0.5)], "items.0.amount"),
            (vec![("cpu", 0.001)], "items.0.amount"),
            (vec![("projects", 0.0)], "items.0.amount"),
            (vec![("projects", -1.0)], "items.0.amount"),
        ] {
            let error = organization.consume(&items, None).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, path, "{items:?}: {}", error.message);
        }
        let empty = organization.consume(&[("projects", 1.0)], Some("")).await.expect_user_error("VALIDATION");
        assert_eq!(empty.path, "idempotencyKey");
        let long = "k".repeat(201);
        organization.consume(&[("projects", 1.0)], Some(&long)).await.expect_user_error("VALIDATION");
        app.snapshot().await.assert_same(&before, "bad items");
    }

    /// An amount above 2^53 is not a Quantity at all; at 2^53 it is counted without losing a unit.
    async fn large_amounts_stay_exact(app: TestApp) {
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let largest = 9_007_199_254_740_992_i64;
        let input = json!({ "organizationId": organization.id, "meter": "disk_gb", "unlimited": true, "reason": "large" });
        admin.mutate("setQuotaOverride", input, "quota { limit percentage }").await.expect_no_errors();
        let consume = |amount: i64| {
            let input = json!({ "organizationId": organization.id, "items": [{ "meter": "disk_gb", "amount": amount }] });
            let client = organization.owner.client.clone();
            async move { client.mutate("consumeQuota", input, "decision { allowed used }").await }
        };
        let first = consume(largest - 1).await.expect_no_errors();
        assert_eq!(first.data("consumeQuota.decision"), &json!({ "allowed": true, "used": largest - 1 }));
        let second = consume(1).await.expect_no_errors();
        assert_eq!(second.data("consumeQuota.decision"), &json!({ "allowed": true, "used": largest }));
        let beyond = consume(1).await.expect_no_errors();
        assert_eq!(beyond.data("consumeQuota.decision.allowed"), &json!(false), "even where nothing limits");
        consume(largest + 1).await.expect_code("BAD_REQUEST");
        assert_eq!(organization.quota("disk_gb").await["used"], json!(largest));
    }

    /// A refusal is explained in the caller's language, and names the limit (QUO-5).
    async fn messages_speak_the_callers_language(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let mut said = Vec::new();
        for language in ["en", "fr-CA,fr;q=0.9", "vi"] {
            let client = organization.owner.client.with_language(language);
            let answer = client.consume(&organization.id, &[("servers", 6.0)], None).await.expect_no_errors();
            said.push(answer.text("consumeQuota.decision.message"));
        }
        assert!(said[0].contains("limit of 5"), "{said:?}");
        assert!(said[1].contains("limite de 5"), "{said:?}");
        assert!(said[2].contains('5') && said[2] != said[0] && said[2] != said[1], "{said:?}");
    }
}
