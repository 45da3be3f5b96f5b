//! How the organizations of the demonstration use what they pay for: resources come and go, and what no resource takes
//! is consumed directly. Only through the ordinary use cases, so that counters always equal what they count.

use std::collections::HashMap;

use bursar_entities::enums::{MeterKind, NeedSource};
use bursar_entities::ids::{MeterId, OrganizationId, PlanVersionId, ResourceId};
use bursar_entities::{meter, resource, resource_kind, resource_need};
use rust_decimal::Decimal;

use super::dice::Dice;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::paging::{PageArguments, PageRequest};
use crate::domain::quotas::{self, Item, Standing, from_units};
use crate::domain::{catalog, resources};
use crate::error::Result;

const PURPOSES: [&str; 12] = [
    "shop", "api", "billing", "search", "docs", "mail", "reports", "auth", "media", "chat", "jobs",
    "web",
];
const STAGES: [&str; 5] = ["production", "staging", "preview", "test", "internal"];

/// Resources that are looked at when one is to go.
const LATEST: i32 = 40;

/// What there is to use, as the applied catalog says.
#[derive(Clone, Debug)]
pub(super) struct Menu {
    kinds: Vec<(resource_kind::Model, Vec<resource_need::Model>)>,
    meters: HashMap<MeterId, meter::Model>,
    /// Meters that no resource takes of and that the server does not count by itself.
    loose: Vec<MeterId>,
    /// The largest limit of any plan that has one: what the unlimited go by.
    largest: HashMap<MeterId, i64>,
}

/// An organization at the table.
pub(super) struct Guest<'a> {
    pub(super) actor: &'a Actor,
    pub(super) organization: OrganizationId,
    /// How its quotas stand, by meter.
    standings: HashMap<MeterId, Standing>,
}

impl<'a> Guest<'a> {
    /// Reads how `organization` stands.
    pub(super) async fn read(
        app: &App,
        actor: &'a Actor,
        organization: OrganizationId,
    ) -> Result<Self> {
        let standings = quotas::of_organization(app, actor, organization, None).await?;
        Ok(Self {
            actor,
            organization,
            standings: standings
                .into_iter()
                .map(|standing| (standing.meter.id, standing))
                .collect(),
        })
    }

    /// The fullest quota in percent, of those that go up and down.
    pub(super) fn pressure(&self) -> i64 {
        let gauges = self
            .standings
            .values()
            .filter(|s| s.meter.kind == MeterKind::Gauge);
        gauges.map(|s| percent(s, 0)).max().unwrap_or_default()
    }

    /// The standing with the fullest quota that has a limit.
    pub(super) fn fullest(&self) -> Option<&Standing> {
        self.standings
            .values()
            .filter(|s| s.meter.kind == MeterKind::Gauge && s.limit.amount.is_some())
            .max_by_key(|s| (percent(s, 0), s.meter.id))
    }

    /// How full a quota would be with `units` more.
    fn percent_with(&self, meter: MeterId, units: i64) -> i64 {
        self.standings
            .get(&meter)
            .map_or(0, |standing| percent(standing, units))
    }

    fn limit(&self, meter: MeterId) -> Option<i64> {
        self.standings.get(&meter)?.limit.amount
    }
}

/// How full a quota is with `units` more; what is unlimited is empty, what is not allowed at all is full.
fn percent(standing: &Standing, units: i64) -> i64 {
    let used = standing.used().saturating_add(units);
    match standing.limit.amount {
        None => 0,
        Some(limit) if limit <= 0 => i64::MAX,
        Some(limit) => used.saturating_mul(100) / limit,
    }
}

