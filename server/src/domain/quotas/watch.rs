//! Watching an organization's quotas: the latest state after each change, changes in quick succession merged.

use std::collections::HashSet;
use std::time::Duration;

use async_stream::try_stream;
use bursar_entities::ids::{MeterId, OrganizationId};
use futures_util::Stream;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::read::of_organization;
use super::standing::Standing;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::require_open_session;
use crate::domain::events::Signal;
use crate::error::{Error, Result};

/// The least time between two pushes.
const BREATH: Duration = Duration::from_millis(100);

/// What has changed since the last push.
enum Changed {
    Some(HashSet<MeterId>),
    Anything,
}

/// How the organization stands with each meter that changes, or with those called `meters`. The right to see it is
/// checked at every push (ACC-8).
///
/// # Errors
/// As [`of_organization`]; `VALIDATION` for an unknown meter.
pub async fn watch(
    app: App,
    actor: Actor,
    organization: OrganizationId,
    meters: Option<Vec<String>>,
) -> Result<impl Stream<Item = Result<Standing>> + Send + use<>> {
    let mut signals = app.hub.listen();
    let borrowed: Option<Vec<&str>> = meters
        .as_ref()
        .map(|keys| keys.iter().map(String::as_str).collect());
    let known = of_organization(&app, &actor, organization, borrowed.as_deref()).await?;
    if let Some(unknown) = meters
        .iter()
        .flatten()
        .find(|key| known.iter().all(|standing| standing.meter.key != **key))
    {
        return Err(Error::validation(
            "meters",
            format!("There is no meter `{unknown}`; see `meters`"),
        ));
    }
    Ok(try_stream! {
        loop {
            let changed = next(&mut signals, organization).await;
            require_open_session(app.db.reader(), &actor, app.now()).await?;
            let keys: Option<Vec<&str>> = meters.as_ref().map(|keys| keys.iter().map(String::as_str).collect());
            for standing in of_organization(&app, &actor, organization, keys.as_deref()).await? {
                if changed.includes(standing.meter.id) {
                    yield standing;
                }
            }
            tokio::time::sleep(BREATH).await;
        }
    })
}

impl Changed {
    fn includes(&self, meter: MeterId) -> bool {
        match self {
            Self::Some(meters) => meters.contains(&meter),
            Self::Anything => true,
        }
    }
}

/// Waits for a change of the organization, and takes up whatever else has changed by then.
async fn next(signals: &mut Receiver<Signal>, organization: OrganizationId) -> Changed {
    let mut changed = HashSet::new();
    loop {
        let signal = if changed.is_empty() {
            match signals.recv().await {
                Ok(signal) => signal,
                Err(RecvError::Lagged(_) | RecvError::Closed) => return Changed::Anything,
            }
        } else {
            match signals.try_recv() {
                Ok(signal) => signal,
                Err(TryRecvError::Lagged(_)) => return Changed::Anything,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return Changed::Some(changed),
            }
        };
        match signal {
            Signal::QuotasChanged {
                organization: id,
                meters,
            } if id == organization => changed.extend(meters),
            Signal::SessionEnded { .. } => return Changed::Some(changed),
            Signal::AccessChanged { organization: id } if id == organization => {
                return Changed::Some(changed);
            }
            _ => {}
        }
    }
}
