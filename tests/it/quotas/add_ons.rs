//! Add-ons on a subscription (CAT-5): how many, by whom, and what they do to limits at once.

use bursar_tests::{Answer, Client, Organization, TestApp, both_databases};
use serde_json::{Value, json};

async fn create(admin: &Client, key: &str, increases: Value) -> Answer {
    let prices = json!([{ "currency": "USD", "interval": "MONTHLY", "amountMinor": 500 }]);
    let input =
        json!({ "key": key, "name": "More servers", "prices": prices, "increases": increases });
    admin
        .mutate(
            "createAddOn",
            input,
            "addOn { key name prices { price { amountMinor } } increases { amount } }",
        )
        .await
}

async fn set(client: &Client, organization: &Organization, key: &str, quantity: i64) -> Answer {
    let input = json!({ "organizationId": organization.id, "addOnKey": key, "quantity": quantity });
    client
        .mutate(
            "setAddOnQuantity",
            input,
            "subscription { addOns { quantity addOn { key } } }",
        )
        .await
}

/// An organization, and an add-on of 5 more servers.
async fn world(app: &TestApp) -> (Client, Organization) {
    let admin = app.admin().await;
    create(
        &admin,
        "servers_5",
        json!([{ "meter": "servers", "amount": 5 }]),
    )
    .await
    .expect_no_errors();
    let organization = app
        .anonymous
        .sign_up("owner")
        .await
        .create_organization("acme")
        .await;
    (admin, organization)
}

