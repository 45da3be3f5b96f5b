//! The catalog as the database holds it: a [`Document`] to compare and export, and the rows behind it to write to.

use std::collections::HashMap;

use bursar_entities::enums::NeedSource;
use bursar_entities::ids::{AddOnId, MeterId, PlanId, PlanLimitId, PlanVersionId, ResourceKindId};
use bursar_entities::{
    add_on, add_on_increase, add_on_price, catalog_state, meter, plan, plan_limit,
    plan_overage_price, plan_price, plan_version, resource_kind, resource_need,
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder, QuerySelect};

use super::amount::Amount;
use super::document::{
    AddOn, Document, Grace, Header, Kind, Limit, Meter, Need, Overage, Plan, Source, Terms,
    Thresholds,
};
use super::{add_ons, read};
use crate::error::{Error, Result};

/// The rows of a catalog.
pub(super) struct Stored {
    pub(super) meters: Vec<meter::Model>,
    pub(super) plans: Vec<plan::Model>,
    /// What the published version of each plan fixes, for plans that are withdrawn from sale too.
    pub(super) terms: HashMap<PlanId, Terms>,
    pub(super) add_ons: Vec<add_on::Model>,
    /// What each add-on costs and adds, those that are withdrawn from sale too.
    pub(super) add_on_contents: HashMap<AddOnId, AddOn>,
    pub(super) kinds: Vec<resource_kind::Model>,
    /// Meters, kinds, and the plans and add-ons that are on sale.
    pub(super) document: Document,
}

/// Reads the whole catalog in twelve statements; `lock` keeps its plans from being edited until the transaction ends.
pub(super) async fn load(connection: &impl ConnectionTrait, lock: bool) -> Result<Stored> {
    let state = read::state(connection).await?;
    let meters = read::meters(connection).await?;
    let mut plans = plan::Entity::find()
        .order_by_asc(plan::Column::Tier)
        .order_by_asc(plan::Column::Key);
    if lock {
        plans = plans.lock_exclusive();
    }
    let plans = plans.all(connection).await?;
    let ids: Vec<PlanId> = plans.iter().map(|plan| plan.id).collect();
    let current = read::current_versions(connection, &ids).await?;
    let versions: Vec<_> = current.values().map(|version| version.id).collect();
    let mut contents = Contents::read(connection, &versions).await?;
    let kinds = read::kinds(connection).await?;
    let kind_ids: Vec<ResourceKindId> = kinds.iter().map(|kind| kind.id).collect();
    let needs = read::needs_of(connection, &kind_ids).await?;

    let known = Meters::new(&meters);
    let mut terms = HashMap::new();
    for (plan, version) in &current {
        terms.insert(*plan, contents.terms(&known, version)?);
    }
    let add_ons = add_ons::add_ons(connection, true).await?;
    let add_on_contents = add_on_contents(connection, &add_ons, &known).await?;
    let offered = add_ons.iter().filter(|row| row.archived_at.is_none());
    let on_sale = plans.iter().filter(|plan| plan.archived_at.is_none());
    let on_sale = on_sale.filter_map(|plan| Some(plan_of(plan, terms.get(&plan.id)?.clone())));
    let document = Document {
        header: header(state.as_ref()),
        meters: meters.iter().map(meter_of).collect(),
        plans: on_sale.collect(),
        add_ons: offered
            .filter_map(|row| add_on_contents.get(&row.id).cloned())
            .collect(),
        kinds: known.kinds(&kinds, &needs)?,
    };
    Ok(Stored {
        meters,
        plans,
        terms,
        add_ons,
        add_on_contents,
        kinds,
        document,
    })
}

/// What a version fixes.
pub(super) async fn terms_of(
    connection: &impl ConnectionTrait,
    version: &plan_version::Model,
    meters: &[meter::Model],
) -> Result<Terms> {
    let mut contents = Contents::read(connection, &[version.id]).await?;
    contents.terms(&Meters::new(meters), version)
}

/// What an add-on says.
pub(super) async fn add_on_of(
    connection: &impl ConnectionTrait,
    row: &add_on::Model,
    meters: &[meter::Model],
) -> Result<AddOn> {
    let rows = std::slice::from_ref(row);
    let found = add_on_contents(connection, rows, &Meters::new(meters)).await?;
    let missing = || Error::internal("an add-on that was read has contents");
    found.into_values().next().ok_or_else(missing)
}

async fn add_on_contents(
    connection: &impl ConnectionTrait,
    rows: &[add_on::Model],
    meters: &Meters<'_>,
) -> Result<HashMap<AddOnId, AddOn>> {
    let ids: Vec<AddOnId> = rows.iter().map(|row| row.id).collect();
    let mut prices = add_ons::add_on_prices_of(connection, &ids).await?;
    let mut increases = add_ons::increases_of(connection, &ids).await?;
    let mut found = HashMap::new();
    for row in rows {
        let prices = prices.remove(&row.id).unwrap_or_default();
        let increases = increases.remove(&row.id).unwrap_or_default();
        found.insert(row.id, meters.add_on(row, &prices, &increases)?);
    }
    Ok(found)
}

/// What versions of plans hold, row by row.
struct Contents {
    prices: HashMap<PlanVersionId, Vec<plan_price::Model>>,
    limits: HashMap<PlanVersionId, Vec<plan_limit::Model>>,
    overage: HashMap<PlanLimitId, Vec<plan_overage_price::Model>>,
}

impl Contents {
    async fn read(connection: &impl ConnectionTrait, versions: &[PlanVersionId]) -> Result<Self> {
        let limits = read::limits_of(connection, versions).await?;
        let ids: Vec<PlanLimitId> = limits.values().flatten().map(|limit| limit.id).collect();
        Ok(Self {
            prices: read::prices_of(connection, versions).await?,
            overage: read::overage_prices_of(connection, &ids).await?,
            limits,
        })
    }

