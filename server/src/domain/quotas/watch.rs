//! Watching an organization's quotas: the latest state after each change, changes in quick succession merged.

use std::collections::HashMap;
use std::time::Duration;

use async_stream::try_stream;
use bursar_entities::ids::{MeterId, OrganizationId};
use futures_util::Stream;
use tokio::time::sleep;

use super::effective::EffectiveLimit;
use super::read::of_organization;
use super::standing::Standing;
use super::window::Window;
use crate::actor::{Actor, Identity};
use crate::app::App;
use crate::domain::access::{Permission, authorize, require_open_session};
use crate::domain::events::{Interest, Kind};
use crate::error::{Error, Result};

/// The least time between two pushes.
const BREATH: Duration = Duration::from_millis(100);

/// What a watcher sees of a standing: as long as it is the same, there is nothing to push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    used: i64,
    reserved: i64,
    limit: EffectiveLimit,
    window: Window,
}

impl Shown {
    /// Of `standing`.
    pub(super) fn of(standing: &Standing) -> Self {
        Self {
            used: standing.used(),
            reserved: standing.reserved(),
            limit: standing.limit.clone(),
            window: standing.window,
        }
    }
}

/// How the organization stands with each meter that changes, or with those called `meters`. The right to see it is
/// checked at every push (ACC-8).
///
/// # Errors
/// As [`may_watch`].
pub async fn watch(
    app: App,
    actor: Actor,
    organization: OrganizationId,
    meters: Option<Vec<String>>,
) -> Result<impl Stream<Item = Result<Standing>> + Send + use<>> {
    let mut ear = app.hub.listen(Interest {
        organization: Some(organization),
        kinds: interests(&actor),
    });
    let known = may_watch(&app, &actor, organization, meters.as_deref()).await?;
    let mut shown: HashMap<MeterId, Shown> = known
        .iter()
        .map(|standing| (standing.meter.id, Shown::of(standing)))
        .collect();
    Ok(try_stream! {
        loop {
            let heard = ear.heard().await;
            require_open_session(app.db.reader(), &actor, app.now()).await?;
            if !heard.has(Kind::Quotas) {
                authorize(app.db.reader(), &actor, organization, Permission::QuotaView).await?;
                continue;
            }
            let mut pushed = false;
            for standing in read(&app, &actor, organization, meters.as_deref()).await? {
                let now = Shown::of(&standing);
                if shown.get(&standing.meter.id) != Some(&now) {
                    shown.insert(standing.meter.id, now);
                    pushed = true;
                    yield standing;
                }
            }
            if pushed {
                sleep(BREATH).await;
            }
        }
    })
}

/// Bursar itself loses no right, so it need not hear of those who do.
const fn interests(actor: &Actor) -> &'static [Kind] {
    match actor.identity {
        Identity::System => &[Kind::Quotas],
        Identity::User(_)
        | Identity::ApiKey(_)
        | Identity::Anonymous
        | Identity::Unconfirmed(_) => &[Kind::Quotas, Kind::Access],
    }
}

/// How the organization stands with the meters called `meters`, or with all, for somebody who may watch them.
///
/// # Errors
/// As [`of_organization`]; `VALIDATION` for an unknown meter.
pub async fn may_watch(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    meters: Option<&[String]>,
) -> Result<Vec<Standing>> {
    require_open_session(app.db.reader(), actor, app.now()).await?;
    let known = read(app, actor, organization, meters).await?;
    let missing = |key: &&String| known.iter().all(|standing| standing.meter.key != **key);
    match meters.into_iter().flatten().find(missing) {
        None => Ok(known),
        Some(unknown) => Err(Error::validation(
            "meters",
            format!("There is no meter `{unknown}`; see `meters`"),
        )),
    }
}

async fn read(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    meters: Option<&[String]>,
) -> Result<Vec<Standing>> {
    let keys: Option<Vec<&str>> = meters.map(|keys| keys.iter().map(String::as_str).collect());
    of_organization(app, actor, organization, keys.as_deref()).await
}
