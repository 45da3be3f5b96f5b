//! The use cases of this feature on a database: creating, changing, reading and listing.

use bursar_entities::enums::{ResourceStatus, SubscriptionStatus as S};
use bursar_entities::ids::{OrganizationId, ResourceId};
use bursar_entities::{audit_entry, organization, resource, resource_kind};
use futures_util::future::join_all;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::{
    Edit, Filter, NewOrganization, Order, OrderField, Patch, Place, by_id, by_slug, count,
    create_organization, list, resource_counts, update_organization,
};
use crate::actor::Actor;
use crate::domain::paging::{PageArguments, PageRequest, encode};
use crate::error::Code;
use crate::testing::{TestApp, nobody};

fn new(name: &str, slug: &str) -> NewOrganization {
    NewOrganization {
        name: name.into(),
        slug: slug.into(),
        ..NewOrganization::default()
    }
}

fn settings(value: &serde_json::Value) -> Patch {
    Patch {
        settings: value.as_object().cloned().expect("an object"),
        ..Patch::default()
    }
}

#[tokio::test]
async fn a_slug_belongs_to_one_organization_even_after_its_deletion() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await.signed_in.actor;
    let outcomes = join_all((0..16).map(|_| {
        let (app, ada) = (test.app.clone(), ada.clone());
        tokio::spawn(async move { create_organization(&app, &ada, new("Acme", "acme")).await })
    }))
    .await;
    let mut made = Vec::new();
    for outcome in outcomes {
        match outcome.expect("ran") {
            Ok(row) => made.push(row.id),
            Err(error) => {
                assert_eq!(error.code, Code::Conflict);
                assert!(error.message.contains("acme"), "{error}");
            }
        }
    }
    assert_eq!(made.len(), 1);
    organization::Entity::update_many()
        .col_expr(organization::Column::DeletedAt, Expr::value(test.app.now()))
        .filter(organization::Column::Id.eq(made[0]))
        .exec(test.app.db.reader())
        .await
        .expect("deleted");
    assert_eq!(
        by_slug(&test.app, &ada, "acme")
            .await
            .expect_err("deleted")
            .code,
        Code::NotFound
    );
    let again = create_organization(&test.app, &ada, new("Acme", "acme")).await;
    assert_eq!(again.expect_err("retained").code, Code::Conflict);
}

#[tokio::test]
async fn only_members_and_system_admins_see_an_organization() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let bob = test.sign_up("bob").await.signed_in.actor;
    let admin = test.admin().await;
    let id = ada.organization.id;
    let unknown = OrganizationId(uuid::Uuid::nil());
    for (actor, id, code) in [
        (&ada.signed_in.actor, id, None),
        (&admin, id, None),
        (&bob, id, Some(Code::NotFound)),
        (&bob, unknown, Some(Code::NotFound)),
        (&nobody(), id, Some(Code::Unauthenticated)),
    ] {
        let outcome = by_id(&test.app, actor, id).await;
        assert_eq!(outcome.err().map(|error| error.code), code);
    }
    let foreign = by_slug(&test.app, &bob, "ada").await.expect_err("foreign");
    let missing = by_slug(&test.app, &bob, "nothing")
        .await
        .expect_err("missing");
    assert_eq!(foreign.message, missing.message);
    for text in ["", "A B", "a\0"] {
        assert_eq!(
            by_slug(&test.app, &ada.signed_in.actor, text)
                .await
                .expect_err(text)
                .code,
            Code::NotFound
        );
    }
}

#[tokio::test]
async fn of_many_changes_from_one_version_one_is_made() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let (actor, id) = (ada.signed_in.actor, ada.organization.id);
    let outcomes = join_all((0..16).map(|n| {
        let (app, actor) = (test.app.clone(), actor.clone());
        let patch = Patch {
            name: Some(format!("Name {n}")),
            ..Patch::default()
        };
        tokio::spawn(async move { update_organization(&app, &actor, id, 1, patch).await })
    }))
    .await;
    let outcomes: Vec<_> = outcomes.into_iter().map(|one| one.expect("ran")).collect();
    assert_eq!(outcomes.iter().filter(|one| one.is_ok()).count(), 1);
    for error in outcomes.iter().filter_map(|one| one.as_ref().err()) {
        assert_eq!(error.code, Code::Conflict);
        assert_eq!(error.facts, [("currentVersion", json!(2))]);
        assert!(error.message.contains("current version is 2"), "{error}");
    }
    let row = by_id(&test.app, &actor, id).await.expect("seen");
    assert_eq!(row.version, 2);
    let entries = audit_entry::Entity::find()
        .filter(audit_entry::Column::Action.eq("org_updated"))
        .count(test.app.db.reader())
        .await;
    assert_eq!(entries.expect("count"), 1);
}

