//! Checking the audit log through the graph (AUD-3).

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};

use crate::domain::audit::{self, Broken, Head, Verified};
use crate::error::{Code, Error, Result};
use crate::graphql::context::RequestContext;
use crate::graphql::scalars::{Quantity, parse_id};

/// What is wrong with an entry of the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AuditFault {
    /// Its content does not give its hash, or it does not hold on to the entry before.
    Altered,
    /// What it told of people is gone, although the organization has not been purged.
    Blanked,
    /// There is no entry at this place.
    Missing,
    /// It stands outside of the chain.
    Foreign,
    /// The entries hold, but the end that is kept apart from them has been altered.
    End,
    /// It is not the entry that the witness saw: the chain has been rewritten.
    Rewritten,
}

/// The first place where an audit log does not hold.
#[derive(Clone, Debug, SimpleObject)]
pub struct AuditBreak {
    /// The place in the chain: 1, 2, 3 …
    sequence: Quantity,
    /// The entry there, when there is one.
    entry_id: Option<ID>,
    /// What is wrong.
    fault: AuditFault,
    /// The same as a sentence.
    reason: String,
}

impl From<&Broken> for AuditBreak {
    fn from(broken: &Broken) -> Self {
        Self {
            sequence: Quantity::from(broken.sequence()),
            entry_id: broken.id().map(|id| ID(id.to_string())),
            fault: match broken {
                Broken::Altered { .. } => AuditFault::Altered,
                Broken::Blanked { .. } => AuditFault::Blanked,
                Broken::Missing { .. } => AuditFault::Missing,
                Broken::Foreign { .. } => AuditFault::Foreign,
                Broken::End { .. } => AuditFault::End,
                Broken::Rewritten { .. } => AuditFault::Rewritten,
            },
            reason: broken.to_string(),
        }
    }
}

/// The last entry of an audit log. Note it down somewhere else: as `witness` of a later verification it shows whether
/// the log has been rewritten as a whole.
#[derive(Clone, Debug, SimpleObject)]
pub struct AuditHead {
    /// Its place in the chain.
    sequence: Quantity,
    /// Its hash, in hexadecimal.
    hash: String,
}

/// What checking an audit log came to.
#[derive(Clone, Debug, SimpleObject)]
pub struct AuditVerification {
    /// Whether every entry is there and as it was written.
    intact: bool,
    /// How many entries hold, from the first on.
    entries: Quantity,
    /// The first place where the log does not hold.
    first_broken: Option<AuditBreak>,
    /// The end of the log; null when nothing has been written yet.
    head: Option<AuditHead>,
}

impl From<Verified> for AuditVerification {
    fn from(verified: Verified) -> Self {
        Self {
            intact: verified.fault.is_none(),
            entries: Quantity::from(verified.entries),
            first_broken: verified.fault.as_ref().map(AuditBreak::from),
            head: verified.head.map(|head| AuditHead {
                sequence: Quantity::from(head.sequence),
                hash: hex::encode(head.hash),
            }),
        }
    }
}

/// A head that was noted down earlier.
#[derive(Clone, Debug, InputObject)]
pub struct AuditWitnessInput {
    /// The place of the entry in the chain.
    sequence: i32,
    /// Its hash, in hexadecimal.
    hash: String,
}

impl AuditWitnessInput {
    fn into_domain(self) -> Result<Head> {
        let bad = |_| Error::new(Code::BadRequest, "The witness's hash is not hexadecimal");
        Ok(Head {
            sequence: i64::from(self.sequence),
            hash: hex::decode(&self.hash).map_err(bad)?,
        })
    }
}

/// Checking the audit log.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditVerificationQuery;

#[Object]
impl AuditVerificationQuery {
    /// Follows the hash chain of an audit log from its first entry to its last. Needs `org.audit.view` in the
    /// organization; without an organization it is the platform's own chain, for system admins. The log of an
    /// organization that was purged is still there for system admins.
    async fn audit_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose log.")] organization_id: Option<ID>,
        #[graphql(desc = "A head that was noted down earlier, which the log must still contain.")]
        witness: Option<AuditWitnessInput>,
    ) -> async_graphql::Result<AuditVerification> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let id = organization_id.map(|id| parse_id(&id, "The organization"));
        let witness = witness.map(AuditWitnessInput::into_domain).transpose()?;
        let verified = audit::verify_log(app, actor, id.transpose()?, witness.as_ref()).await?;
        Ok(verified.into())
    }
}
