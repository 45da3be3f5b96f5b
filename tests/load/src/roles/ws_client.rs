//! Many live subscribers in one process, each on a connection of its own.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use bursar::clock::Clock;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, sleep};

use super::seat::Seat;
use super::serve::Crossed;
use crate::child::{Questions, answer};
use crate::failure::{Outcome, failure};
use crate::histogram::Histogram;
use crate::wire::Socket;

/// Connections that are opened at the same time.
const DOORS: usize = 64;
/// How long nothing may arrive before what is missing counts as lost.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a slow reader selects so often that its events fill every buffer on the way.
const FILLERS: usize = 40;

/// How to begin.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Begin {
    /// Host and port.
    pub(crate) address: String,
    /// The access token.
    pub(crate) token: String,
    /// Whose events.
    pub(crate) organization: String,
    /// How many subscribers.
    pub(crate) count: usize,
    /// One in so many keeps the time of each event; none of those who are to be slow.
    pub(crate) sample: usize,
    /// Reads nothing for so many seconds after its first event, which is large.
    pub(crate) pause: Option<f64>,
}

/// What is asked later.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Question {
    /// How many subscribers have had an event.
    Ready,
    /// What has arrived of these events.
    Arrived(Crossed),
}

/// What has arrived.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Arrived {
    /// Events times subscribers.
    pub(crate) expected: u64,
    /// How many of them did not come.
    pub(crate) missing: u64,
    /// How many came twice.
    pub(crate) repeated: u64,
    /// How often a subscription had to be taken up again.
    pub(crate) resumed: u64,
    /// From the request that caused the event to its arrival.
    pub(crate) latency: Histogram,
}

/// All subscribers of this process.
struct Room {
    begin: Begin,
    seats: Vec<RefCell<Seat>>,
    /// Events and when they arrived, in microseconds since 1970.
    samples: RefCell<Vec<(u64, i64)>>,
    clock: Clock,
}

/// Subscribes and answers until the standard input ends.
pub(crate) async fn run() -> Outcome<()> {
    let mut questions = Questions::listen();
    let begin: Begin = questions.next().await?.ok_or("no beginning")?;
    let room = Rc::new(Room {
        seats: vec![RefCell::default(); begin.count],
        begin,
        samples: RefCell::default(),
        clock: Clock::system(),
    });
    let serve = async {
        answer(enter(&room).await)?;
        while let Some(question) = questions.next().await? {
            match question {
                Question::Ready => answer(Ok(room.ready()))?,
                Question::Arrived(crossed) => answer(Ok(room.arrived(&crossed).await))?,
            }
        }
        Ok(())
    };
    LocalSet::new().run_until(serve).await
}

/// Connects and subscribes everybody.
async fn enter(room: &Rc<Room>) -> Outcome<usize> {
    let doors = Rc::new(Semaphore::new(DOORS));
    let mut entering = JoinSet::new();
    for place in 0..room.seats.len() {
        let (room, doors) = (Rc::clone(room), Rc::clone(&doors));
        entering.spawn_local(async move {
            let _turn = doors.acquire().await?;
            let socket = room.subscribe(place).await?;
            tokio::task::spawn_local(async move { room.follow(place, socket).await });
            Outcome::Ok(())
        });
    }
    let mut count = 0;
    while let Some(entered) = entering.join_next().await {
        entered??;
        count += 1;
    }
    Ok(count)
}

impl Room {
    async fn subscribe(&self, place: usize) -> Outcome<Socket> {
        let slow = self.begin.pause.is_some();
        let mut socket = Socket::connect(&self.begin.address, &self.begin.token, slow).await?;
        let cursor = self.seats[place].borrow().cursor.clone();
        let mut variables = serde_json::json!({ "organization": self.begin.organization });
        if !cursor.is_empty() {
            variables["after"] = cursor.into();
        }
        let payload = serde_json::json!({ "query": document(slow), "variables": variables });
        let subscribe = serde_json::json!({ "type": "subscribe", "id": "1", "payload": payload });
        socket.say(&subscribe).await?;
        Ok(socket)
    }

