//! System admins: made at the first start and by `bursar admin create`, never through the graph.

use bursar_entities::user;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use secrecy::SecretString;

use super::password;
use super::sign_up::NewUser;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::token;
use crate::error::{Code, Result};

/// A system admin who has just been made.
#[derive(Clone, Debug)]
pub struct NewAdmin {
    /// The user.
    pub user: user::Model,
    /// The password, when it was generated; to be shown once.
    pub generated_password: Option<SecretString>,
}

/// Creates a system admin; without `password` one is generated.
///
/// # Errors
/// `VALIDATION` for a malformed field; `CONFLICT` when the address is taken: nobody is promoted in silence.
pub async fn create_system_admin(
    app: &App,
    email: &str,
    name: &str,
    password: Option<SecretString>,
) -> Result<NewAdmin> {
    let generated_password = password.is_none().then(|| token::generate(app));
    let password = password
        .or_else(|| generated_password.clone())
        .unwrap_or_default();
    let new = NewUser::check(email, name, &password)?;
    new.refuse_taken(app).await?;
    let hash = password::hash(app, password).await?;
    let tx = app.db.begin().await?;
    let user = new.insert_in_tx(&*tx, app, hash, true).await?;
    let entry = Entry::new("user_created", "user")
        .resource(user.id.0, &user.email)
        .value("isSystemAdmin", true);
    append_in_tx(&*tx, app, &Actor::system(), entry).await?;
    tx.commit().await?;
    Ok(NewAdmin {
        user,
        generated_password,
    })
}

/// Creates the configured system admin when there is none at all. Of several processes that start at once, one does.
///
/// # Errors
/// As [`create_system_admin`].
pub async fn ensure_first_admin(app: &App) -> Result<Option<NewAdmin>> {
    if has_admin(app).await? {
        return Ok(None);
    }
    let admin = &app.config.admin;
    let created = create_system_admin(app, &admin.email, "Admin", admin.password.clone()).await;
    match created {
        Ok(created) => Ok(Some(created)),
        // Another process that starts at the same moment was faster.
        Err(error) if error.code == Code::Conflict && has_admin(app).await? => Ok(None),
        Err(error) => Err(error),
    }
}

async fn has_admin(app: &App) -> Result<bool> {
    let admins = user::Entity::find()
        .filter(user::Column::IsSystemAdmin.eq(true))
        .count(app.db.reader())
        .await?;
    Ok(admins > 0)
}
