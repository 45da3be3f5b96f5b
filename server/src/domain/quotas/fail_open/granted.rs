//! Writing down what was granted while the database did not answer: it is counted whatever the limit is, in its window,
//! or kept apart when that has closed meanwhile.

use bursar_entities::enums::UsageOperation;

use crate::domain::quotas::apply::Demand;
use crate::domain::quotas::decide;
use crate::domain::quotas::engine::{Answer, Call, Known, Output, Stage, Stop};
use crate::domain::quotas::record;

impl Known {
    /// Counts `demands`, each by itself: all of them have been granted.
    pub(in crate::domain::quotas) fn granted(
        &mut self,
        stage: &Stage<'_>,
        call: &Call,
        demands: &[Demand],
        output: &mut Output,
    ) -> Result<Answer, Stop> {
        let occurred_at = call.occurred_at.unwrap_or(stage.now);
        let about = stage.about(call, None);
        let place = |demand: &Demand| {
            let place = self.place(demand.meter.id, stage.now);
            place.ok_or_else(|| stage.missing(demand))
        };
        // All of them before the first is moved: what is refused must leave nothing behind.
        let places: Vec<usize> = demands.iter().map(place).collect::<Result<_, _>>()?;
        let mut decisions = Vec::with_capacity(demands.len());
        for ((demand, place), item) in demands.iter().zip(places).zip(0_i16..) {
            let entry = &mut self.entries[place];
            entry.touched = true;
            entry.standing.at = stage.now;
            if entry.counts() && entry.stored.is_none() && stage.facts.is_none() {
                return Err(Stop::Unknown);
            }
            let (window, counts) = (entry.standing.window, entry.counts());
            let (window, mut decision, amount) = if occurred_at < window.start {
                let closed = self.terms.window(&demand.meter, occurred_at);
                let mut late = decide::held(
                    &self.entries[place].standing,
                    UsageOperation::Late,
                    demand.units,
                );
                late.allowed = false;
                late.resets_at = closed.end;
                (closed, late, 0)
            } else {
                let decision = decide::granted(&entry.standing, demand.units);
                (window, decision, if counts { demand.units } else { 0 })
            };
            if decision.allowed {
                self.move_to(stage, place, &mut decision, output)?;
            }
            output
                .records
                .push(record::row(&about, item, window, &decision, amount));
            decisions.push(decision);
        }
        Ok(Answer {
            decisions,
            ..Answer::default()
        })
    }
}