impl Menu {
    /// Reads the catalog.
    pub(super) async fn read(app: &App, versions: &[PlanVersionId]) -> Result<Self> {
        let db = app.db.reader();
        let kinds = catalog::kinds(db).await?;
        let ids: Vec<_> = kinds.iter().map(|kind| kind.id).collect();
        let mut needs = catalog::needs_of(db, &ids).await?;
        let meters = catalog::meters(db).await?;
        let mut largest = HashMap::new();
        for limit in catalog::limits_of(db, versions)
            .await?
            .into_values()
            .flatten()
        {
            let known: &mut i64 = largest.entry(limit.meter_id).or_default();
            *known = limit.limit_amount.unwrap_or_default().max(*known);
        }
        let taken = |meter: &MeterId| needs.values().flatten().any(|need| need.meter_id == *meter);
        let loose = meters
            .iter()
            .filter(|m| matches!(m.kind, MeterKind::Gauge | MeterKind::Counter))
            .filter(|m| m.counts.is_none() && !taken(&m.id))
            .map(|m| m.id)
            .collect();
        Ok(Self {
            kinds: kinds
                .into_iter()
                .map(|kind| (needs.remove(&kind.id).unwrap_or_default(), kind))
                .map(|(needs, kind)| (kind, needs))
                .collect(),
            meters: meters.into_iter().map(|meter| (meter.id, meter)).collect(),
            loose,
            largest,
        })
    }

    /// Lets `guest` take something, as long as no quota that it touches gets fuller than `appetite` percent.
    pub(super) async fn grow(
        &self,
        app: &App,
        guest: &Guest<'_>,
        dice: &mut Dice,
        appetite: i64,
    ) -> Result<()> {
        if !self.loose.is_empty() && (self.kinds.is_empty() || dice.chance(40)) {
            return self.consume(app, guest, dice, appetite).await;
        }
        let Some((kind, needs)) = self.choose_kind(dice) else {
            return Ok(());
        };
        let parent = match kind.parent_kind_id {
            None => None,
            Some(wanted) => {
                let parents = latest(app, guest).await?;
                let parents: Vec<_> = parents.iter().filter(|r| r.kind_id == wanted).collect();
                match dice.pick(&parents) {
                    Some(parent) => Some(parent.id),
                    None => return Ok(()),
                }
            }
        };
        let amounts = self.amounts(guest, needs, dice, appetite);
        let fits = |need: &resource_need::Model| {
            let units = amounts
                .get(&need.meter_id)
                .copied()
                .or(need.amount)
                .unwrap_or_default();
            guest.percent_with(need.meter_id, units) <= appetite
        };
        if !needs.iter().all(fits) {
            return Ok(());
        }
        let input = resources::Input {
            organization: guest.organization,
            kind: kind.key.clone(),
            name: name(dice),
            parent,
            amounts: self.named(&amounts),
            key: None,
        };
        resources::create(app, guest.actor, &input).await.map(drop)
    }

    /// A kind of resource; those that ask for amounts more often than others, those that need a parent less often.
    fn choose_kind(
        &self,
        dice: &mut Dice,
    ) -> Option<&(resource_kind::Model, Vec<resource_need::Model>)> {
        let weight = |(kind, needs): &(resource_kind::Model, Vec<resource_need::Model>)| {
            if kind.parent_kind_id.is_some() {
                1
            } else if needs
                .iter()
                .any(|need| need.source == NeedSource::Requested)
            {
                6
            } else {
                2
            }
        };
        let total: i64 = self.kinds.iter().map(weight).sum();
        let mut drawn = dice.between(1, total);
        self.kinds.iter().find(|kind| {
            drawn -= weight(kind);
            drawn <= 0
        })
    }

    /// Units of each meter that has to be named: quarters of what one resource may have, fewer when little is left.
    fn amounts(
        &self,
        guest: &Guest<'_>,
        needs: &[resource_need::Model],
        dice: &mut Dice,
        appetite: i64,
    ) -> HashMap<MeterId, i64> {
        let requested = needs
            .iter()
            .filter(|need| need.source == NeedSource::Requested);
        requested
            .map(|need| {
                let cap = need.cap_meter_id.and_then(|cap| self.limit_of(guest, cap));
                let tenth = self.limit_of(guest, need.meter_id).map(|limit| limit / 10);
                let whole = cap.or(tenth).unwrap_or(4);
                let room = appetite.saturating_sub(guest.percent_with(need.meter_id, 0));
                let most = (room / 8).clamp(1, 4);
                let quarters = dice.between((most - 1).max(1), most);
                (need.meter_id, (whole * quarters / 4).max(1))
            })
            .collect()
    }

