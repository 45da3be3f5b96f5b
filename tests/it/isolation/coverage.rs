//! That the walks leave nothing out: every root field takes an id of something that belongs to somebody, and is walked by
//! it, or stands here by name and with its reason.

use bursar_tests::{Call, Introspection, both_databases, ids_of};
use serde_json::json;

use super::Tenant;

/// Whose a root field is that takes no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// Anybody's: it needs no credentials.
    Anybody,
    /// The caller's own: it reaches nothing of others by what it takes.
    Oneself,
    /// The platform's: it needs a system admin.
    Platform,
}

/// The root fields that take no id, and why none of them reaches into an organization.
const WITHOUT_IDS: [(&str, Whose, &str); 28] = [
    ("addOns", Whose::Anybody, "the price list"),
    ("meters", Whose::Anybody, "the price list"),
    ("plan", Whose::Anybody, "the price list"),
    ("plans", Whose::Anybody, "the price list"),
    ("resourceKinds", Whose::Anybody, "the price list"),
    ("serverInfo", Whose::Anybody, "what is needed to sign in"),
    ("signIn", Whose::Anybody, "the password is the credential"),
    ("signUp", Whose::Anybody, "how one becomes somebody"),
    ("signOut", Whose::Anybody, "the token is the credential"),
    (
        "refreshSession",
        Whose::Anybody,
        "the token is the credential",
    ),
    (
        "requestPasswordReset",
        Whose::Anybody,
        "for who cannot sign in",
    ),
    (
        "resetPassword",
        Whose::Anybody,
        "the token is the credential",
    ),
    (
        "acceptInvitation",
        Whose::Oneself,
        "the token is the permission, and is for the caller's address",
    ),
    ("changePassword", Whose::Oneself, "of the caller alone"),
    ("confirmTwoFactor", Whose::Oneself, "of the caller alone"),
    ("createOrganization", Whose::Oneself, "makes a new one"),
    ("disableTwoFactor", Whose::Oneself, "of the caller alone"),
    ("enableTwoFactor", Whose::Oneself, "of the caller alone"),
    (
        "organizations",
        Whose::Oneself,
        "lists the caller's own; its filter narrows that",
    ),
    ("viewer", Whose::Oneself, "the caller"),
    ("archiveAddOn", Whose::Platform, "the catalog"),
    ("createAddOn", Whose::Platform, "the catalog"),
    ("createPlan", Whose::Platform, "the catalog"),
    ("previewPlanPublication", Whose::Platform, "the catalog"),
    ("publishPlan", Whose::Platform, "the catalog"),
    ("updateAddOn", Whose::Platform, "the catalog"),
    ("updatePlan", Whose::Platform, "the catalog"),
    ("revenue", Whose::Platform, "the figures of the platform"),
];

/// Whether anybody may use the root field called `name` without credentials.
pub(super) fn is_public(name: &str) -> bool {
    let mut known = WITHOUT_IDS.iter();
    known.any(|known| known.0 == name && known.1 == Whose::Anybody)
}

both_databases! {
    /// A field that is born without an id fails here until it is said whose it is.
    async fn every_root_field_is_walked_or_named(app: TestApp) {
        let schema = Introspection::of(&app.anonymous).await;
        let mut named: Vec<&str> = Vec::new();
        for root in ["Query", "Mutation", "Subscription"] {
            for field in schema.fields(root) {
                let known = WITHOUT_IDS.iter().find(|known| known.0 == field.name);
                let walked = !ids_of(&schema, &field).is_empty();
                assert!(walked || known.is_some(), "{root}.{} takes no id: say in WITHOUT_IDS whose it is", field.name);
                assert!(!walked || known.is_none(), "{root}.{} is walked by its ids, and needs no exception", field.name);
                named.extend(known.map(|known| known.0));
            }
        }
        assert_eq!(named.len(), WITHOUT_IDS.len(), "an exception for a field that is gone");
        assert!(WITHOUT_IDS.iter().all(|known| !known.2.is_empty()));
    }

    /// What belongs to the platform is refused to every member, the owner of an organization too.
    async fn the_platforms_own_is_for_system_admins(app: TestApp) {
        let tenant = Tenant::new(&app, "tenant").await;
        let schema = Introspection::of(&app.anonymous).await;
        let before = app.snapshot().await;
        for (operation, root) in [("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")] {
            for field in schema.fields(root) {
                if !WITHOUT_IDS.iter().any(|known| known.0 == field.name && known.1 == Whose::Platform) {
                    continue;
                }
                let call = Call::new(&schema, operation, &field, &|path| tenant.id(path));
                for client in [&tenant.organization.owner.client, &tenant.member.client] {
                    let answer = client.query(&call.document, call.variables.clone()).await;
                    assert_eq!(answer.code(), Some("FORBIDDEN"), "{} {answer}", field.name);
                    assert_eq!(answer.body["errors"][0]["extensions"]["permission"], json!("system.admin"), "{}", field.name);
                }
            }
        }
        app.snapshot().await.assert_same(&before, "reaching for the platform");
    }
}
