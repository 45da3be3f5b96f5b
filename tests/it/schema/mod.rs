//! The graph's own description: complete, sorted, and the same as the committed `schema.graphql`.

use std::collections::BTreeSet;

use bursar_tests::{Introspection, both_databases};
use serde_json::{Value, json};

/// The committed schema.
const COMMITTED: &str = include_str!("../../../schema.graphql");

#[test]
fn schema_graphql_is_the_servers_own() {
    let sdl = bursar::graphql::schema::sdl();
    let difference = sdl
        .lines()
        .zip(COMMITTED.lines())
        .position(|(ours, theirs)| ours != theirs);
    assert!(
        sdl == COMMITTED,
        "schema.graphql is out of date from line {:?}: run `cargo run -- schema > schema.graphql`",
        difference.map(|line| line + 1)
    );
}

/// The types of an SDL without descriptions, each with the names that it declares, in order.
fn declared(sdl: &str) -> Vec<(&str, Vec<&str>)> {
    let mut types = Vec::new();
    for line in sdl.lines() {
        if let Some(header) = line.strip_suffix(" {") {
            types.push((header, Vec::new()));
        } else if line.starts_with('\t')
            && !line.starts_with("\t\t")
            && let Some((_, names)) = types.last_mut()
        {
            let name = line.trim().split(['(', ':', ' ']).next();
            names.extend(name.filter(|name| name.starts_with(char::is_alphabetic)));
        }
    }
    types
}

#[test]
fn types_and_their_fields_are_sorted() {
    let sdl = without_descriptions(&bursar::graphql::schema::sdl());
    let mut types = declared(&sdl);
    // The roots stand in the order of the specification.
    types.retain(|(header, _)| *header != "schema");
    assert!(types.len() > 50, "{}", types.len());
    let headers: Vec<&str> = types
        .iter()
        .filter_map(|(header, _)| header.split(' ').nth(1))
        .collect();
    assert!(headers.is_sorted(), "{headers:?}");
    for (header, names) in types {
        assert!(
            !names.is_empty() && names.is_sorted(),
            "{header}: {names:?}"
        );
    }
}

/// The SDL without its descriptions, whose words look like fields.
fn without_descriptions(sdl: &str) -> String {
    let parts = sdl.split("\"\"\"").enumerate();
    parts
        .filter(|(index, _)| index % 2 == 0)
        .map(|(_, part)| part)
        .collect()
}

both_databases! {
    /// Every type, field, argument, input field and enum value says what it is.
    async fn everything_is_described(app: TestApp) {
        let schema = Introspection::of(&app.anonymous).await;
        let mut bare = BTreeSet::new();
        let mut met = 0;
        let mut check = |what: String, described: &Value| {
            met += 1;
            if described["description"].as_str().is_none_or(|text| text.trim().is_empty()) {
                bare.insert(what);
            }
        };
        // What the specification itself defines needs no words of ours.
        let own = schema.types().filter(|(name, _)| !["Boolean", "Float", "ID", "Int", "String"].contains(name));
        for (name, described) in own {
            check(name.to_owned(), described);
            for kind in ["fields", "inputFields", "enumValues"] {
                for member in described[kind].as_array().into_iter().flatten() {
                    let member_name = format!("{name}.{}", member["name"].as_str().unwrap());
                    check(member_name.clone(), member);
                    for argument in member["args"].as_array().into_iter().flatten() {
                        check(format!("{member_name}({})", argument["name"].as_str().unwrap()), argument);
                    }
                }
            }
        }
        assert!(bare.is_empty(), "without a description: {bare:#?}");
        assert!(met > 400, "the walk met only {met} descriptions");
    }

    /// The names that the contract and this work promise are there.
    async fn the_promised_names_are_there(app: TestApp) {
        let schema = Introspection::of(&app.anonymous).await;
        for (name, promised) in PROMISED {
            let fields = schema.fields(name);
            for field in promised.split_whitespace() {
                assert!(fields.iter().any(|known| known.name == field), "{name}.{field} is missing");
            }
        }
        for (name, promised) in [
            ("QuotaLevel", "NORMAL WARNING ALERT EXCEEDED"),
            ("CrossingDirection", "UP DOWN"),
            ("OverQuotaPolicy", "DENY WARN ALLOW"),
            ("AccessMode", "FULL READ_ONLY BLOCKED"),
            ("SubscriptionStatus", "TRIAL ACTIVE PAST_DUE SUSPENDED PAUSED CANCELLING EXPIRED ARCHIVED"),
            ("BillingInterval", "MONTHLY ANNUAL"),
            ("MeterKind", "GAUGE COUNTER CAP FLAG"),
        ] {
            let mut values = schema.values(name);
            let mut promised: Vec<&str> = promised.split_whitespace().collect();
            values.sort();
            promised.sort_unstable();
            assert_eq!(values, promised, "{name}");
        }
    }

    /// The text that the server hands out is the same as the one it was built with.
    async fn the_server_hands_out_its_schema(app: TestApp) {
        let response = app.anonymous.request(reqwest::Method::GET, "/schema.graphql").send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.text().await.unwrap(), bursar::graphql::schema::sdl());
        let info = app.anonymous.query("{ serverInfo { version now defaultCurrency catalog demo } }", json!({})).await;
        assert_eq!(info.moment("serverInfo.now"), app.app.now());
        assert_eq!(info.data("serverInfo.defaultCurrency"), &json!("USD"));
        assert_eq!(info.data("serverInfo.catalog"), &json!("hosting"));
        assert_eq!(info.data("serverInfo.demo"), &json!(false));
    }
}