    fn limit_of(&self, guest: &Guest<'_>, meter: MeterId) -> Option<i64> {
        let largest = || self.largest.get(&meter).copied().filter(|limit| *limit > 0);
        guest.limit(meter).or_else(largest)
    }

    fn named(&self, amounts: &HashMap<MeterId, i64>) -> Vec<(String, Decimal)> {
        let known = amounts
            .iter()
            .filter_map(|(id, units)| Some((self.meters.get(id)?, *units)));
        known
            .map(|(meter, units)| (meter.key.clone(), from_units(units, meter)))
            .collect()
    }

    /// Consumes one to six percent of a meter that no resource takes of.
    async fn consume(
        &self,
        app: &App,
        guest: &Guest<'_>,
        dice: &mut Dice,
        appetite: i64,
    ) -> Result<()> {
        let Some(meter) = dice.pick(&self.loose).and_then(|id| self.meters.get(id)) else {
            return Ok(());
        };
        let whole = self.limit_of(guest, meter.id).unwrap_or(100);
        let units = (whole * dice.between(1, 6) / 100).max(1);
        if guest.percent_with(meter.id, units) > appetite {
            return Ok(());
        }
        let input = input(guest, meter, units);
        quotas::consume(app, guest.actor, &input).await.map(drop)
    }

    /// Lets `guest` give something back: a resource that no other belongs to, or some of what it consumed directly.
    pub(super) async fn shrink(&self, app: &App, guest: &Guest<'_>, dice: &mut Dice) -> Result<()> {
        let all = latest(app, guest).await?;
        let leaves: Vec<ResourceId> = all
            .iter()
            .filter(|one| all.iter().all(|other| other.parent_id != Some(one.id)))
            .map(|one| one.id)
            .collect();
        if let Some(id) = dice.pick(&leaves) {
            return resources::delete(app, guest.actor, *id).await;
        }
        let used = |id: &&MeterId| {
            let standing = guest.standings.get(id);
            standing.is_some_and(|s| s.meter.kind == MeterKind::Gauge && s.used() > 0)
        };
        let loose: Vec<&MeterId> = self.loose.iter().filter(used).collect();
        let Some(standing) = dice.pick(&loose).and_then(|id| guest.standings.get(id)) else {
            return Ok(());
        };
        let units = (standing.used() * dice.between(2, 12) / 100).max(1);
        let input = input(guest, &standing.meter, units);
        quotas::release(app, guest.actor, &input).await.map(drop)
    }
}

fn input(guest: &Guest<'_>, meter: &meter::Model, units: i64) -> quotas::Input {
    quotas::Input {
        organization: guest.organization,
        items: vec![Item {
            meter: meter.key.clone(),
            amount: from_units(units, meter),
        }],
        key: None,
        occurred_at: None,
        resource: None,
    }
}

/// The resources of `guest` that were made last.
async fn latest(app: &App, guest: &Guest<'_>) -> Result<Vec<resource::Model>> {
    let arguments = PageArguments {
        last: Some(LATEST),
        ..PageArguments::default()
    };
    let page = PageRequest::new(&arguments)?;
    let resources = resources::list(app, guest.actor, guest.organization, None, &page).await?;
    Ok(resources.items)
}

fn name(dice: &mut Dice) -> String {
    let purpose = PURPOSES[dice.place(PURPOSES.len())];
    let stage = STAGES[dice.place(STAGES.len())];
    format!("{purpose}-{stage}")
}