#[tokio::test]
async fn a_change_lays_over_what_is_there() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let (actor, id) = (ada.signed_in.actor, ada.organization.id);
    let first = Patch {
        description: Edit::Set("Ours".into()),
        website: Edit::Set("https://example.com".into()),
        ..settings(&json!({ "locale": "fr", "own": { "a": 1 } }))
    };
    let row = update_organization(&test.app, &actor, id, 1, first)
        .await
        .expect("changed");
    assert_eq!(row.website.as_deref(), Some("https://example.com"));
    let second = Patch {
        website: Edit::Clear,
        ..settings(&json!({ "locale": null, "timezone": "Europe/Paris" }))
    };
    let row = update_organization(&test.app, &actor, id, 2, second)
        .await
        .expect("changed");
    assert_eq!(
        row.settings,
        json!({ "own": { "a": 1 }, "timezone": "Europe/Paris" })
    );
    assert_eq!(
        (row.description.as_deref(), row.website.as_deref()),
        (Some("Ours"), None)
    );
    assert_eq!(row, by_id(&test.app, &actor, id).await.expect("read back"));
    let same = update_organization(&test.app, &actor, id, 3, Patch::default()).await;
    assert_eq!(same.expect("nothing to do").version, 3);

    test.sign_up("bob").await;
    let taken = Patch {
        slug: Some("bob".into()),
        ..Patch::default()
    };
    let error = update_organization(&test.app, &actor, id, 3, taken)
        .await
        .expect_err("taken");
    assert_eq!(
        (error.code, error.path),
        (Code::Conflict, vec!["slug".to_owned()])
    );
    assert!(error.message.contains("bob"));
}

#[tokio::test]
async fn a_default_server_is_one_of_the_organization_s_own() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let bob = test.sign_up("bob").await;
    let own = add_server(&test, ada.organization.id).await;
    let foreign = add_server(&test, bob.organization.id).await;
    let (actor, id) = (ada.signed_in.actor, ada.organization.id);
    for (key, value) in [
        ("default_server_id", foreign.to_string()),
        ("default_server_id", uuid::Uuid::nil().to_string()),
        ("default_git_connection_id", own.to_string()),
    ] {
        let patch = settings(&json!({ key: value }));
        let error = update_organization(&test.app, &actor, id, 1, patch)
            .await
            .expect_err(key);
        assert_eq!(error.path, ["settings", key]);
    }
    let patch = settings(&json!({ "default_server_id": own.to_string() }));
    let row = update_organization(&test.app, &actor, id, 1, patch)
        .await
        .expect("own");
    assert_eq!(row.settings["default_server_id"], json!(own.to_string()));

    let wanted = [
        (id, "server".to_owned()),
        (bob.organization.id, "server".to_owned()),
    ];
    let counts = resource_counts(&test.app, &actor, &wanted)
        .await
        .expect("counted");
    assert_eq!(
        counts.into_iter().collect::<Vec<_>>(),
        [((id, "server".to_owned()), 1)]
    );
    let unknown = [(id, "castle".to_owned())];
    let error = resource_counts(&test.app, &actor, &unknown)
        .await
        .expect_err("unknown");
    assert_eq!(error.code, Code::NotFound);
}

async fn add_server(test: &TestApp, organization: OrganizationId) -> ResourceId {
    let db = test.app.db.reader();
    let known = resource_kind::Entity::find().one(db).await.expect("read");
    let kind = if let Some(kind) = known {
        kind
    } else {
        let kind = resource_kind::Model {
            id: test.app.new_id(),
            key: "server".into(),
            name: "Server".into(),
            pins_slug: false,
            parent_kind_id: None,
            position: 0,
        };
        resource_kind::Entity::insert(kind.clone().into_active_model())
            .exec_without_returning(db)
            .await
            .expect("written");
        kind
    };
    let row = resource::Model {
        id: test.app.new_id(),
        organization_id: organization,
        kind_id: kind.id,
        parent_id: None,
        name: "web-1".into(),
        status: ResourceStatus::Active,
        created_at: test.app.now(),
        deleted_at: None,
    };
    let id = row.id;
    resource::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await
        .expect("written");
    id
}