    /// Reads for ever; takes the subscription up again where it was lost.
    async fn follow(&self, place: usize, mut socket: Socket) {
        let mut rested = self.begin.pause.is_none();
        loop {
            let lost = self.read(place, &mut socket, &mut rested).await;
            let why = lost.err().map_or_else(String::new, |why| why.to_string());
            crate::terminal::progress(&format!("  subscriber {place}: {why}; taken up again"));
            self.seats[place].borrow_mut().resumed += 1;
            socket = loop {
                sleep(Duration::from_millis(200)).await;
                if let Ok(socket) = self.subscribe(place).await {
                    break socket;
                }
            };
        }
    }

    async fn read(&self, place: usize, socket: &mut Socket, rested: &mut bool) -> Outcome<()> {
        loop {
            let message = socket.next().await?;
            let event = self.seats[place].borrow_mut().take(message)?;
            if self.begin.pause.is_none() && place.is_multiple_of(self.begin.sample.max(1)) {
                let now = self.clock.now().timestamp_micros();
                self.samples.borrow_mut().push((event, now));
            }
            if let (false, Some(pause)) = (*rested, self.begin.pause) {
                *rested = true;
                sleep(Duration::from_secs_f64(pause)).await;
            }
        }
    }

    fn ready(&self) -> usize {
        let ready = |seat: &&RefCell<Seat>| seat.borrow().last.is_some();
        self.seats.iter().filter(ready).count()
    }

    /// Waits for the last event, then counts.
    async fn arrived(&self, crossed: &Crossed) -> Arrived {
        let events = crossed.asked.len() as u64;
        let end = crossed.first + events - 1;
        let missing = || -> u64 {
            let seats = self.seats.iter();
            seats.map(|seat| seat.borrow().missing_until(end)).sum()
        };
        let (mut left, mut changed) = (missing(), Instant::now());
        while left > 0 && changed.elapsed() < PATIENCE {
            sleep(Duration::from_millis(20)).await;
            let now = missing();
            if now != left {
                (left, changed) = (now, Instant::now());
            }
        }
        let mut arrived = Arrived {
            expected: events * self.seats.len() as u64,
            missing: left,
            ..Arrived::default()
        };
        for seat in &self.seats {
            arrived.repeated += seat.borrow().repeated;
            arrived.resumed += seat.borrow().resumed;
        }
        for (event, at) in self.samples.borrow().iter() {
            let place = event.checked_sub(crossed.first);
            let place = place.and_then(|place| usize::try_from(place).ok());
            if let Some(asked) = place.and_then(|place| crossed.asked.get(place)) {
                let micros = u64::try_from(at - asked).unwrap_or_default();
                arrived.latency.record(Duration::from_micros(micros));
            }
        }
        arrived
    }
}

/// What is subscribed to.
fn document(slow: bool) -> String {
    let count = if slow { FILLERS } else { 0 };
    let fillers: Vec<String> = (0..count)
        .map(|filler| format!(" f{filler}: organization {{ description }}"))
        .collect();
    let fillers = fillers.concat();
    format!(
        "subscription($organization: ID!, $after: String) {{ quotaThresholdCrossed(organizationId: $organization, \
         after: $after) {{ id sequence cursor level direction used limit occurredAt meter {{ key }}{fillers} }} }}"
    )
}

impl Arrived {
    /// How many came.
    pub(crate) const fn delivered(&self) -> u64 {
        self.expected.saturating_sub(self.missing)
    }

    /// Insists that every event came, and none twice.
    pub(crate) fn insist(&self) -> Outcome<()> {
        if self.missing == 0 && self.repeated == 0 {
            return Ok(());
        }
        Err(failure(format!(
            "not exact: of {} messages {} did not arrive and {} came again",
            self.expected, self.missing, self.repeated
        )))
    }
}
