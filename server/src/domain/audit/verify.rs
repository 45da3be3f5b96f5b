//! Checks a chain from its first entry to its end (AUD-3).

use bursar_entities::{audit_chain, audit_entry};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::chain::{GENESIS, hash};
use crate::app::App;
use crate::error::Result;

/// The first place where a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An entry's content does not give its hash.
    #[error("entry {sequence} ({id}) has been altered")]
    Altered {
        /// Its place in the chain.
        sequence: i64,
        /// Its id.
        id: Uuid,
    },
    /// An entry is missing before this place.
    #[error("an entry is missing before sequence {sequence}")]
    Missing {
        /// The first entry found after the gap, or the number of entries that there should be.
        sequence: i64,
    },
}

/// Entries read at a time.
const PAGE: u64 = 500;

/// Follows the chain of an organization (the nil UUID for the platform's); gives the number of entries that hold, and
/// the first that does not.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify(app: &App, chain_id: Uuid) -> Result<(i64, Option<Broken>)> {
    let db = app.db.reader();
    let Some(end) = audit_chain::Entity::find_by_id(chain_id).one(db).await? else {
        return Ok((0, None));
    };
    let (mut sequence, mut previous) = (0_i64, GENESIS.to_vec());
    loop {
        let page = audit_entry::Entity::find()
            .filter(audit_entry::Column::ChainId.eq(chain_id))
            .filter(audit_entry::Column::Sequence.gt(sequence))
            .filter(audit_entry::Column::Sequence.lte(end.sequence))
            .order_by_asc(audit_entry::Column::Sequence)
            .limit(PAGE)
            .all(db)
            .await?;
        if page.is_empty() {
            let holds = sequence == end.sequence && previous == end.hash;
            return Ok((
                sequence,
                (!holds).then_some(Broken::Missing {
                    sequence: end.sequence,
                }),
            ));
        }
        for entry in page {
            if entry.sequence != sequence + 1 {
                return Ok((
                    sequence,
                    Some(Broken::Missing {
                        sequence: entry.sequence,
                    }),
                ));
            }
            if entry.previous_hash != previous || entry.hash != hash(&entry, &previous) {
                return Ok((
                    sequence,
                    Some(Broken::Altered {
                        sequence: entry.sequence,
                        id: entry.id.0,
                    }),
                ));
            }
            (sequence, previous) = (entry.sequence, entry.hash);
        }
    }
}
