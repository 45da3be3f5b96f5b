//! Asking the engine, and answering without it when the database does not answer.

use bursar_entities::ids::ReservationId;

use super::entry::{Entry, all_open};
use crate::app::App;
use crate::domain::quotas::apply::Demand;
use crate::domain::quotas::engine::{Answer, Asked, Call};
use crate::domain::quotas::record::{generated_key, require_same};
use crate::error::{Code, Error, Result};

/// Whether `call` may be granted without the database: it takes, from meters that all fail open, and names no resource.
pub(in crate::domain::quotas) fn may_open(call: &Call) -> bool {
    call.resource.is_none() && demands(call).is_some_and(all_open)
}

fn demands(call: &Call) -> Option<&[Demand]> {
    match &call.asked {
        Asked::Consume(demands) => Some(demands),
        Asked::Release(_) | Asked::Usage(_) | Asked::Granted(_) | Asked::Reservation(_) => None,
    }
}

/// Has `call`, which [`may_open`], decided by the engine; when that does not come to a decision in time, grants it to who
/// is trusted.
pub(in crate::domain::quotas) async fn submit(app: &App, mut call: Call) -> Result<Answer> {
    name(app, &mut call);
    if app.outage.lasts(app.now())
        && let Some(answer) = open(app, &call).await?
    {
        return Ok(answer);
    }
    let asked = app.quotas.submit(app, call.clone());
    let error = match app.outage.watch(app, asked).await {
        Ok(Ok(answer)) => {
            let trust = &app.fail_open.trust;
            trust.remember(&call, &answer.decisions, app.now());
            return Ok(answer);
        }
        Ok(Err(error)) => {
            if matches!(error.code, Code::NotFound | Code::Forbidden) || blocks(error.code) {
                app.fail_open.trust.forget(&call);
            }
            return Err(error);
        }
        Err(error) => error,
    };
    open(app, &call).await?.ok_or(error)
}

/// Gives `call` a key if it has none: whatever becomes of the first attempt, what is recorded later is recorded under the
/// same key, and counts once.
fn name(app: &App, call: &mut Call) {
    if call.key.is_none() {
        call.key = Some(generated_key(app));
        call.key_is_ours = true;
    }
}

/// Grants `call` to a caller whose session or key could not be looked up, if it [`may_open`] and they are trusted.
pub(in crate::domain::quotas) async fn submit_unconfirmed(
    app: &App,
    mut call: Call,
) -> Result<Answer> {
    let error = || Error::internal("the database does not say who asks");
    if !may_open(&call) {
        return Err(error());
    }
    name(app, &mut call);
    open(app, &call).await?.ok_or_else(error)
}

/// The organization may not consume at the moment (BIL-1).
const fn blocks(code: Code) -> bool {
    matches!(
        code,
        Code::ReadOnly | Code::TenantSuspended | Code::SubscriptionCancelled | Code::TrialExpired
    )
}

/// Grants `call`, on the disk, if its caller is trusted.
async fn open(app: &App, call: &Call) -> Result<Option<Answer>> {
    let super::FailOpen { trust, spool } = &app.fail_open;
    let (Some(demands), Some(key)) = (demands(call), &call.key) else {
        return Ok(None);
    };
    let mut current = spool.current().await;
    if let Some((fingerprint, decisions)) = current.granted(call.organization, key) {
        require_same(fingerprint, &call.fingerprint)?;
        return Ok(Some(Answer {
            decisions: decisions.clone(),
            replayed: true,
            ..Answer::default()
        }));
    }
    if current.is_full() {
        tracing::error!("too many grants wait to be recorded; the meter fails closed");
        return Ok(None);
    }
    let now = app.now();
    let Some(decisions) = trust.decide(call, demands, now) else {
        return Ok(None);
    };
    let id = app.new_id::<ReservationId>().0;
    let Some(entry) = Entry::of(id, call, demands, now) else {
        return Ok(None);
    };
    if let Err(error) = spool.append(&mut current, &entry).await {
        tracing::error!(%error, "a grant could not be written down; the meter fails closed");
        return Ok(None);
    }
    current.remember(
        call.organization,
        key.clone(),
        (call.fingerprint, decisions.clone()),
    );
    Ok(Some(Answer {
        decisions,
        ..Answer::default()
    }))
}
