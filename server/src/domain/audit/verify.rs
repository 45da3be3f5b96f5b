//! Checks a chain from its first entry to its end (AUD-3).
//!
//! The end is kept apart from the entries, so that one that is missing there is missed too. Whoever can rewrite the
//! entries and the end alike is found out by a head that somebody noted down elsewhere, the witness.

use bursar_entities::ids::OrganizationId;
use bursar_entities::{audit_chain, audit_entry};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use uuid::Uuid;

use super::broken::Broken;
use super::chain::GENESIS;
use super::rights::authorize_log;
use super::walk::Walk;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::Permission;
use crate::error::Result;

/// An entry by its place and its hash: the last of a chain, or one that somebody noted down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its place.
    pub sequence: i64,
    /// Its hash.
    pub hash: Vec<u8>,
}

/// What checking a chain came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The last place up to which it holds; the number of entries, unless a purge has taken the first of them.
    pub entries: i64,
    /// The first place where it does not.
    pub fault: Option<Broken>,
    /// Its end.
    pub head: Option<Head>,
}

/// Entries read at a time.
const PAGE: u64 = 500;
/// A purge changes a chain while it is being read; then it is read again.
const TRIES: usize = 3;

/// Checks the log of an organization; without one, the entries that concern none, for system admins.
///
/// # Errors
/// As [`super::list`].
pub async fn verify_log(
    app: &App,
    actor: &Actor,
    organization: Option<OrganizationId>,
    witness: Option<&Head>,
) -> Result<Verified> {
    authorize_log(app.db.reader(), actor, organization, Permission::AuditView).await?;
    verify(app, organization.map_or_else(Uuid::nil, |id| id.0), witness).await
}

/// Follows the chain of an organization (the nil UUID for the platform's). For the command line: it checks no
/// permission.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify(app: &App, chain_id: Uuid, witness: Option<&Head>) -> Result<Verified> {
    let db = app.db.reader();
    let mut end = end(db, chain_id).await?;
    for _ in 1..TRIES {
        let verified = follow(db, chain_id, &end, witness).await?;
        if verified.fault.is_none() {
            return Ok(verified);
        }
        let now = self::end(db, chain_id).await?;
        if now == end {
            return Ok(verified);
        }
        end = now;
    }
    follow(db, chain_id, &end, witness).await
}

/// The row that says where the chain ends; where there is none, that of a chain without entries.
async fn end(db: &impl ConnectionTrait, chain_id: Uuid) -> Result<audit_chain::Model> {
    let found = audit_chain::Entity::find_by_id(chain_id).one(db).await?;
    Ok(found.unwrap_or_else(|| audit_chain::Model {
        chain_id,
        sequence: 0,
        hash: GENESIS.to_vec(),
        base_sequence: 0,
        base_hash: None,
    }))
}

async fn follow(
    db: &impl ConnectionTrait,
    chain_id: Uuid,
    end: &audit_chain::Model,
    witness: Option<&Head>,
) -> Result<Verified> {
    let last = entries(chain_id)
        .filter(audit_entry::Column::Sequence.eq(end.sequence))
        .one(db)
        .await?;
    let mut walk = Walk::new(end, last.as_ref(), witness);
    let mut fault = walk.begin();
    while fault.is_none() {
        let page = entries(chain_id)
            .filter(audit_entry::Column::Sequence.gt(walk.sequence()))
            .filter(audit_entry::Column::Sequence.lte(end.sequence))
            .order_by_asc(audit_entry::Column::Sequence)
            .limit(PAGE)
            .all(db)
            .await?;
        if page.is_empty() {
            fault = walk.end();
            break;
        }
        fault = page.iter().find_map(|entry| walk.step(entry));
    }
    if fault.is_none() {
        fault = foreign(db, chain_id).await?;
    }
    Ok(Verified {
        entries: walk.sequence(),
        fault,
        head: (end.sequence > 0).then(|| Head {
            sequence: end.sequence,
            hash: end.hash.clone(),
        }),
    })
}

fn entries(chain_id: Uuid) -> Select<audit_entry::Entity> {
    audit_entry::Entity::find().filter(audit_entry::Column::ChainId.eq(chain_id))
}

/// The first entry that lies beyond the end, or before the beginning, of its chain. One statement, so that what is
/// being appended meanwhile is not taken for such a one.
async fn foreign(db: &impl ConnectionTrait, chain_id: Uuid) -> Result<Option<Broken>> {
    use audit_entry::Column;
    let chain = audit_entry::Entity::belongs_to(audit_chain::Entity)
        .from(Column::ChainId)
        .to(audit_chain::Column::ChainId);
    let (first, last) = (
        audit_chain::Column::BaseSequence,
        audit_chain::Column::Sequence,
    );
    let outside = Condition::any()
        .add(last.is_null())
        .add(Column::Sequence.into_expr().gt(last.into_expr()))
        .add(Column::Sequence.into_expr().lte(first.into_expr()));
    let found: Option<(i64, Uuid)> = entries(chain_id)
        .select_only()
        .column(Column::Sequence)
        .column(Column::Id)
        .join(JoinType::LeftJoin, chain.into())
        .filter(outside)
        .order_by_asc(Column::Sequence)
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.map(|(sequence, id)| Broken::Foreign { sequence, id }))
}