/// Types and their fields that other people's programs rely on.
const PROMISED: [(&str, &str); 19] = [
    (
        "Query",
        "viewer node nodes organization organizations plans plan meters resourceKinds checkQuota auditLog auditVerification deletionImpact previewPlanPublication revenue serverInfo",
    ),
    (
        "Mutation",
        "signUp signIn refreshSession signOut enableTwoFactor confirmTwoFactor disableTwoFactor requestPasswordReset resetPassword changePassword createApiKey rotateApiKey revokeApiKey createOrganization updateOrganization deleteOrganization restoreOrganization archiveOrganization unarchiveOrganization transferOrganizationOwnership inviteMember resendInvitation revokeInvitation acceptInvitation updateMemberRole removeMember createRole updateRole deleteRole createConnection updateConnection deleteConnection consumeQuota releaseQuota createResource deleteResource createPlan updatePlan publishPlan setQuotaOverride",
    ),
    ("Subscription", "quotaChanged quotaThresholdCrossed"),
    (
        "Viewer",
        "user apiKey isSystemAdmin twoFactorEnabled organizations",
    ),
    (
        "Organization",
        "id name slug description website logoUrl billingEmail settings isActive version owner memberCount resourceCount createdAt updatedAt archivedAt deletedAt purgeAt members invitations apiKeys connections roles abilities quotas quota resources subscription auditLog accessMode",
    ),
    (
        "Quota",
        "meter used reserved limit remaining percentage level policy window explanation",
    ),
    ("QuotaExplanation", "source amount reference expiresAt"),
    ("QuotaWindow", "start end"),
    (
        "QuotaDecision",
        "allowed policy meter requested used reserved limit remaining level bindingSource resetsAt message suggestedPlan sequence",
    ),
    (
        "QuotaThresholdEvent",
        "id sequence cursor organization meter level direction used limit window occurredAt",
    ),
    (
        "PlanSubscription",
        "id plan planVersion status billingInterval currency price currentPeriodStart currentPeriodEnd trialEndsAt cancelAtPeriodEnd cancelAt cancelledAt timeline",
    ),
    (
        "AuditEntry",
        "id sequence timestamp actor action organization resourceType resourceId resourceName details ip userAgent requestId hash previousHash",
    ),
    (
        "ConnectedService",
        "id kind provider name settings hasSecret secretUpdatedAt version organization createdAt updatedAt viewerCanUpdate viewerCanDelete",
    ),
    (
        "Role",
        "key name permissions projectPermissions isSystem version viewerCanGive viewerCanUpdate viewerCanDelete",
    ),
    ("Membership", "id user role projects organization createdAt"),
    (
        "Resource",
        "id kind name status parent amounts organization viewerCanCreateBelow viewerCanDelete",
    ),
    ("Money", "amountMinor currency formatted"),
    ("UserError", "code message path"),
    ("SignInInput", "email password totpCode"),
];
