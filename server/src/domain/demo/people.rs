//! The people of the demonstration: founders, invitations and members, through the ordinary use cases. Only users are
//! written straight to their table, because everybody shares one password hash, which takes its time to compute.

use bursar_entities::ids::SessionId;
use bursar_entities::{plan_subscription, user};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use secrecy::SecretString;

use super::names::Person;
use super::schedule::Event;
use super::seed::Play;
use crate::actor::{Actor, Identity, Origin, UserIdentity};
use crate::app::App;
use crate::domain::audit::{self, Entry};
use crate::domain::organizations::{NewOrganization, create_organization};
use crate::domain::{members, subscriptions};
use crate::error::{Error, Result};

/// Founds the organization with this number; gives the subscription that it starts on.
pub(super) async fn found(play: &mut Play, number: usize) -> Result<plan_subscription::Model> {
    let missing = || Error::not_found("The organization");
    let tenant = &play.roles.get(number).ok_or_else(missing)?.tenant;
    let company = tenant.company.clone();
    let owner = tenant.people.first().ok_or_else(missing)?;
    let owner = sign_up(&play.app, owner, &play.password_hash).await?;
    let input = NewOrganization {
        name: company.name.clone(),
        website: Some(format!("https://{}.example", company.slug)),
        billing_email: Some(format!("billing@{}.example", company.slug)),
        slug: company.slug,
        ..NewOrganization::default()
    };
    let organization = create_organization(&play.app, &owner, input).await?.id;
    if let Some(role) = play.roles.get_mut(number) {
        role.founded = Some((organization, owner));
    }
    let app = &play.app;
    let found = subscriptions::of_organizations(app, &Actor::system(), &[organization]).await?;
    found
        .into_values()
        .flatten()
        .next()
        .ok_or_else(|| Error::not_found("The subscription"))
}

/// Invites one of the people of an organization, who accepts some time later, or has not yet.
pub(super) async fn invite(play: &mut Play, number: usize, person: usize) -> Result<()> {
    let (organization, owner) = play.founded(number)?;
    let Some(role) = play.roles.get_mut(number) else {
        return Ok(());
    };
    let Some(email) = role
        .tenant
        .people
        .get(person)
        .map(|person| person.email.clone())
    else {
        return Ok(());
    };
    let dice = &mut role.tenant.dice;
    let role_key = match dice.between(1, 10) {
        1..=2 => "org_admin",
        3 => "billing",
        _ => "org_member",
    };
    let wait = TimeDelta::minutes(dice.between(10, 40 * 60));
    let app = &play.app;
    let invited =
        members::invite_member(app, &owner, organization, &email, role_key.into()).await?;
    if let Some((_, token)) = invited.invitation {
        play.schedule
            .add(app.now() + wait, number, Event::Accept(person, token));
    }
    Ok(())
}

/// Accepts an invitation, after signing up where that has not happened.
pub(super) async fn accept(
    play: &Play,
    number: usize,
    person: usize,
    token: &SecretString,
) -> Result<()> {
    let role = play.roles.get(number);
    let Some(person) = role.and_then(|role| role.tenant.people.get(person)) else {
        return Ok(());
    };
    let member = sign_up(&play.app, person, &play.password_hash).await?;
    members::accept_invitation(&play.app, &member, token)
        .await
        .map(drop)
}

/// The user of a person, made now when there is none.
async fn sign_up(app: &App, person: &Person, password_hash: &str) -> Result<Actor> {
    let tx = app.db.begin().await?;
    let known = user::Entity::find()
        .filter(user::Column::Email.eq(&person.email))
        .one(&*tx)
        .await?;
    if let Some(user) = known {
        return Ok(actor(&user));
    }
    let now = app.now();
    let user = user::Model {
        id: app.new_id(),
        email: person.email.clone(),
        name: person.name.clone(),
        password_hash: password_hash.to_owned(),
        is_system_admin: false,
        two_factor_enabled_at: None,
        created_at: now,
        updated_at: now,
    };
    user::Entity::insert(user.clone().into_active_model())
        .exec_without_returning(&*tx)
        .await?;
    let actor = actor(&user);
    let entry = Entry::new("user_created", "user").resource(user.id.0, &user.email);
    audit::append_in_tx(&*tx, app, &actor, entry).await?;
    tx.commit().await?;
    Ok(actor)
}

/// `user` as somebody who is signed in.
pub(super) fn actor(user: &user::Model) -> Actor {
    Actor {
        identity: Identity::User(UserIdentity {
            id: user.id,
            email: user.email.clone(),
            is_system_admin: user.is_system_admin,
            session_id: SessionId(uuid::Uuid::nil()),
        }),
        origin: Origin::default(),
    }
}
