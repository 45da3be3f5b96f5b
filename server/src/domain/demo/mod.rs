//! The demonstration (`serve --demo`): a year in the life of some seventy organizations, and a simulator that keeps
//! their quotas moving. It stands above all other features and uses them as any door would.

mod accounts;
mod acts;
mod cast;
mod dice;
mod names;
mod people;
mod schedule;
mod seed;
mod shelf;
mod simulate;
mod stories;
mod usage;

#[cfg(test)]
mod tests;

pub use accounts::DemoAccounts;
pub use simulate::simulate;

use bursar_entities::organization;
use sea_orm::{EntityTrait, PaginatorTrait};
use secrecy::SecretString;

use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{self, Entry};
use crate::domain::identity;
use crate::error::{Code, Error, Result};

/// The audit entry that says that the demonstration is complete.
const SEEDED: &str = "demo_seeded";

/// Fills an empty database, to which a catalog has been applied, with the demonstration; does nothing when that was done
/// before. The same every time, but for the present that it leads up to.
///
/// # Errors
/// `PRECONDITION_FAILED` when the database holds organizations that are not the demonstration's.
pub async fn seed(app: &App) -> Result<DemoAccounts> {
    let tenants = cast::cast();
    let accounts = DemoAccounts::of(app, &tenants);
    if is_seeded(app).await? {
        return Ok(accounts);
    }
    if organization::Entity::find().count(app.db.reader()).await? > 0 {
        return Err(Error::new(
            Code::PreconditionFailed,
            "This database holds organizations that are not the demonstration's, or a demonstration that was \
             interrupted; start it on an empty database (BURSAR_DATABASE_URL)",
        ));
    }
    let password = SecretString::from(accounts::PASSWORD);
    let hash = identity::hash_password(app, password).await?;
    let mut play = seed::Play::new(app, tenants, hash).await?;
    play.run().await?;
    let tx = app.db.begin().await?;
    let entry = Entry::new(SEEDED, "server");
    audit::append_in_tx(&*tx, app, &Actor::system(), entry).await?;
    tx.commit().await?;
    Ok(accounts)
}

async fn is_seeded(app: &App) -> Result<bool> {
    let filter = audit::Filter {
        actions: Some(vec![SEEDED.to_owned()]),
        ..audit::Filter::default()
    };
    Ok(audit::count(app, &Actor::system(), &filter).await? > 0)
}
