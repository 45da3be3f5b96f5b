//! A small catalog with a meter of each window, for tests about time.

use bursar::actor::Actor;
use bursar::domain::catalog::{self, Document};

use crate::TestApp;

const WINDOWS: &str = r#"
[catalog]
name = "windows"
default_currency = "USD"
default_plan = "basic"

[[meters]]
key = "seats"
name = "Seats"
unit = "seats"
kind = "gauge"

[[meters]]
key = "tickets"
name = "Tickets"
unit = "tickets"
kind = "counter"
window = "day"

[[meters]]
key = "queries"
name = "Queries"
unit = "queries"
kind = "counter"
window = "calendar_month"
scale = 2

[[meters]]
key = "batch"
name = "Batch"
unit = "rows"
kind = "cap"

[[plans]]
key = "basic"
name = "Basic"
tier = 1
description = "For tests."
prices = { USD = { monthly = "0.00", annual = "0.00" } }
limits = { seats = 20, tickets = 20, queries = { limit = 10, policy = "warn" }, batch = 5 }
"#;

impl TestApp {
    /// Replaces the catalog: `seats` (a gauge, at most 20), `tickets` (a day, 20), `queries` (a month, 10, WARN, two
    /// decimal places) and `batch` (at most 5 at once). Organizations created from now on are on its one plan.
    pub async fn with_windows(self) -> Self {
        let document = Document::parse(WINDOWS).expect("the catalog of windows");
        catalog::apply(&self.app, &Actor::system(), &document, false)
            .await
            .expect("the catalog of windows applies");
        self
    }
}
