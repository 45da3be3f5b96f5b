//! Usage that may come too late: it counts while its window is open, and is kept apart afterwards, never dropped (QUO-7).

use bursar_entities::enums::{MeterKind, UsageOperation};

use crate::domain::quotas::apply::Demand;
use crate::domain::quotas::decide;
use crate::domain::quotas::engine::{Answer, Call, Known, Output, Stage, Stop};
use crate::domain::quotas::record;

impl Known {
    /// Counts what has been used in its window, or keeps it apart when that has closed.
    ///
    /// Which window has closed is told from the calendar in the organization's present timezone. Of billing periods
    /// only the present one is known; for an earlier moment the calendar month stands in.
    pub(in crate::domain::quotas) fn usage(
        &mut self,
        stage: &Stage<'_>,
        call: &Call,
        demand: &Demand,
        output: &mut Output,
    ) -> Result<Answer, Stop> {
        let occurred_at = call.occurred_at.unwrap_or(stage.now);
        let place = self.place(demand.meter.id, stage.now);
        let standing = &self.entries[place.ok_or(Stop::Unknown)?].standing;
        if occurred_at >= standing.window.start || standing.meter.kind == MeterKind::Flag {
            let demands = std::slice::from_ref(demand);
            return self.decide(stage, call, demands, decide::consume, output);
        }
        let window = self.terms.window(&demand.meter, occurred_at);
        let mut decision = decide::held(standing, UsageOperation::Late, demand.units);
        decision.allowed = false;
        decision.resets_at = window.end;
        let about = stage.about(call, None);
        output
            .records
            .push(record::row(&about, 0, window, &decision, 0));
        Ok(Answer {
            decisions: vec![decision],
            ..Answer::default()
        })
    }
}
