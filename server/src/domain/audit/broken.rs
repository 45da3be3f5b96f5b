//! What can be wrong with a chain.

use uuid::Uuid;

/// The first place where a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An entry's content does not give its hash, or it does not hold on to the one before.
    #[error("entry {sequence} ({id}) has been altered")]
    Altered {
        /// Its place in the chain.
        sequence: i64,
        /// Its id.
        id: Uuid,
    },
    /// What it told of people is gone, although the organization has not been purged.
    #[error("entry {sequence} ({id}) has been blanked")]
    Blanked {
        /// Its place in the chain.
        sequence: i64,
        /// Its id.
        id: Uuid,
    },
    /// There is no entry at this place.
    #[error("entry {sequence} is missing")]
    Missing {
        /// The first place without an entry.
        sequence: i64,
    },
    /// An entry that was not appended: it stands outside of the chain.
    #[error("entry {sequence} ({id}) stands outside of the chain")]
    Foreign {
        /// The place that it claims.
        sequence: i64,
        /// Its id.
        id: Uuid,
    },
    /// All entries hold, but the end that is kept apart says otherwise.
    #[error("the chain's end, at entry {sequence}, has been altered")]
    End {
        /// The place of the last entry.
        sequence: i64,
    },
    /// The entry is another than the one that the witness saw.
    #[error(
        "entry {sequence} ({id}) is not the one that was witnessed: the chain has been rewritten"
    )]
    Rewritten {
        /// Its place in the chain.
        sequence: i64,
        /// Its id.
        id: Uuid,
    },
}

impl Broken {
    /// The place of it.
    #[must_use]
    pub const fn sequence(&self) -> i64 {
        match self {
            Self::Altered { sequence, .. }
            | Self::Blanked { sequence, .. }
            | Self::Missing { sequence }
            | Self::Foreign { sequence, .. }
            | Self::End { sequence }
            | Self::Rewritten { sequence, .. } => *sequence,
        }
    }

    /// The entry there, when there is one.
    #[must_use]
    pub const fn id(&self) -> Option<Uuid> {
        match self {
            Self::Altered { id, .. }
            | Self::Blanked { id, .. }
            | Self::Foreign { id, .. }
            | Self::Rewritten { id, .. } => Some(*id),
            Self::Missing { .. } | Self::End { .. } => None,
        }
    }
}
