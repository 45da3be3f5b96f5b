//! Signing up: a user, their first session and their personal organization, together or not at all (ORG-4, ACC-5).

use bursar_entities::{organization, user};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use secrecy::SecretString;

use super::session::{SignedIn, open_in_tx};
use super::{IdentityError, password};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::{email, organizations};
use crate::error::{Error, Result};

/// Longest name of a person, in characters.
const LONGEST_NAME: usize = 255;

/// What somebody signs up with.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// Their address.
    pub email: String,
    /// Their password, 8 to 128 characters.
    pub password: SecretString,
    /// What to call them, 1 to 255 characters.
    pub name: String,
}

/// Somebody who has just signed up.
#[derive(Clone, Debug)]
pub struct SignedUp {
    /// Their first session.
    pub signed_in: SignedIn,
    /// The organization that was made for them.
    pub organization: organization::Model,
}

/// Creates a user and their personal organization, and signs them in.
///
/// # Errors
/// `VALIDATION` for a malformed field, `CONFLICT` when the address is taken.
pub async fn sign_up(app: &App, actor: &Actor, input: SignUp) -> Result<SignedUp> {
    let new = NewUser::check(&input.email, &input.name, &input.password)?;
    new.refuse_taken(app).await?;
    let hash = password::hash(app, input.password).await?;
    let tx = app.db.begin().await?;
    let user = new.insert_in_tx(&*tx, app, hash, false).await?;
    let signed_in = open_in_tx(&*tx, app, &actor.origin, user).await?;
    let user = &signed_in.user;
    let entry = Entry::new("user_created", "user").resource(user.id.0, &user.email);
    append_in_tx(&*tx, app, &signed_in.actor, entry).await?;
    let created = organizations::create_personal_in_tx(&*tx, app, &signed_in.actor, user).await?;
    tx.commit().await?;
    let organization = created.published(app);
    Ok(SignedUp {
        signed_in,
        organization,
    })
}

/// A user whose fields have been found to be in order.
pub(super) struct NewUser {
    email: String,
    name: String,
}

impl NewUser {
    /// Checks every field, the password's rules included.
    pub(super) fn check(email: &str, name: &str, password: &SecretString) -> Result<Self> {
        let name = name.trim();
        if !(1..=LONGEST_NAME).contains(&name.chars().count()) || name.contains(char::is_control) {
            return Err(Error::validation(
                "name",
                "A name has 1 to 255 characters and no line breaks",
            ));
        }
        password::check("password", password)?;
        Ok(Self {
            email: email::parse("email", email)?,
            name: name.to_owned(),
        })
    }

    /// Spares the hashing when the address is known to be taken. [`NewUser::insert_in_tx`] decides.
    pub(super) async fn refuse_taken(&self, app: &App) -> Result<()> {
        let taken = user::Entity::find()
            .filter(user::Column::Email.eq(self.email.as_str()))
            .count(app.db.reader())
            .await?;
        if taken > 0 { Err(self.taken()) } else { Ok(()) }
    }

    /// Writes the user down; of two at once with the same address, one wins.
    pub(super) async fn insert_in_tx(
        self,
        tx: &impl ConnectionTrait,
        app: &App,
        password_hash: String,
        is_system_admin: bool,
    ) -> Result<user::Model> {
        let now = app.now();
        let user = user::Model {
            id: app.new_id(),
            email: self.email.clone(),
            name: self.name.clone(),
            password_hash,
            is_system_admin,
            two_factor_enabled_at: None,
            created_at: now,
            updated_at: now,
        };
        let unless_taken = OnConflict::column(user::Column::Email)
            .do_nothing()
            .to_owned();
        let inserted = user::Entity::insert(user.clone().into_active_model())
            .on_conflict(unless_taken)
            .exec_without_returning(tx)
            .await?;
        if inserted == 1 {
            Ok(user)
        } else {
            Err(self.taken())
        }
    }

    fn taken(&self) -> Error {
        let email = self.email.clone();
        IdentityError::EmailTaken { email }.into()
    }
}
