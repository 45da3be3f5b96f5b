//! Random histories of consuming, releasing, reserving, committing, cancelling, expiring and changing limits, against
//! a model that does one thing after the other (QUO-1 … QUO-4).

use std::collections::BTreeMap;

use bursar::actor::{Actor, Identity, UserIdentity};
use bursar::domain::quotas::{self, Input, Item};
use bursar_entities::enums::OverQuotaPolicy;
use bursar_entities::ids::{OrganizationId, ReservationId};
use bursar_entities::{quota_counter, session, usage_record, user};
use bursar_tests::{TestApp, both_databases};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use rust_decimal::Decimal;
use sea_orm::EntityTrait as _;

/// Histories per database.
const HISTORIES: usize = 24;

/// One step. Reservations are named by their number among those that were granted.
#[derive(Clone, Debug)]
enum Step {
    /// Several at once, in this order.
    Together(Vec<Take>),
    Commit(usize, i64),
    Cancel(usize),
    Wait(i64),
    Limit(i64),
}

#[derive(Clone, Debug)]
enum Take {
    Consume(i64),
    Release(i64),
    Reserve(i64, i64),
}

fn step() -> impl Strategy<Value = Step> {
    let take = prop_oneof![
        4 => (1_i64..6).prop_map(Take::Consume),
        2 => (1_i64..6).prop_map(Take::Release),
        2 => ((1_i64..6), (1_i64..100)).prop_map(|(units, lasts)| Take::Reserve(units, lasts)),
    ];
    prop_oneof![
        6 => prop::collection::vec(take, 1..7).prop_map(Step::Together),
        2 => ((0_usize..8), (0_i64..7)).prop_map(|(which, units)| Step::Commit(which, units)),
        1 => (0_usize..8).prop_map(Step::Cancel),
        2 => (1_i64..60).prop_map(Step::Wait),
        1 => (0_i64..30).prop_map(Step::Limit),
    ]
}

/// What ought to be.
#[derive(Default)]
struct Model {
    limit: i64,
    used: i64,
    /// Units and end of what is held.
    open: BTreeMap<usize, (i64, DateTime<Utc>)>,
}

impl Model {
    fn reserved(&self, now: DateTime<Utc>) -> i64 {
        let held = self.open.values().filter(|(_, until)| now < *until);
        held.map(|(units, _)| units).sum()
    }

    fn fits(&self, units: i64, now: DateTime<Utc>) -> bool {
        self.used + self.reserved(now) + units <= self.limit
    }
}

/// A history under way.
struct Play<'a> {
    app: &'a TestApp,
    actor: Actor,
    organization: OrganizationId,
    model: Model,
    reservations: Vec<ReservationId>,
}