/// All names of a list, read page by page, forwards or backwards.
async fn walk(
    test: &TestApp,
    actor: &Actor,
    filter: &Filter,
    order: Order,
    back: bool,
) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), None);
    loop {
        let arguments = if back {
            PageArguments {
                last: Some(2),
                before: cursor.take(),
                ..PageArguments::default()
            }
        } else {
            PageArguments {
                first: Some(2),
                after: cursor.take(),
                ..PageArguments::default()
            }
        };
        let request = PageRequest::<Place>::new(&arguments).expect("a page");
        let page = list(&test.app, actor, filter, order, &request)
            .await
            .expect("listed");
        let mut found: Vec<_> = page.items.iter().map(|row| row.name.clone()).collect();
        let edge = if back {
            page.items.first()
        } else {
            page.items.last()
        };
        cursor = edge.map(|row| encode(&Place::of(row, order.field)));
        if back {
            found.extend(names);
            names = found;
        } else {
            names.extend(found);
        }
        if !(if back {
            page.has_previous
        } else {
            page.has_next
        }) {
            return names;
        }
    }
}

#[tokio::test]
async fn lists_are_walked_in_order_from_either_end() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await.signed_in.actor;
    test.sign_up("bob").await;
    for (name, slug) in [
        ("Delta", "d"),
        ("Beta", "b"),
        ("Beta", "b-2"),
        ("Charlie", "c"),
    ] {
        create_organization(&test.app, &ada, new(name, slug))
            .await
            .expect("created");
    }
    let all = Filter::default();
    let by = |field, descending| Order { field, descending };
    for (order, names) in [
        (
            by(OrderField::CreatedAt, false),
            ["ada", "Delta", "Beta", "Beta", "Charlie"],
        ),
        (
            by(OrderField::CreatedAt, true),
            ["Charlie", "Beta", "Beta", "Delta", "ada"],
        ),
        (
            by(OrderField::Name, false),
            ["Beta", "Beta", "Charlie", "Delta", "ada"],
        ),
        (
            by(OrderField::Name, true),
            ["ada", "Delta", "Charlie", "Beta", "Beta"],
        ),
    ] {
        assert_eq!(
            walk(&test, &ada, &all, order, false).await,
            names,
            "{order:?}"
        );
        assert_eq!(
            walk(&test, &ada, &all, order, true).await,
            names,
            "{order:?}"
        );
    }
    let admin = test.admin().await;
    assert_eq!(count(&test.app, &admin, &all).await.expect("count"), 6);
    let own = Filter {
        own: true,
        ..Filter::default()
    };
    assert_eq!(count(&test.app, &admin, &own).await.expect("count"), 0);
}

#[tokio::test]
async fn lists_are_narrowed() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await.signed_in.actor;
    for (name, slug) in [
        ("100% Wool", "wool"),
        ("Été_Co", "summer"),
        ("Wool_Co", "x"),
    ] {
        create_organization(&test.app, &ada, new(name, slug))
            .await
            .expect("created");
    }
    let named = |part: &str| Filter {
        text: Some(part.into()),
        ..Filter::default()
    };
    let plan = |key: &str| Filter {
        plan_key: Some(key.into()),
        ..Filter::default()
    };
    for (filter, matches) in [
        (named("wool"), 2),
        (named("0% w"), 1),
        (named("%"), 1),
        (named("_"), 2),
        (named("\\"), 0),
        (named("SUMMER"), 1),
        (named("Été"), 1),
        (plan("free"), 4),
        (plan("gold"), 0),
        (
            Filter {
                status: Some(S::Active),
                ..plan("free")
            },
            4,
        ),
        (
            Filter {
                status: Some(S::Suspended),
                ..Filter::default()
            },
            0,
        ),
        (
            Filter {
                is_active: Some(false),
                ..Filter::default()
            },
            0,
        ),
        (
            Filter {
                is_active: Some(true),
                ..named("co")
            },
            2,
        ),
    ] {
        let found = count(&test.app, &ada, &filter).await.expect("count");
        assert_eq!(found, matches, "{filter:?}");
    }
}

#[tokio::test]
async fn a_cursor_belongs_to_its_order() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let cursor = encode(&Place::of(&ada.organization, OrderField::Name));
    let arguments = PageArguments {
        after: Some(cursor),
        ..PageArguments::default()
    };
    let request = PageRequest::<Place>::new(&arguments).expect("a page");
    let actor = &ada.signed_in.actor;
    let refused = list(
        &test.app,
        actor,
        &Filter::default(),
        Order::default(),
        &request,
    )
    .await;
    assert_eq!(refused.expect_err("another order").code, Code::BadRequest);
}
