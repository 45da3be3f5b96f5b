//! One event of usage: from what the sender says to what is asked of the engine.

use bursar_entities::ids::{OrganizationId, ResourceId};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::domain::quotas::apply::Demand;
use crate::domain::quotas::consume::{Item, check_key, check_time, demand, digest_demands};
use crate::domain::quotas::engine::{Asked, Call, Caller, Catalog};
use crate::domain::quotas::record::{Fingerprint, shortened};
use crate::error::{Error, Result};

/// Something that was used.
#[derive(Clone, Debug)]
pub struct Event {
    /// Of what, and how much.
    pub item: Item,
    /// Makes a repetition harmless; required.
    pub key: String,
    /// When it happened; when it was received, if absent.
    pub occurred_at: Option<DateTime<Utc>>,
    /// The resource that it belongs to.
    pub resource: Option<ResourceId>,
}

impl Event {
    /// What is asked of the engine.
    ///
    /// # Errors
    /// `VALIDATION` at the field at fault.
    pub(super) fn call(
        &self,
        app: &App,
        organization: OrganizationId,
        catalog: &Catalog,
        caller: Caller,
    ) -> Result<Call> {
        check_key(Some(&self.key))?;
        check_time(app, self.occurred_at)?;
        if self.occurred_at.is_some_and(|at| at < DateTime::UNIX_EPOCH) {
            let message = "occurredAt lies before 1970; check the sender's clock";
            return Err(Error::validation("occurredAt", message));
        }
        let demand = demand(catalog, &self.item)?;
        Ok(Call {
            organization,
            key_is_ours: false,
            fingerprint: self.fingerprint(&demand),
            asked: Asked::Usage(demand),
            key: Some(self.key.clone()),
            occurred_at: self.occurred_at,
            resource: self.resource,
            caller,
        })
    }

    fn fingerprint(&self, demand: &Demand) -> Fingerprint {
        let mut digest = Sha256::new_with_prefix("Usage");
        digest_demands(&mut digest, std::slice::from_ref(demand));
        digest.update(
            self.occurred_at
                .map_or([0; 8], |at| at.timestamp_micros().to_be_bytes()),
        );
        digest.update(self.resource.map_or([0; 16], |id| *id.0.as_bytes()));
        shortened(digest)
    }
}