impl Play<'_> {
    fn items(units: i64) -> Vec<Item> {
        vec![Item {
            meter: "seats".into(),
            amount: Decimal::from(units),
        }]
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Together(takes) => self.together(takes).await,
            Step::Commit(which, units) => self.commit(which, units).await,
            Step::Cancel(which) => self.cancel(which).await,
            Step::Wait(seconds) => self.app.advance(TimeDelta::seconds(seconds)),
            Step::Limit(limit) => self.limit(limit).await,
        }
    }

    /// The engine keeps the calls of an organization in the order in which they came, so the model can say what each
    /// must hear although they are decided together.
    async fn together(&mut self, takes: Vec<Take>) {
        let (app, actor, organization) = (&self.app.app, &self.actor, self.organization);
        let calls = takes.iter().map(|take| async move {
            let input = |units: &i64| Input {
                organization,
                items: Self::items(*units),
                key: None,
                occurred_at: None,
                resource: None,
            };
            match take {
                Take::Consume(units) => {
                    let change = quotas::consume(app, actor, &input(units)).await.unwrap();
                    (change.decisions[0].clone(), None)
                }
                Take::Release(units) => {
                    let change = quotas::release(app, actor, &input(units)).await.unwrap();
                    (change.decisions[0].clone(), None)
                }
                Take::Reserve(units, lasts) => {
                    let input = quotas::ReserveInput {
                        organization,
                        items: Self::items(*units),
                        expires_in_seconds: Some(*lasts),
                        key: None,
                        resource: None,
                    };
                    let held = quotas::reserve(app, actor, &input).await.unwrap();
                    (held.decisions[0].clone(), held.reservation)
                }
            }
        });
        let heard = futures_util::future::join_all(calls).await;
        let now = self.app.app.now();
        for (take, (decision, reservation)) in takes.iter().zip(heard) {
            let model = &mut self.model;
            let allowed = match take {
                Take::Consume(units) => {
                    let fits = model.fits(*units, now);
                    model.used += if fits { *units } else { 0 };
                    fits
                }
                Take::Release(units) => {
                    let fits = model.used >= *units;
                    model.used -= if fits { *units } else { 0 };
                    fits
                }
                Take::Reserve(units, lasts) => {
                    let fits = model.fits(*units, now);
                    if fits {
                        let until = now + TimeDelta::seconds(*lasts);
                        model.open.insert(self.reservations.len(), (*units, until));
                        self.reservations.push(reservation.unwrap().model.id);
                    }
                    fits
                }
            };
            assert_eq!(decision.allowed, allowed, "{take:?}: {decision:?}");
            assert_eq!(decision.used, model.used, "{take:?}");
            assert_eq!(decision.reserved, model.reserved(now), "{take:?}");
        }
    }

    async fn commit(&mut self, which: usize, units: i64) {
        let Some(id) = self.reservations.get(which).copied() else {
            return;
        };
        let input = quotas::CommitInput {
            reservation: id,
            items: (units > 0).then(|| Self::items(units)),
            key: None,
        };
        let heard = quotas::commit(&self.app.app, &self.actor, &input).await;
        let now = self.app.app.now();
        let held = self.model.open.get(&which).copied();
        match held.filter(|(_, until)| now < *until) {
            Some((amount, _)) if units <= amount => {
                self.model.open.remove(&which);
                self.model.used += if units > 0 { units } else { amount };
                let decisions = heard.unwrap().decisions;
                assert_eq!(decisions[0].used, self.model.used);
            }
            _ => assert!(heard.is_err(), "{which} of {units}: {heard:?}"),
        }
    }

    async fn cancel(&mut self, which: usize) {
        let Some(id) = self.reservations.get(which).copied() else {
            return;
        };
        let heard = quotas::cancel(&self.app.app, &self.actor, id, None).await;
        if heard.is_ok() {
            self.model.open.remove(&which);
        } else {
            assert!(!self.model.open.contains_key(&which), "{heard:?}");
        }
    }

    async fn limit(&mut self, limit: i64) {
        let input = quotas::OverrideInput {
            organization: self.organization,
            meter: "seats".into(),
            limit: Some(Decimal::from(limit)),
            unlimited: false,
            policy: Some(OverQuotaPolicy::Deny),
            reason: "a step of a history".into(),
            expires_at: None,
        };
        quotas::set_override(&self.app.app, &Actor::system(), &input)
            .await
            .unwrap();
        self.model.limit = limit;
    }

    /// Counter, records and model agree.
    async fn check(&self) {
        let db = self.app.app.db.reader();
        let counters = quota_counter::Entity::find_in(self.organization)
            .all(db)
            .await;
        let records = usage_record::Entity::find_in(self.organization)
            .all(db)
            .await;
        let used: i64 = counters.unwrap().iter().map(|counter| counter.used).sum();
        let recorded: i64 = records.unwrap().iter().map(|record| record.amount).sum();
        assert_eq!((used, recorded), (self.model.used, self.model.used));
        let standing = quotas::of_organization(
            &self.app.app,
            &self.actor,
            self.organization,
            Some(&["seats"]),
        );
        let standing = standing.await.unwrap();
        assert_eq!(
            standing[0].reserved(),
            self.model.reserved(self.app.app.now())
        );
    }
}

/// Says what is about to happen.
#[expect(
    clippy::print_stdout,
    reason = "shown with a test that fails, to play its history again"
)]
fn tell(number: usize, steps: &[Step]) {
    println!("history {number}: {steps:?}");
}

/// The owner of an organization, as its use cases see one.
async fn actor(app: &TestApp, email: &str) -> Actor {
    let db = app.app.db.reader();
    let users = user::Entity::find().all(db).await.unwrap();
    let user = users.into_iter().find(|user| user.email == email).unwrap();
    let sessions = session::Entity::find().all(db).await.unwrap();
    let session = sessions
        .into_iter()
        .find(|session| session.user_id == user.id);
    Actor {
        identity: Identity::User(UserIdentity {
            id: user.id,
            email: user.email,
            is_system_admin: false,
            session_id: session.unwrap().id,
        }),
        ..Actor::system()
    }
}

both_databases! {
    /// Whatever the order, everybody hears what the model says.
    async fn random_histories_follow_the_model(app: TestApp) {
        let app = app.with_windows().await;
        let owner = app.anonymous.sign_up("owner").await;
        let actor = actor(&app, &owner.email).await;
        let mut runner = TestRunner::new_with_rng(
            Config::default(),
            proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
        );
        let mut organizations = Vec::new();
        for _ in 0..HISTORIES {
            // Before time moves on and the owner's session ends.
            organizations.push(owner.create_organization("history").await);
        }
        // Meters are read once, and only then do calls keep the order in which they are made.
        let id = organizations[0].id.parse().unwrap();
        quotas::check(&app.app, &actor, id, &Play::items(1)).await.unwrap();
        for (number, organization) in organizations.iter().enumerate() {
            let steps = prop::collection::vec(step(), 1..40).new_tree(&mut runner).unwrap().current();
            tell(number, &steps);
            let mut play = Play {
                app: &app,
                actor: actor.clone(),
                organization: organization.id.parse().unwrap(),
                model: Model { limit: 20, ..Model::default() },
                reservations: Vec::new(),
            };
            for step in steps {
                play.step(step).await;
            }
            play.check().await;
        }
    }
}
