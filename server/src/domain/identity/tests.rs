//! The use cases of this feature on a database: sign-up, sign-in, sessions and the first system admin.

use bursar_entities::{audit_entry, membership, organization, quota_counter, session, user};
use chrono::TimeDelta;
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use secrecy::{ExposeSecret, SecretString};

use super::{
    SignIn, SignedIn, authenticate, create_system_admin, ensure_first_admin, refresh_session,
    sign_in, sign_out, sign_up, viewer,
};
use crate::actor::{Actor, Origin};
use crate::error::{Code, Result};
use crate::testing::{PASSWORD, TestApp, nobody, sign_up_of};

async fn enter(test: &TestApp, email: &str, password: &str) -> Result<SignedIn> {
    let input = SignIn {
        email: email.to_owned(),
        password: SecretString::from(password),
        code: None,
    };
    sign_in(&test.app, &nobody(), input).await
}

async fn who(test: &TestApp, signed_in: &SignedIn) -> Result<Actor> {
    let header = format!("Bearer {}", signed_in.tokens.access_token.expose_secret());
    authenticate(&test.app, Some(&header), Origin::default()).await
}

#[tokio::test]
async fn signing_up_makes_a_user_with_a_personal_organization() {
    let test = TestApp::new().await;
    let signed_up = test.sign_up("ada").await;
    let user = &signed_up.signed_in.user;
    assert_eq!(user.email, "ada@example.com");
    assert!(!user.password_hash.contains(PASSWORD));
    assert_eq!(signed_up.organization.slug, "ada");
    assert_eq!(signed_up.organization.owner_id, user.id);
    assert_eq!(signed_up.organization.billing_email, user.email);
    let actor = who(&test, &signed_up.signed_in)
        .await
        .expect("a good token");
    assert_eq!(actor, signed_up.signed_in.actor);
    assert_eq!(viewer(&test.app, &actor).await.expect("seen").id, user.id);
    let counter = quota_counter::Entity::find_in(signed_up.organization.id)
        .one(test.app.db.reader())
        .await
        .expect("read")
        .expect("counted");
    assert_eq!(counter.used, 1, "the owner takes a place");
}

#[tokio::test]
async fn namesakes_get_different_slugs_and_an_address_is_taken_once() {
    let test = TestApp::new().await;
    let namesakes = join_all((0..8).map(|n| {
        let input = super::SignUp {
            name: "Ada".into(),
            ..sign_up_of(&format!("ada{n}"))
        };
        let app = test.app.clone();
        async move { sign_up(&app, &nobody(), input).await.expect("signed up") }
    }))
    .await;
    let mut slugs: Vec<_> = namesakes.iter().map(|one| &one.organization.slug).collect();
    slugs.sort();
    slugs.dedup();
    assert_eq!(slugs.len(), 8, "{slugs:?}");
    assert_eq!(slugs[0], "ada");

    let same = join_all((0..8).map(|_| {
        let app = test.app.clone();
        async move { sign_up(&app, &nobody(), sign_up_of("bob")).await }
    }))
    .await;
    let refused: Vec<_> = same.iter().filter_map(|one| one.as_ref().err()).collect();
    assert_eq!(refused.len(), 7);
    assert!(refused.iter().all(|error| error.code == Code::Conflict));
    let db = test.app.db.reader();
    assert_eq!(user::Entity::find().count(db).await.expect("count"), 9);
    assert_eq!(
        organization::Entity::find().count(db).await.expect("count"),
        9
    );
    assert_eq!(
        membership::Entity::find().count(db).await.expect("count"),
        9
    );
}

