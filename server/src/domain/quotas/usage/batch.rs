//! The calls of one request to the engine, and their answers back to the events that they stand for.

use super::event::Event;
use super::outcome::EventOutcome;
use crate::app::App;
use crate::domain::quotas::engine::Call;
use crate::error::{Error, Result};

/// Has the calls decided that can be, and puts the answers where the events stand.
pub(super) async fn decide(
    app: &App,
    events: &[Event],
    calls: Vec<Result<Call>>,
) -> Result<Vec<EventOutcome>> {
    let mut asked = Vec::with_capacity(calls.len());
    let mut refused = Vec::with_capacity(calls.len());
    for call in calls {
        match call {
            Ok(call) => {
                asked.push(call);
                refused.push(None);
            }
            Err(error) => refused.push(Some(error)),
        }
    }
    let mut answers = app.quotas.submit_all(app, asked).await?.into_iter();
    let lost = || Error::internal("the engine gave fewer answers than it was asked for");
    let mut outcomes = Vec::with_capacity(events.len());
    for (position, (event, refused)) in events.iter().zip(refused).enumerate() {
        let answer = match refused {
            Some(error) => Err(error),
            None => answers.next().unwrap_or_else(|| Err(lost())),
        };
        outcomes.push(event.outcome(position, answer)?);
    }
    Ok(outcomes)
}
