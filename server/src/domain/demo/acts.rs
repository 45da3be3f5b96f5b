//! What becomes of subscriptions in the demonstration: the acts of the stories, renewals and the ends of trials.

use bursar_entities::enums::SubscriptionStatus;
use bursar_entities::plan_subscription::Model;

use super::schedule::Event;
use super::seed::Play;
use super::shelf::Offer;
use super::stories::Act;
use crate::actor::Actor;
use crate::domain::subscriptions::{Change, change_in_tx, lock_in_tx, renew_in_tx};
use crate::error::Result;

impl Play {
    /// Plays one act of a story, and puts the next on the schedule.
    pub(super) async fn act(&mut self, number: usize, act: usize) -> Result<()> {
        let Some((_, what)) = self
            .roles
            .get(number)
            .and_then(|r| r.tenant.pace.acts.get(act))
            .copied()
        else {
            return Ok(());
        };
        let subscription = self
            .change(number, |play, subscription| play.terms(what, subscription))
            .await?;
        self.after_step(number, &subscription, act + 1);
        Ok(())
    }

    /// The terms that an act leads to.
    fn terms(&self, act: Act, subscription: &Model) -> Option<Change> {
        let now = Change::of(subscription, self.app.now());
        match act {
            Act::Become(status) => Some(now.status(status)),
            Act::Pay(rung, interval) => {
                let offer = self.shelf.offer(rung, interval)?;
                Some(self.on(offer, &now, SubscriptionStatus::Active))
            }
            Act::Try(rung, interval) => {
                let offer = self.shelf.offer(rung, interval)?;
                let running = subscription.status == SubscriptionStatus::Trial;
                let first = offer.has_trial && subscription.trial_ends_at.is_none();
                let status = if running || first {
                    SubscriptionStatus::Trial
                } else {
                    SubscriptionStatus::Active
                };
                Some(self.on(offer, &now, status))
            }
        }
    }

    fn on(&self, offer: Offer, now: &Change, status: SubscriptionStatus) -> Change {
        Change {
            plan_version: offer.version,
            status,
            interval: offer.interval,
            currency: self.shelf.currency.clone(),
            price_minor: offer.price_minor,
            at: now.at,
        }
    }

    /// Begins the next billing period, where one follows.
    pub(super) async fn renew(&mut self, number: usize) -> Result<()> {
        let (organization, _) = self.founded(number)?;
        let tx = self.app.db.begin().await?;
        let subscription = lock_in_tx(&*tx, organization).await?;
        let renewed = renew_in_tx(&*tx, &self.app, &Actor::system(), &subscription).await?;
        tx.commit().await?;
        // When nothing was due, whatever moved the period has put its end on the schedule.
        if renewed.current_period_end != subscription.current_period_end {
            self.schedule
                .add(renewed.current_period_end, number, Event::Renew);
        }
        Ok(())
    }

    /// Ends a trial that nobody has paid for.
    pub(super) async fn lapse(&mut self, number: usize) -> Result<()> {
        self.change(number, |play, subscription| {
            let is_over = subscription.status == SubscriptionStatus::Trial
                && subscription
                    .trial_ends_at
                    .is_some_and(|end| end <= play.app.now());
            let now = Change::of(subscription, play.app.now());
            is_over.then(|| now.status(SubscriptionStatus::Expired))
        })
        .await
        .map(drop)
    }

    /// Changes the subscription of an organization; by its owner when a plan is chosen or something is asked for, by
    /// Bursar itself when it follows from payments or from time.
    async fn change(
        &self,
        number: usize,
        terms: impl FnOnce(&Self, &Model) -> Option<Change> + Send,
    ) -> Result<Model> {
        use SubscriptionStatus as S;
        let (organization, owner) = self.founded(number)?;
        let tx = self.app.db.begin().await?;
        let subscription = lock_in_tx(&*tx, organization).await?;
        let Some(change) = terms(self, &subscription) else {
            return Ok(subscription);
        };
        let by_owner = matches!(
            change.status,
            S::Trial | S::Active | S::Cancelling | S::Paused
        ) && subscription.status != S::PastDue;
        let actor = if by_owner { owner } else { Actor::system() };
        let changed = change_in_tx(&*tx, &self.app, &actor, &subscription, change).await?;
        tx.commit().await?;
        changed.quotas.publish(&self.app);
        Ok(changed.subscription)
    }
}
