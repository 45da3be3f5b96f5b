//! Plays the year: every event goes through the ordinary use cases of an [`App`] whose clock is moved from one to the
//! next, so that ids, timelines, the revenue ledger and the audit log are all dated right.

use bursar_entities::ids::OrganizationId;
use bursar_entities::plan_subscription;
use chrono::{DateTime, Days, TimeDelta, Utc};

use super::cast::Tenant;
use super::people;
use super::schedule::{Event, Schedule};
use super::shelf::Shelf;
use super::usage::{Guest, Menu};
use crate::actor::Actor;
use crate::app::App;
use crate::clock::Clock;
use crate::domain::quotas::{self, OverrideInput, from_units};
use crate::error::{Code, Error, Result};

/// How far back the demonstration goes.
const YEAR: Days = Days::new(362);
/// So many organizations get a limit of their own.
const OVERRIDES: usize = 7;

/// An organization on the stage.
pub(super) struct Role {
    /// Who it is.
    pub(super) tenant: Tenant,
    /// Itself and its owner, once it is founded.
    pub(super) founded: Option<(OrganizationId, Actor)>,
}

/// The play.
pub(super) struct Play {
    /// An application whose clock stands at the moment that is played.
    pub(super) app: App,
    /// When the play ends: the real present.
    pub(super) end: DateTime<Utc>,
    /// The organizations.
    pub(super) roles: Vec<Role>,
    /// What is to come.
    pub(super) schedule: Schedule,
    /// What can be subscribed to.
    pub(super) shelf: Shelf,
    /// The Argon2id hash of everybody's password.
    pub(super) password_hash: String,
    menu: Menu,
}

impl Play {
    /// Sets the stage a year before the present of `app`.
    pub(super) async fn new(
        app: &App,
        tenants: Vec<Tenant>,
        password_hash: String,
    ) -> Result<Self> {
        let end = app.now();
        let shelf = Shelf::read(app).await?;
        let menu = Menu::read(app, &shelf.versions()).await?;
        let clock = Clock::manual(end - YEAR);
        let mut schedule = Schedule::default();
        let mut roles = Vec::new();
        for (number, mut tenant) in tenants.into_iter().enumerate() {
            let days = tenant.pace.begins.unsigned_abs();
            let hour = TimeDelta::minutes(tenant.dice.between(7 * 60, 17 * 60));
            let day = (end - Days::new(days))
                .date_naive()
                .and_time(chrono::NaiveTime::MIN);
            schedule.add(day.and_utc() + hour, number, Event::Found);
            roles.push(Role {
                tenant,
                founded: None,
            });
        }
        for number in (0..roles.len()).step_by(roles.len() / OVERRIDES + 1) {
            let ago = roles
                .get_mut(number)
                .map_or(1, |role| role.tenant.dice.between(1, 40));
            schedule.add(end - TimeDelta::days(ago), number, Event::Override);
        }
        Ok(Self {
            app: App::new(app.db.clone(), clock, app.config.clone()),
            end,
            roles,
            schedule,
            shelf,
            password_hash,
            menu,
        })
    }

    /// Plays everything that happened until the present.
    pub(super) async fn run(&mut self) -> Result<()> {
        while let Some((at, number, event)) = self.schedule.next_before(self.end) {
            // Events that come late, such as a renewal found due, happen now; time does not run backwards.
            let wait = (at - self.app.now()).max(TimeDelta::zero());
            if !self.app.clock.advance(wait) {
                return Err(Error::internal(
                    "the clock of the demonstration stands still",
                ));
            }
            let what = format!("{event:?}");
            match self.play(number, event).await {
                Err(error) if is_refusal(error.code) => {
                    tracing::debug!(%error, number, what, "an organization of the demonstration was refused something");
                }
                played => played?,
            }
        }
        Ok(())
    }

    async fn play(&mut self, number: usize, event: Event) -> Result<()> {
        match event {
            Event::Found => self.found(number).await,
            Event::Invite(person) => people::invite(self, number, person).await,
            Event::Accept(person, token) => people::accept(self, number, person, &token).await,
            Event::Act(act) => self.act(number, act).await,
            Event::Renew => self.renew(number).await,
            Event::Lapse => self.lapse(number).await,
            Event::Work => self.work(number).await,
            Event::Override => self.set_override(number).await,
        }
    }

