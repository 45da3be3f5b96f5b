//! A resource over any one limit or cap is refused, the binding meter is named, and everything stays as it was.

use bursar_tests::{Answer, Organization, TestApp, both_databases};
use serde_json::{Value, json};

const SMALL: [(&str, f64); 3] = [("cpu", 0.01), ("ram_mb", 1.0), ("disk_gb", 1.0)];

/// An environment of which one amount differs from a small one's.
fn environment(meter: &str, amount: f64) -> [(&'static str, f64); 3] {
    SMALL.map(|(name, small)| (name, if name == meter { amount } else { small }))
}

/// Tries to create it and insists on a refusal because of `binding` that leaves no trace.
async fn assert_refused(
    app: &TestApp,
    organization: &Organization,
    kind: &str,
    amounts: &[(&str, f64)],
    binding: &str,
) -> Answer {
    let before = app.snapshot().await;
    let answer = organization
        .try_create_resource(kind, amounts, None)
        .await
        .expect_no_errors();
    assert_eq!(
        answer.data("createResource.resource"),
        &Value::Null,
        "{answer}"
    );
    let decision = answer.data("createResource.decision");
    assert_eq!(decision["allowed"], json!(false), "{answer}");
    assert_eq!(decision["meter"]["key"], json!(binding), "{answer}");
    assert_eq!(decision["policy"], json!("DENY"), "{answer}");
    app.snapshot()
        .await
        .assert_same(&before, &format!("a refusal by {binding}"));
    answer
}

async fn organization(app: &TestApp) -> Organization {
    app.anonymous
        .sign_up("owner")
        .await
        .create_organization("hosting")
        .await
}

both_databases! {
    /// Free allows 2.0 cores, 4,096 MB and 20 GB for one environment.
    async fn an_environment_over_a_cap_is_refused(app: TestApp) {
        let organization = organization(&app).await;
        for (meter, over, cap, most) in [
            ("cpu", 2.01, "cpu_per_env", 2.0),
            ("ram_mb", 4097.0, "ram_mb_per_env", 4096.0),
            ("disk_gb", 21.0, "disk_gb_per_env", 20.0),
        ] {
            let refused = assert_refused(&app, &organization, "environment", &environment(meter, over), cap).await;
            assert_eq!(refused.number("createResource.decision.limit"), most);
            assert_eq!(refused.number("createResource.decision.requested"), over);
            organization.create_resource("environment", &environment(meter, most), None).await;
        }
    }

    /// Ten environments at a cap fill the organization's total; the smallest one more is too much.
    async fn an_environment_over_a_total_is_refused(app: TestApp) {
        for (meter, each) in [("cpu", 2.0), ("ram_mb", 4096.0), ("disk_gb", 20.0)] {
            let organization = organization(&app).await;
            // Nothing is taken of the other two, so that exactly one total binds.
            let only = |amount: f64| ["cpu", "ram_mb", "disk_gb"].map(|name| (name, if name == meter { amount } else { 0.0 }));
            for _ in 0..10 {
                organization.create_resource("environment", &only(each), None).await;
            }
            let refused = assert_refused(&app, &organization, "environment", &environment(meter, 1.0), meter).await;
            assert_eq!(refused.number("createResource.decision.limit"), each * 10.0);
            assert_eq!(refused.number("createResource.decision.remaining"), 0.0);
            assert_eq!(refused.text("createResource.decision.level"), "EXCEEDED");
        }
    }

    /// 10 projects, 5 servers and 30 environments are the most that free allows.
    async fn one_resource_too_many_is_refused(app: TestApp) {
        for (kind, meter, most) in [("project", "projects", 10), ("server", "servers", 5), ("environment", "environments", 30)] {
            let organization = organization(&app).await;
            let amounts: &[(&str, f64)] = if kind == "environment" { &SMALL } else { &[] };
            for _ in 0..most {
                organization.create_resource(kind, amounts, None).await;
            }
            assert_refused(&app, &organization, kind, amounts, meter).await;
        }
    }

    /// What makes no sense is the caller's to mend, and changes nothing either.
    async fn amounts_that_do_not_fit_the_kind_are_user_errors(app: TestApp) {
        let organization = organization(&app).await;
        let before = app.snapshot().await;
        for (kind, amounts, path) in [
            ("environment", vec![("cpu", 1.0), ("ram_mb", 1.0)], "amounts"),
            ("environment", vec![("cpu", 1.0), ("cpu", 1.0), ("ram_mb", 1.0), ("disk_gb", 1.0)], "amounts.1.meter"),
            ("environment", vec![("cpu", 0.001), ("ram_mb", 1.0), ("disk_gb", 1.0)], "amounts.0.amount"),
            ("environment", vec![("cpu", -1.0), ("ram_mb", 1.0), ("disk_gb", 1.0)], "amounts.0.amount"),
            ("project", vec![("cpu", 1.0)], "amounts.0.meter"),
            ("spaceship", vec![], "kind"),
        ] {
            let error = organization.try_create_resource(kind, &amounts, None).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, path, "{kind} {amounts:?}: {}", error.message);
        }
        app.snapshot().await.assert_same(&before, "a request that makes no sense");
    }

    /// A retried creation with its key gives the first resource; the key with other amounts is a conflict.
    async fn an_idempotency_key_creates_once(app: TestApp) {
        let organization = organization(&app).await;
        let create = |cpu: f64| {
            let input = json!({
                "organizationId": organization.id, "kind": "environment", "name": "production", "idempotencyKey": "create-1",
                "amounts": [{ "meter": "cpu", "amount": cpu }, { "meter": "ram_mb", "amount": 64 }, { "meter": "disk_gb", "amount": 1 }],
            });
            let client = organization.owner.client.clone();
            async move { client.mutate("createResource", input, "resource { id } decision { allowed used }").await }
        };
        let first = create(0.5).await.expect_no_errors();
        let again = create(0.5).await.expect_no_errors();
        assert_eq!(first.data("createResource"), again.data("createResource"));
        assert_eq!(create(0.6).await.expect_user_error("CONFLICT").path, "idempotencyKey");
        assert_eq!(organization.quota("environments").await["used"], json!(1));
    }
}
