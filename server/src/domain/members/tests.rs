//! The use cases of this feature on a database: inviting, accepting, and the members quota under both.

use bursar_entities::ids::OrganizationId;
use bursar_entities::{invitation, membership, quota_counter};
use chrono::TimeDelta;
use futures_util::future::join_all;
use sea_orm::PaginatorTrait;
use secrecy::SecretString;

use super::{accept_invitation, invite_member};
use crate::actor::Actor;
use crate::error::{Code, Error, Result};
use crate::testing::{ROOM, TestApp, nobody};

async fn invite(
    test: &TestApp,
    by: &Actor,
    to: OrganizationId,
    name: &str,
) -> Result<SecretString> {
    let email = format!("{name}@Example.com");
    let invited = invite_member(&test.app, by, to, &email, "org_member".into()).await?;
    let (_, token) = invited.invitation.expect("room");
    Ok(token)
}

async fn used(test: &TestApp, organization: OrganizationId) -> i64 {
    quota_counter::Entity::find_in(organization)
        .one(test.app.db.reader())
        .await
        .expect("read")
        .map_or(0, |counter| counter.used)
}

fn code<T>(outcome: Result<T>) -> Option<Code> {
    outcome.err().map(|error: Error| error.code)
}

#[tokio::test]
async fn an_invitation_takes_the_place_that_the_member_keeps() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let (owner, organization) = (&ada.signed_in.actor, ada.organization.id);
    let token = invite(&test, owner, organization, "bob")
        .await
        .expect("invited");
    assert_eq!(used(&test, organization).await, 2);
    let bob = test.sign_up("bob").await.signed_in.actor;
    let row = accept_invitation(&test.app, &bob, &token)
        .await
        .expect("accepted");
    assert_eq!(
        (row.organization_id, row.role_key.as_str()),
        (organization, "org_member")
    );
    assert_eq!(used(&test, organization).await, 2);

    let again = accept_invitation(&test.app, &bob, &token).await;
    assert_eq!(code(again), Some(Code::PreconditionFailed));
    let member = invite(&test, owner, organization, "bob").await;
    assert_eq!(code(member), Some(Code::Conflict));
    let by_member = invite(&test, &bob, organization, "eve")
        .await
        .expect_err("may not");
    assert_eq!(by_member.code, Code::Forbidden);
    assert_eq!(by_member.facts[0].1, "org.members.invite");
}

#[tokio::test]
async fn only_the_invited_person_can_accept() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let (owner, organization) = (&ada.signed_in.actor, ada.organization.id);
    let token = invite(&test, owner, organization, "bob")
        .await
        .expect("invited");
    let eve = test.sign_up("eve").await.signed_in.actor;
    let unknown = SecretString::from("unknown");
    for (actor, token, expected) in [
        (&eve, &token, Code::NotFound),
        (&eve, &unknown, Code::NotFound),
        (&nobody(), &token, Code::Unauthenticated),
    ] {
        let outcome = accept_invitation(&test.app, actor, token).await;
        assert_eq!(code(outcome), Some(expected));
    }
    let foreign = invite(&test, &eve, organization, "mallory").await;
    assert_eq!(code(foreign), Some(Code::NotFound));
    let missing = invite(&test, &eve, OrganizationId(uuid::Uuid::nil()), "mallory").await;
    assert_eq!(code(missing), Some(Code::NotFound));
    let anonymous = invite(&test, &nobody(), organization, "mallory").await;
    assert_eq!(code(anonymous), Some(Code::Unauthenticated));
}

#[tokio::test]
async fn malformed_invitations_are_refused_at_their_field() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let (owner, organization) = (&ada.signed_in.actor, ada.organization.id);
    for (email, role, field) in [
        ("bob", "org_member", "email"),
        ("bob@example.com", "org_owner", "roleKey"),
        ("bob@example.com", "", "roleKey"),
    ] {
        let error = invite_member(&test.app, owner, organization, email, role.into())
            .await
            .expect_err(field);
        assert_eq!(
            (error.code, error.path),
            (Code::Validation, vec![field.to_owned()])
        );
    }
    assert_eq!(used(&test, organization).await, 1);
}

#[tokio::test]
async fn an_expired_invitation_is_replaced_and_keeps_its_place() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let (owner, organization) = (&ada.signed_in.actor, ada.organization.id);
    let bob = test.sign_up("bob").await.signed_in.actor;
    let old = invite(&test, owner, organization, "bob")
        .await
        .expect("invited");
    test.pass(TimeDelta::days(7) - TimeDelta::seconds(1));
    let open = invite(&test, owner, organization, "bob").await;
    assert_eq!(code(open), Some(Code::Conflict));
    test.pass(TimeDelta::seconds(1));
    let expired = accept_invitation(&test.app, &bob, &old).await;
    assert_eq!(code(expired), Some(Code::PreconditionFailed));
    let new = invite(&test, owner, organization, "bob")
        .await
        .expect("invited again");
    assert_eq!(used(&test, organization).await, 2);
    let replaced = accept_invitation(&test.app, &bob, &old)
        .await
        .expect_err("replaced");
    assert!(replaced.message.contains("revoked"), "{replaced}");
    accept_invitation(&test.app, &bob, &new)
        .await
        .expect("accepted");
    assert_eq!(used(&test, organization).await, 2);
}

#[tokio::test]
async fn parallel_invitations_fill_the_quota_exactly() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let organization = ada.organization.id;
    let outcomes = join_all((0..16).map(|n| {
        let (app, owner) = (test.app.clone(), ada.signed_in.actor.clone());
        let email = format!("p{n}@example.com");
        tokio::spawn(async move {
            let invited =
                invite_member(&app, &owner, organization, &email, "org_member".into()).await;
            let invited = invited.expect("decided");
            assert_eq!(invited.change.allowed(), invited.invitation.is_some());
            assert_eq!(invited.change.decisions.len(), 1);
            invited.invitation.is_some()
        })
    }))
    .await;
    let invited = outcomes
        .into_iter()
        .filter(|one| *one.as_ref().expect("ran"))
        .count();
    assert_eq!(i64::try_from(invited).expect("few"), ROOM - 1);
    assert_eq!(used(&test, organization).await, ROOM);
    let rows = invitation::Entity::find_in(organization)
        .count(test.app.db.reader())
        .await;
    assert_eq!(rows.expect("count"), 4);
}

#[tokio::test]
async fn one_address_is_invited_once_and_joins_once() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let bob = test.sign_up("bob").await.signed_in.actor;
    let (owner, organization) = (&ada.signed_in.actor, ada.organization.id);
    let invited = join_all((0..8).map(|_| invite(&test, owner, organization, "bob"))).await;
    let mut tokens: Vec<_> = invited.into_iter().filter_map(Result::ok).collect();
    assert_eq!(tokens.len(), 1);
    let token = tokens.remove(0);
    let joined = join_all((0..16).map(|_| {
        let (app, bob, token) = (test.app.clone(), bob.clone(), token.clone());
        tokio::spawn(async move { accept_invitation(&app, &bob, &token).await })
    }))
    .await;
    let joined: Vec<_> = joined.into_iter().map(|one| one.expect("ran")).collect();
    assert_eq!(joined.iter().filter(|one| one.is_ok()).count(), 1);
    assert!(
        joined
            .into_iter()
            .filter_map(Result::err)
            .all(|e| e.code == Code::PreconditionFailed)
    );
    let rows = membership::Entity::find_in(organization)
        .count(test.app.db.reader())
        .await;
    assert_eq!(rows.expect("count"), 2);
    assert_eq!(used(&test, organization).await, 2);
}