both_databases! {
    /// More and fewer: the limit moves, levels cross, and what is used stays (QUO-9).
    async fn quantities_move_the_limit_and_cross_thresholds(app: TestApp) {
        let (_, organization) = world(&app).await;
        let owner = &organization.owner.client;
        organization.consume(&[("servers", 5.0)], None).await.expect_no_errors();
        let more = set(owner, &organization, "servers_5", 1).await.expect_no_errors();
        assert_eq!(
            more.data("setAddOnQuantity.subscription.addOns"),
            &json!([{ "quantity": 1, "addOn": { "key": "servers_5" } }])
        );
        assert_eq!(organization.quota("servers").await["level"], json!("NORMAL"));
        set(owner, &organization, "servers_5", 2).await.expect_no_errors();
        organization.consume(&[("servers", 7.0)], None).await.expect_no_errors();
        set(owner, &organization, "servers_5", 0).await.expect_no_errors();
        let quota = organization.quota("servers").await;
        assert_eq!((&quota["used"], &quota["limit"], &quota["level"]), (&json!(12), &json!(5), &json!("EXCEEDED")));
        let refused = organization.consume(&[("servers", 1.0)], None).await.expect_no_errors();
        assert_eq!(refused.data("consumeQuota.decision.allowed"), &json!(false));
        let events = bursar_tests::crossings(&app).await;
        assert_eq!(
            events,
            [
                "WARNING UP", "ALERT UP", "EXCEEDED UP", "EXCEEDED DOWN", "ALERT DOWN", "WARNING DOWN", "WARNING UP", "ALERT UP",
                "EXCEEDED UP",
            ]
        );
        let document = "query($id: ID!) { organization(id: $id) { subscription { addOns { quantity } } auditLog(first: 50) { nodes { action details } } } }";
        let answer = owner.query(document, json!({ "id": organization.id })).await;
        assert_eq!(answer.data("organization.subscription.addOns"), &json!([]));
        let log = answer.list("organization.auditLog.nodes");
        let changes: Vec<&Value> = log.iter().filter(|entry| entry["action"] == "subscription_add_on_changed").collect();
        assert_eq!(changes.len(), 3, "{answer}");
        assert_eq!((&changes[0]["details"]["oldValues"]["quantity"], &changes[0]["details"]["newValues"]["quantity"]), (&json!(2), &json!(0)));
    }

    /// Who may buy, what may be bought, and how many.
    async fn quantities_are_checked(app: TestApp) {
        let (admin, organization) = world(&app).await;
        let owner = &organization.owner.client;
        let member = organization.add_member("org_member").await;
        set(&member.client, &organization, "servers_5", 1).await.expect_code("FORBIDDEN");
        let stranger = app.anonymous.sign_up("stranger").await;
        set(&stranger.client, &organization, "servers_5", 1).await.expect_code("NOT_FOUND");
        let before = app.snapshot().await;
        for (key, quantity, path) in [("nothing", 1, "addOnKey"), ("servers_5", -1, "quantity"), ("servers_5", 10_001, "quantity")] {
            let error = set(owner, &organization, key, quantity).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, path, "{key} {quantity}");
        }
        set(owner, &organization, "servers_5", 0).await.expect_no_errors();
        app.snapshot().await.assert_same(&before, "what changes nothing");

        set(owner, &organization, "servers_5", 2).await.expect_no_errors();
        admin.mutate("archiveAddOn", json!({ "addOnKey": "servers_5" }), "addOn { archivedAt }").await.expect_no_errors();
        set(owner, &organization, "servers_5", 3).await.expect_user_error("PRECONDITION_FAILED");
        set(owner, &organization, "servers_5", 1).await.expect_no_errors();
        assert_eq!(organization.quota("servers").await["limit"], json!(10), "whoever has it keeps it");
        let offered = app.anonymous.query("{ addOns { key } }", json!({})).await;
        assert_eq!(offered.data("addOns"), &json!([]));
        let all = "{ addOns(includeArchived: true) { key } }";
        assert_eq!(admin.query(all, json!({})).await.data("addOns"), &json!([{ "key": "servers_5" }]));
        app.anonymous.query(all, json!({})).await.expect_code("UNAUTHENTICATED");
        owner.query(all, json!({})).await.expect_code("FORBIDDEN");
    }

    /// System admins make and change add-ons; what somebody has bought does not change under their feet.
    async fn what_somebody_has_does_not_change(app: TestApp) {
        let (admin, organization) = world(&app).await;
        let owner = &organization.owner.client;
        create(owner, "mine", json!([{ "meter": "servers", "amount": 1 }])).await.expect_code("FORBIDDEN");
        for (key, increases, code, path) in [
            ("servers_5", json!([{ "meter": "servers", "amount": 1 }]), "CONFLICT", "key"),
            ("No Key", json!([{ "meter": "servers", "amount": 1 }]), "VALIDATION", "key"),
            ("other", json!([]), "VALIDATION", "increases"),
            ("other", json!([{ "meter": "nothing", "amount": 1 }]), "VALIDATION", "increases.0.meter"),
            ("other", json!([{ "meter": "servers", "amount": 0 }]), "VALIDATION", "increases.0.amount"),
            ("other", json!([{ "meter": "servers", "amount": 0.5 }]), "VALIDATION", "increases.0.amount"),
            ("other", json!([{ "meter": "servers", "amount": 1 }, { "meter": "servers", "amount": 1 }]), "VALIDATION", "increases.1.meter"),
        ] {
            let error = create(&admin, key, increases.clone()).await.expect_user_error(code);
            assert_eq!(error.path, path, "{key} {increases}");
        }
        let update = |change: Value| {
            let mut input = json!({ "addOnKey": "servers_5" });
            input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let admin = admin.clone();
            async move { admin.mutate("updateAddOn", input, "addOn { name prices { price { amountMinor } } increases { amount } }").await }
        };
        let changed = update(json!({ "increases": [{ "meter": "servers", "amount": 6 }] })).await.expect_no_errors();
        assert_eq!(changed.data("updateAddOn.addOn.increases"), &json!([{ "amount": 6 }]), "nobody has it yet");
        set(owner, &organization, "servers_5", 1).await.expect_no_errors();
        assert_eq!(organization.quota("servers").await["limit"], json!(11));
        let held = update(json!({ "increases": [{ "meter": "servers", "amount": 7 }] })).await.expect_user_error("PRECONDITION_FAILED");
        assert_eq!(held.path, "increases");
        let prices = json!([{ "currency": "USD", "interval": "MONTHLY", "amountMinor": 700 }]);
        let renamed = update(json!({ "name": "Even more", "prices": prices })).await.expect_no_errors();
        assert_eq!(
            renamed.data("updateAddOn.addOn"),
            &json!({ "name": "Even more", "prices": [{ "price": { "amountMinor": 700 } }], "increases": [{ "amount": 6 }] })
        );
        admin.mutate("archiveAddOn", json!({ "addOnKey": "nothing" }), "addOn { key }").await.expect_code("NOT_FOUND");
    }

    /// Two at once: the quantity is one of theirs, and the limit is exactly its.
    async fn two_buyers_at_once_end_with_one_quantity(app: TestApp) {
        let (_, organization) = world(&app).await;
        let owner = &organization.owner.client;
        let calls = (1..=6).map(|quantity| set(owner, &organization, "servers_5", quantity));
        for answer in futures_util::future::join_all(calls).await {
            answer.expect_no_errors();
        }
        let document = "query($id: ID!) { organization(id: $id) { subscription { addOns { quantity } } quota(meter: \"servers\") { limit } } }";
        let answer = owner.query(document, json!({ "id": organization.id })).await;
        let quantity = answer.data("organization.subscription.addOns")[0]["quantity"].as_i64().unwrap();
        assert_eq!(answer.data("organization.quota.limit"), &json!(5 + 5 * quantity));
    }
}
