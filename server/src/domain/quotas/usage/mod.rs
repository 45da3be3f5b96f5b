//! Usage as it has happened (QUO-7): events that come in by the thousand, the log of records summed for charts, and the
//! history that is read from both.

mod batch;
mod event;
mod history;
mod late;
mod log;
mod outcome;
mod periods;
mod record;
mod roll_up;
mod statement;
mod sums;
mod trend;

pub use event::Event;
pub use history::{Histories, History, HistoryRequest, Point, histories};
pub use outcome::{EventOutcome, EventStatus};
pub use periods::Granularity;
pub use record::record_usage;
pub use roll_up::roll_up;
pub use trend::trends;