    /// What `version` fixes; it is taken out.
    fn terms(&mut self, meters: &Meters<'_>, version: &plan_version::Model) -> Result<Terms> {
        let mut terms = Terms {
            trial_days: version.trial_days,
            ..Terms::default()
        };
        for price in self.prices.remove(&version.id).unwrap_or_default() {
            let place = (price.currency, price.billing_interval);
            terms.prices.insert(place, price.amount_minor);
        }
        for row in self.limits.remove(&version.id).unwrap_or_default() {
            let meter = meters.get(row.meter_id)?;
            let prices = self.overage.remove(&row.id).unwrap_or_default();
            let limit = limit_of(&row, meter, prices);
            terms.limits.insert(meter.key.clone(), limit);
        }
        Ok(terms)
    }
}

fn limit_of(
    row: &plan_limit::Model,
    meter: &meter::Model,
    prices: Vec<plan_overage_price::Model>,
) -> Limit {
    let amount = |units| Amount {
        units,
        scale: meter.scale,
    };
    let grace = row.grace_percent.zip(row.grace_days);
    let prices = prices
        .into_iter()
        .map(|price| (price.currency, price.amount_minor));
    Limit {
        amount: row.limit_amount.map(amount),
        policy: row.policy,
        grace: grace.map(|(percent, days)| Grace { percent, days }),
        overage: row.overage_per.map(|per| Overage {
            per: amount(per),
            prices: prices.collect(),
        }),
    }
}

fn header(state: Option<&catalog_state::Model>) -> Header {
    let state = state.cloned();
    state.map_or_else(
        || Header {
            name: String::new(),
            default_currency: String::new(),
            default_plan: String::new(),
            trial_plan: None,
        },
        |state| Header {
            name: state.name,
            default_currency: state.default_currency,
            default_plan: state.default_plan_key,
            trial_plan: state.trial_plan_key,
        },
    )
}

fn plan_of(row: &plan::Model, terms: Terms) -> Plan {
    Plan {
        key: row.key.clone(),
        name: row.name.clone(),
        description: row.description.clone(),
        tier: row.tier,
        public: row.is_public,
        terms,
    }
}

fn meter_of(row: &meter::Model) -> Meter {
    Meter {
        key: row.key.clone(),
        name: row.name.clone(),
        kind: row.kind,
        unit: row.unit.clone(),
        scale: row.scale,
        window: row.window,
        thresholds: Thresholds {
            warning: row.warning_percent,
            alert: row.alert_percent,
            exceeded: row.exceeded_percent,
        },
        counts: row.counts,
        failure_policy: row.failure_policy,
    }
}

/// The meters by id, to tell amounts and keys of other rows.
struct Meters<'a>(HashMap<MeterId, &'a meter::Model>);

impl<'a> Meters<'a> {
    fn new(meters: &'a [meter::Model]) -> Self {
        Self(meters.iter().map(|meter| (meter.id, meter)).collect())
    }

    fn get(&self, id: MeterId) -> Result<&'a meter::Model> {
        let missing = || Error::internal(format!("a meter that must exist was not found: {id}"));
        self.0.get(&id).copied().ok_or_else(missing)
    }

    fn add_on(
        &self,
        row: &add_on::Model,
        prices: &[add_on_price::Model],
        increases: &[add_on_increase::Model],
    ) -> Result<AddOn> {
        let mut add_on = AddOn {
            key: row.key.clone(),
            name: row.name.clone(),
            description: row.description.clone(),
            ..AddOn::default()
        };
        for price in prices {
            let place = (price.currency.clone(), price.billing_interval);
            add_on.prices.insert(place, price.amount_minor);
        }
        for increase in increases {
            let meter = self.get(increase.meter_id)?;
            let amount = Amount {
                units: increase.amount,
                scale: meter.scale,
            };
            add_on.increases.insert(meter.key.clone(), amount);
        }
        Ok(add_on)
    }

    fn kinds(
        &self,
        kinds: &[resource_kind::Model],
        needs: &HashMap<ResourceKindId, Vec<resource_need::Model>>,
    ) -> Result<Vec<Kind>> {
        let keys: HashMap<_, _> = kinds.iter().map(|kind| (kind.id, &kind.key)).collect();
        let parent = |id: &ResourceKindId| keys.get(id).map(|key| (*key).clone());
        let mut found = Vec::new();
        for kind in kinds {
            let rows = needs.get(&kind.id).map_or(&[][..], Vec::as_slice);
            found.push(Kind {
                key: kind.key.clone(),
                name: kind.name.clone(),
                pins_slug: kind.pins_slug,
                parent: kind.parent_kind_id.as_ref().and_then(parent),
                needs: rows
                    .iter()
                    .map(|need| self.need(need))
                    .collect::<Result<_>>()?,
            });
        }
        Ok(found)
    }

    fn need(&self, row: &resource_need::Model) -> Result<Need> {
        let meter = self.get(row.meter_id)?;
        let source = match (row.source, row.amount, row.percent) {
            (NeedSource::Fixed, Some(units), _) => Source::Fixed(Amount {
                units,
                scale: meter.scale,
            }),
            (NeedSource::Requested, _, _) => Source::Requested,
            (NeedSource::ParentShare, _, Some(percent)) => Source::ParentShare(percent),
            _ => return Err(Error::internal(format!("need {} has no amount", row.id))),
        };
        let cap = row.cap_meter_id.map(|cap| self.get(cap)).transpose()?;
        Ok(Need {
            meter: meter.key.clone(),
            source,
            cap: cap.map(|cap| cap.key.clone()),
        })
    }
}