#[tokio::test]
async fn malformed_sign_ups_are_refused_at_their_field() {
    let test = TestApp::new().await;
    for (field, change) in [
        (
            "email",
            (|input| "ada".clone_into(&mut input.email)) as fn(&mut super::SignUp),
        ),
        ("password", |input| {
            input.password = SecretString::from("short");
        }),
        ("name", |input| " ".clone_into(&mut input.name)),
    ] {
        let mut input = sign_up_of("ada");
        change(&mut input);
        let error = sign_up(&test.app, &nobody(), input).await.expect_err(field);
        assert_eq!(
            (error.code, error.path),
            (Code::Validation, vec![field.to_owned()])
        );
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_the_same() {
    let test = TestApp::new().await;
    test.sign_up("ada").await;
    let wrong = enter(&test, "ada@example.com", "wrong password")
        .await
        .expect_err("wrong");
    let unknown = enter(&test, "bob@example.com", PASSWORD)
        .await
        .expect_err("unknown");
    assert_eq!(wrong.code, Code::Validation);
    assert_eq!(
        (wrong.code, &wrong.message, &wrong.path),
        (unknown.code, &unknown.message, &unknown.path)
    );
    assert!(enter(&test, " ADA@example.com", PASSWORD).await.is_ok());
    assert!(enter(&test, "a\0@example.com", PASSWORD).await.is_err());
}

#[tokio::test]
async fn guessing_is_stopped_for_a_while() {
    let test = TestApp::new().await;
    test.sign_up("ada").await;
    let guesses = join_all((0..20).map(|_| enter(&test, "ada@example.com", "a guess"))).await;
    let looked_at = guesses
        .iter()
        .filter(|one| {
            one.as_ref()
                .is_err_and(|error| error.code == Code::Validation)
        })
        .count();
    let most = 3 + std::thread::available_parallelism().map_or(1, usize::from);
    assert!((3..=most).contains(&looked_at), "{looked_at}");
    let error = enter(&test, "ada@example.com", PASSWORD)
        .await
        .expect_err("paused");
    assert_eq!(error.code, Code::RateLimited);
    let (name, seconds) = &error.facts[0];
    assert_eq!(*name, "retryAfter");
    test.pass(TimeDelta::seconds(seconds.as_i64().expect("seconds")));
    assert!(enter(&test, "ada@example.com", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_token_is_good_for_fifteen_minutes_of_its_session() {
    let test = TestApp::new().await;
    let signed_in = test.sign_up("ada").await.signed_in;
    test.pass(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    assert!(who(&test, &signed_in).await.is_ok());
    test.pass(TimeDelta::seconds(1));
    let error = who(&test, &signed_in).await.expect_err("expired");
    assert_eq!(error.code, Code::Unauthenticated);

    let again = enter(&test, "ada@example.com", PASSWORD)
        .await
        .expect("signed in");
    assert!(who(&test, &again).await.is_ok());
    assert!(
        sign_out(&test.app, &nobody(), &again.tokens.refresh_token, false)
            .await
            .expect("ended")
    );
    assert!(
        who(&test, &again).await.is_err(),
        "signing out works at once"
    );
    let unknown = SecretString::from("unknown");
    let ended = sign_out(&test.app, &nobody(), &unknown, false).await;
    assert!(!ended.expect("nothing to end"));
}

#[tokio::test]
async fn no_token_is_nobody_and_a_bad_one_is_refused() {
    let test = TestApp::new().await;
    let actor = authenticate(&test.app, None, Origin::default()).await;
    assert_eq!(actor.expect("nobody"), nobody());
    for header in ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer a.b.c"] {
        let refused = authenticate(&test.app, Some(header), Origin::default()).await;
        assert_eq!(refused.expect_err(header).code, Code::Unauthenticated);
    }
}

#[tokio::test]
async fn asking_who_somebody_is_costs_one_statement() {
    let test = TestApp::new().await;
    let signed_in = test.sign_up("ada").await.signed_in;
    test.take_statements();
    who(&test, &signed_in).await.expect("known");
    assert_eq!(test.take_statements(), 1);
}

#[tokio::test]
async fn a_refresh_token_that_comes_again_ends_the_session() {
    let test = TestApp::new().await;
    let first = test.sign_up("ada").await.signed_in;
    let token = &first.tokens.refresh_token;
    let second = refresh_session(&test.app, &nobody(), token)
        .await
        .expect("refreshed");
    assert_eq!(second.user.id, first.user.id);
    assert!(who(&test, &second).await.is_ok());
    let reused = refresh_session(&test.app, &nobody(), token).await;
    assert_eq!(reused.expect_err("used").code, Code::Unauthenticated);
    assert!(
        who(&test, &second).await.is_err(),
        "the whole family is over"
    );
    let next = refresh_session(&test.app, &nobody(), &second.tokens.refresh_token).await;
    assert_eq!(next.expect_err("over").code, Code::Unauthenticated);
    let reports = audit_entry::Entity::find()
        .filter(audit_entry::Column::Action.eq("security_refresh_reused"))
        .filter(audit_entry::Column::OrganizationId.is_null())
        .count(test.app.db.reader())
        .await;
    assert_eq!(reports.expect("count"), 1);
}

#[tokio::test]
async fn of_many_refreshes_at_once_one_wins() {
    let test = TestApp::new().await;
    let signed_in = test.sign_up("ada").await.signed_in;
    let outcomes = join_all((0..64).map(|_| {
        let (app, token) = (test.app.clone(), signed_in.tokens.refresh_token.clone());
        tokio::spawn(async move { refresh_session(&app, &nobody(), &token).await.is_ok() })
    }))
    .await;
    let won = outcomes
        .into_iter()
        .filter(|one| *one.as_ref().expect("ran"))
        .count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_however_often_it_is_refreshed() {
    let test = TestApp::new().await;
    let mut signed_in = test.sign_up("ada").await.signed_in;
    for _ in 0..29 {
        test.pass(TimeDelta::days(1));
        signed_in = refresh_session(&test.app, &nobody(), &signed_in.tokens.refresh_token)
            .await
            .expect("still open");
    }
    test.pass(TimeDelta::days(1));
    assert!(who(&test, &signed_in).await.is_err());
    let over = refresh_session(&test.app, &nobody(), &signed_in.tokens.refresh_token).await;
    assert_eq!(over.expect_err("over").code, Code::Unauthenticated);
    let sessions = session::Entity::find().count(test.app.db.reader()).await;
    assert_eq!(sessions.expect("count"), 1);
}

#[tokio::test]
async fn the_first_admin_is_made_once_and_nobody_is_promoted() {
    let test = TestApp::new().await;
    test.sign_up("ada").await;
    let promoted = create_system_admin(&test.app, "ada@example.com", "Ada", None).await;
    assert_eq!(promoted.expect_err("taken").code, Code::Conflict);
    let made = join_all((0..4).map(|_| ensure_first_admin(&test.app))).await;
    let made: Vec<_> = made
        .into_iter()
        .filter_map(|one| one.expect("fine"))
        .collect();
    assert_eq!(made.len(), 1);
    let password = made[0].generated_password.clone().expect("generated");
    let admin = enter(&test, "root@example.com", password.expose_secret()).await;
    assert!(admin.expect("signed in").actor.is_system_admin());
    assert!(ensure_first_admin(&test.app).await.expect("fine").is_none());
}

#[tokio::test]
async fn people_are_known_to_their_colleagues_only() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await.signed_in;
    let bob = test.sign_up("bob").await.signed_in;
    let admin = test.admin().await;
    let ids = [ada.user.id, bob.user.id];
    let seen = super::by_ids(&test.app, &ada.actor, &ids)
        .await
        .expect("read");
    assert_eq!(seen.into_keys().collect::<Vec<_>>(), [ada.user.id]);
    assert_eq!(
        super::by_ids(&test.app, &admin, &ids)
            .await
            .expect("read")
            .len(),
        2
    );
    assert!(super::by_ids(&test.app, &nobody(), &ids).await.is_err());
}
