//! Two-factor authentication: beside the password, a code of an authenticator, or a recovery code (ACC-5).
//!
//! It is begun with `enable`, which makes a secret, and comes into force with `confirm`, which shows that an authenticator
//! has it. Everything that takes a code goes through [`proof`], so that no code is good twice.

mod confirm;
mod disable;
mod enable;
mod proof;
mod recovery;
mod renew;
mod seal;
mod totp;

pub use confirm::{Confirmed, confirm_two_factor};
pub use disable::{DisableTwoFactor, disable_two_factor};
pub use enable::{Begun, enable_two_factor};
pub(super) use proof::{Proof, prove};
pub use renew::renew_two_factors;

use bursar_entities::ids::UserId;
use bursar_entities::{two_factor, user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use crate::actor::Actor;
use crate::app::App;
use crate::error::{Error, Result};
use crate::mail::{Mail, post};

/// The signed-in user as stored.
async fn load(connection: &impl ConnectionTrait, actor: &Actor) -> Result<user::Model> {
    user::Entity::find_by_id(actor.user()?.id)
        .one(connection)
        .await?
        .ok_or_else(Error::unauthenticated)
}

/// The secret of `user`, sealed, if there is one.
async fn find(
    connection: &impl ConnectionTrait,
    user: UserId,
) -> Result<Option<two_factor::Model>> {
    Ok(two_factor::Entity::find_by_id(user).one(connection).await?)
}

/// Whether `step` was not spent yet; from now on it is, and all before it. Of two at once, one is first.
async fn spend_in_tx(
    tx: &impl ConnectionTrait,
    row: &two_factor::Model,
    step: i64,
) -> Result<bool> {
    let unspent = Condition::any()
        .add(two_factor::Column::LastStep.is_null())
        .add(two_factor::Column::LastStep.lt(step));
    let spent = two_factor::Entity::update_many()
        .col_expr(two_factor::Column::LastStep, Expr::value(step))
        .filter(two_factor::Column::UserId.eq(row.user_id))
        .filter(two_factor::Column::SealedSecret.eq(row.sealed_secret.clone()))
        .filter(unspent)
        .exec(tx)
        .await?;
    Ok(spent.rows_affected == 1)
}

/// Tells a user by mail what has happened to their account, afterwards.
fn tell(app: &App, email: &str, subject: &str, text: &str) {
    let mail = Mail {
        to: email.to_owned(),
        subject: subject.to_owned(),
        text: format!(
            "{text}\n\nIf it was not you, change your password and sign out everywhere at once.\n"
        )
        .into(),
    };
    post(app, mail);
}
