//! What can be wrong with a change of the catalog.

use super::problems::Problems;
use crate::error::{Classify, Code};

/// Why the catalog was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// The file is not a catalog; every problem on a line of its own.
    #[error("This is not a valid catalog:\n{0}")]
    Invalid(#[from] Problems),
    /// Applying the file would corrupt what has been published or recorded.
    #[error("This catalog cannot be applied, nothing was changed:\n{}", .0.join("\n"))]
    Refused(Vec<String>),
    /// An argument is out of range.
    #[error("{message}")]
    Field {
        /// The input field at fault, outermost first.
        path: Vec<String>,
        /// What would be right.
        message: String,
    },
    /// A plan with this key exists.
    #[error("There is already a plan with the key {0}; choose another key")]
    KeyTaken(String),
    /// An add-on with this key exists.
    #[error("There is already an add-on with the key {0}; choose another key")]
    AddOnKeyTaken(String),
    /// What an add-on adds is what somebody has bought.
    #[error(
        "Organizations have {0}, so what it adds cannot change; withdraw it and make another add-on instead"
    )]
    Held(String),
    /// There is nothing to publish.
    #[error("The plan {0} has no draft; change its prices or limits first")]
    NoDraft(String),
    /// The draft is what is published already.
    #[error("The draft of {0} changes nothing; change its prices or limits before you publish it")]
    NothingToPublish(String),
    /// Draft, base or subscribers have changed since the preview.
    #[error(
        "The plan has changed since you previewed it; preview it again and publish what you then see"
    )]
    PreviewOutdated,
    /// A version that is published can no longer be changed (CAT-3).
    #[error("Version {0} is published and never changes; edit a draft instead")]
    Published(i32),
}

impl CatalogError {
    /// The argument at `path` is out of range.
    pub(super) fn field(path: &[&str], message: impl Into<String>) -> Self {
        Self::Field {
            path: path.iter().map(ToString::to_string).collect(),
            message: message.into(),
        }
    }
}

impl Classify for CatalogError {
    fn code(&self) -> Code {
        match self {
            Self::Invalid(_) | Self::Field { .. } => Code::Validation,
            Self::KeyTaken(_) | Self::AddOnKeyTaken(_) | Self::PreviewOutdated => Code::Conflict,
            Self::Refused(_)
            | Self::Held(_)
            | Self::NoDraft(_)
            | Self::NothingToPublish(_)
            | Self::Published(_) => Code::PreconditionFailed,
        }
    }

    fn path(&self) -> Vec<String> {
        let field = match self {
            Self::Field { path, .. } => return path.clone(),
            Self::KeyTaken(_) | Self::AddOnKeyTaken(_) => "key",
            Self::Held(_) => "increases",
            Self::PreviewOutdated => "previewHash",
            Self::NoDraft(_) | Self::NothingToPublish(_) => "planKey",
            _ => return Vec::new(),
        };
        vec![field.to_owned()]
    }
}