    /// The organization with this number and its owner; `NOT_FOUND` before it is founded.
    pub(super) fn founded(&self, number: usize) -> Result<(OrganizationId, Actor)> {
        let role = self.roles.get(number);
        role.and_then(|role| role.founded.clone())
            .ok_or_else(|| Error::not_found("The organization"))
    }

    async fn found(&mut self, number: usize) -> Result<()> {
        let now = self.app.now();
        let subscription = people::found(self, number).await?;
        self.after_step(number, &subscription, 0);
        let Some(role) = self.roles.get_mut(number) else {
            return Ok(());
        };
        let tenant = &mut role.tenant;
        for person in 1..tenant.people.len() {
            let wait = TimeDelta::minutes(tenant.dice.between(30, 25 * 24 * 60));
            self.schedule.add(now + wait, number, Event::Invite(person));
        }
        // Half of the work is spread over the whole time; the other half is recent, on the plan that it has by now.
        let minutes = (self.end - now).num_minutes();
        for _ in 0..8 + tenant.appetite / 5 {
            let recent = tenant.dice.chance(50);
            let earliest = if recent { minutes - 45 * 24 * 60 } else { 60 };
            let wait = TimeDelta::minutes(tenant.dice.between(earliest.max(60), minutes));
            self.schedule.add(now + wait, number, Event::Work);
        }
        Ok(())
    }

    /// Puts on the schedule what follows from the state that `subscription` is in now, and the act numbered `next`.
    pub(super) fn after_step(
        &mut self,
        number: usize,
        subscription: &plan_subscription::Model,
        next: usize,
    ) {
        let now = self.app.now();
        let Some(role) = self.roles.get_mut(number) else {
            return;
        };
        let running_out = subscription
            .trial_ends_at
            .filter(|end| *end > now)
            .or(subscription.cancel_at);
        let act = role.tenant.pace.acts.get(next).copied();
        match act {
            Some((Some(days), _)) => {
                let minutes = role.tenant.dice.between(1, 50);
                let wait = TimeDelta::days(days) + TimeDelta::minutes(minutes);
                self.schedule.add(now + wait, number, Event::Act(next));
            }
            Some((None, _)) => {
                let at = running_out.unwrap_or(now + TimeDelta::days(1));
                self.schedule.add(at, number, Event::Act(next));
            }
            None => {}
        }
        if let Some(end) = subscription.trial_ends_at
            && !matches!(act, Some((None, _)))
        {
            self.schedule.add(end, number, Event::Lapse);
        }
        self.schedule
            .add(subscription.current_period_end, number, Event::Renew);
    }

    async fn work(&mut self, number: usize) -> Result<()> {
        let (organization, owner) = self.founded(number)?;
        let Some(role) = self.roles.get_mut(number) else {
            return Ok(());
        };
        let guest = Guest::read(&self.app, &owner, organization).await?;
        let (dice, appetite) = (&mut role.tenant.dice, role.tenant.appetite);
        if guest.pressure() > 40 && dice.chance(12) {
            return self.menu.shrink(&self.app, &guest, dice).await;
        }
        self.menu.grow(&self.app, &guest, dice, appetite).await
    }

    /// A system admin lifts the limit that is tightest, or for one organization lowers it below what is used.
    async fn set_override(&mut self, number: usize) -> Result<()> {
        let (organization, owner) = self.founded(number)?;
        let guest = Guest::read(&self.app, &owner, organization).await?;
        let Some((standing, limit)) = guest.fullest().and_then(|s| Some((s, s.limit.amount?)))
        else {
            return Ok(());
        };
        let lowered = number == 0;
        let (limit, reason) = if lowered {
            (
                standing.used().max(1),
                "Capacity of the region is short until the new racks arrive",
            )
        } else {
            (
                limit + limit / 2,
                "Migration from another provider, agreed with sales",
            )
        };
        let input = OverrideInput {
            organization,
            meter: standing.meter.key.clone(),
            limit: Some(from_units(limit, &standing.meter)),
            unlimited: false,
            policy: None,
            reason: reason.into(),
            expires_at: Some(self.end + Days::new(90)),
        };
        quotas::set_override(&self.app, &Actor::system(), &input)
            .await
            .map(drop)
    }
}

/// Whether an organization was merely not allowed to do something in the state that it is in, as happens in life.
pub(super) const fn is_refusal(code: Code) -> bool {
    matches!(
        code,
        Code::ReadOnly
            | Code::TenantSuspended
            | Code::SubscriptionCancelled
            | Code::TrialExpired
            | Code::PreconditionFailed
            | Code::Conflict
            | Code::NotFound
    )
}
