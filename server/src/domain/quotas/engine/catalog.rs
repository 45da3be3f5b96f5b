//! The catalog as the engine needs it: meters by key and the plans on sale, read once per change of the catalog.

use std::collections::HashMap;
use std::sync::Arc;

use bursar_entities::enums::FailurePolicy;
use bursar_entities::ids::MeterId;
use bursar_entities::{catalog_state, meter};
use sea_orm::{ConnectionTrait, EntityTrait};

use super::known::Known;
use super::settle::Stage;
use crate::domain::quotas::decide::Decision;
use crate::domain::quotas::standing::meters;
use crate::domain::quotas::suggest::Offers;
use crate::error::Result;

/// The catalog at one of its versions.
#[derive(Debug, Default)]
pub(in crate::domain::quotas) struct Catalog {
    /// `catalog_state.terms_version`; 0 where no catalog has been applied.
    pub(in crate::domain::quotas) version: i64,
    meters: HashMap<String, Arc<meter::Model>>,
    by_id: HashMap<MeterId, Arc<meter::Model>>,
    offers: Offers,
    /// Whether some meter fails open.
    fails_open: bool,
}

impl Catalog {
    /// The version that the database has.
    pub(in crate::domain::quotas) async fn version(
        connection: &impl ConnectionTrait,
    ) -> Result<i64> {
        let state = catalog_state::Entity::find_by_id(1_i16)
            .one(connection)
            .await?;
        Ok(state.map_or(0, |state| state.terms_version))
    }

    /// Reads it. What changes between the statements raises the version, and is noticed before anything is written.
    pub(in crate::domain::quotas) async fn read(connection: &impl ConnectionTrait) -> Result<Self> {
        let version = Self::version(connection).await?;
        let meters = meters(connection, None).await?;
        let open = |meter: &Arc<meter::Model>| meter.failure_policy == FailurePolicy::Open;
        let fails_open = meters.iter().any(open);
        let by_id = meters.iter().map(|meter| (meter.id, Arc::clone(meter)));
        Ok(Self {
            version,
            by_id: by_id.collect(),
            meters: meters
                .into_iter()
                .map(|meter| (meter.key.clone(), meter))
                .collect(),
            offers: Offers::read(connection).await?,
            fails_open,
        })
    }

    /// Whether some meter fails open.
    pub(in crate::domain::quotas) const fn fails_open(&self) -> bool {
        self.fails_open
    }

    /// The meter called `key`.
    pub(in crate::domain::quotas) fn meter_by_key(&self, key: &str) -> Option<&Arc<meter::Model>> {
        self.meters.get(key)
    }

    pub(in crate::domain::quotas) fn meter(&self, id: MeterId) -> Option<&Arc<meter::Model>> {
        self.by_id.get(&id)
    }
}

impl Stage<'_> {
    /// Writes the cheapest plan that would allow the whole request into its refusals.
    pub(in crate::domain::quotas) fn suggest(&self, known: &Known, decisions: &mut [Decision]) {
        self.catalog
            .offers
            .suggest(&known.terms, decisions, self.now);
    }
}
