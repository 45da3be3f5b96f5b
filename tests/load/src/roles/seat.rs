//! What one subscriber has received: every event must come, once and in order.

use crate::failure::{Outcome, failure};
use crate::wire::{number_after, text_after};

/// One subscriber.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seat {
    /// The number of the last event; none before the first.
    pub(crate) last: Option<u64>,
    /// Where to go on when the connection is lost.
    pub(crate) cursor: String,
    /// Events that were left out.
    pub(crate) missing: u64,
    /// Events that came again, or too late.
    pub(crate) repeated: u64,
    /// How often the subscription had to be taken up again.
    pub(crate) resumed: u64,
}

impl Seat {
    /// Takes a message of the subscription; the number of its event.
    ///
    /// # Errors
    /// When the message is none, so that the subscription has to be taken up again.
    pub(crate) fn take(&mut self, message: &[u8]) -> Outcome<u64> {
        let event = number_after(message, b"\"sequence\":");
        let (Some(event), Some(cursor)) = (event, text_after(message, b"\"cursor\":\"")) else {
            let said = String::from_utf8_lossy(&message[..message.len().min(500)]);
            return Err(failure(format!("no event: {said}")));
        };
        match self.last {
            Some(last) if event <= last => self.repeated += 1,
            Some(last) => self.missing += event - last - 1,
            None => {}
        }
        if self.last.is_none_or(|last| event > last) {
            self.last = Some(event);
            self.cursor.clear();
            self.cursor.push_str(cursor);
        }
        Ok(event)
    }

    /// How many events up to `end` have not arrived.
    pub(crate) fn missing_until(&self, end: u64) -> u64 {
        self.missing + end.saturating_sub(self.last.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::Seat;

    fn message(event: u64) -> String {
        format!(
            r#"{{"type":"next","payload":{{"data":{{"e":{{"sequence":{event},"cursor":"c{event}"}}}}}}}}"#
        )
    }

    #[test]
    fn gaps_and_repetitions_are_noticed() {
        let mut seat = Seat::default();
        for event in [3, 4, 7, 7, 6, 8] {
            seat.take(message(event).as_bytes()).unwrap();
        }
        assert_eq!((seat.missing, seat.repeated), (2, 2));
        assert_eq!(seat.cursor, "c8");
        assert_eq!(seat.missing_until(10), 4);
        assert!(seat.take(br#"{"type":"complete"}"#).is_err());
    }
}
