//! What an organization cannot be made of: each is named with its field, and nothing is left behind (ORG-1 … ORG-3).

use bursar_tests::{Organization, both_databases, unique};
use serde_json::{Map, Value, json};

use super::lifecycle::delete;

/// What is malformed, and the field that is to be named.
fn malformed() -> Vec<(Value, &'static str)> {
    let long = |letters: usize| "x".repeat(letters);
    let url = |letters: usize| format!("https://example.com/{}", long(letters - 20));
    assert_eq!(url(513).len(), 513);
    vec![
        (json!({ "slug": "" }), "slug"),
        (json!({ "slug": "é" }), "slug"),
        (json!({ "slug": "công-ty" }), "slug"),
        (json!({ "slug": "公司" }), "slug"),
        (json!({ "slug": "аcme" }), "slug"),
        (json!({ "slug": "acme\u{200b}" }), "slug"),
        (json!({ "slug": "ACME" }), "slug"),
        (json!({ "slug": "ac me" }), "slug"),
        (json!({ "slug": "acme\n" }), "slug"),
        (json!({ "slug": "acme/../admin" }), "slug"),
        (json!({ "slug": "acme\0" }), "slug"),
        (json!({ "slug": long(101) }), "slug"),
        (json!({ "website": "javascript:alert(1)" }), "website"),
        (
            json!({ "website": "JaVaScRiPt://example.com/%0aalert(1)" }),
            "website",
        ),
        (json!({ "website": "data:text/html,x" }), "website"),
        (json!({ "website": "//example.com" }), "website"),
        (json!({ "website": "" }), "website"),
        (json!({ "logoUrl": "javascript:alert(1)" }), "logoUrl"),
        (json!({ "logoUrl": "file:///etc/passwd" }), "logoUrl"),
        (json!({ "logoUrl": url(513) }), "logoUrl"),
        (
            json!({ "settings": { "timezone": "Mars/Olympus" } }),
            "settings.timezone",
        ),
        (
            json!({ "settings": { "timezone": "utc+7" } }),
            "settings.timezone",
        ),
        (
            json!({ "settings": { "timezone": "" } }),
            "settings.timezone",
        ),
        (
            json!({ "settings": { "timezone": 7 } }),
            "settings.timezone",
        ),
        (json!({ "name": long(256) }), "name"),
        (json!({ "name": " \t" }), "name"),
        (json!({ "billingEmail": "nobody" }), "billingEmail"),
    ]
}

/// `base` with `change` laid over it.
fn with(base: &Value, change: &Value) -> Value {
    let mut all: Map<String, Value> = base.as_object().unwrap().clone();
    all.extend(change.as_object().unwrap().clone());
    Value::Object(all)
}

async fn create(organization: &Organization, input: Value) -> bursar_tests::Answer {
    let owner = &organization.owner.client;
    owner
        .mutate("createOrganization", input, "organization { id slug }")
        .await
}

both_databases! {
    /// Creating and changing refuse the same, in the same words.
    async fn what_is_malformed_is_named(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let before = app.snapshot().await;
        for (change, path) in malformed() {
            let made = create(&organization, with(&json!({ "name": "Fine", "slug": "fine" }), &change)).await;
            let made = made.expect_user_error("VALIDATION");
            let input = with(&json!({ "organizationId": organization.id, "expectedVersion": 1 }), &change);
            let changed = organization.owner.client.mutate("updateOrganization", input, "organization { id }").await;
            let changed = changed.expect_user_error("VALIDATION");
            assert_eq!((made.path.as_str(), &made), (path, &changed), "{change}");
        }
        app.snapshot().await.assert_same(&before, "a malformed organization");
    }

    /// What is just within bounds is accepted.
    async fn what_is_just_within_bounds_is_accepted(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let slug = "x".repeat(100);
        let logo = format!("https://example.com/{}", "x".repeat(492));
        let input = json!({ "name": "é".repeat(255), "slug": slug, "logoUrl": logo, "settings": { "timezone": "Asia/Ho_Chi_Minh" } });
        let made = create(&organization, input).await.expect_no_errors();
        assert_eq!(made.text("createOrganization.organization.slug"), slug);
    }

    /// A slug that somebody has, or had and still keeps, is a conflict that names it.
    async fn a_taken_slug_is_named(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let (theirs, gone) = (app.anonymous.sign_up("other").await.create_organization("theirs").await, organization.owner.create_organization("gone").await);
        delete(&gone).await.expect_no_errors();
        let before = app.snapshot().await;
        for taken in [&organization.slug, &theirs.slug, &gone.slug] {
            let error = create(&organization, json!({ "name": "Mine", "slug": taken })).await.expect_user_error("CONFLICT");
            assert!(error.path == "slug" && error.message.contains(taken.as_str()), "{error:?}");
        }
        app.snapshot().await.assert_same(&before, "a slug that is taken");
        create(&organization, json!({ "name": "Mine", "slug": unique("free") })).await.expect_no_errors();
    }
}
