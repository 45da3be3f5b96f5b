//! Why somebody could not be invited, or could not accept.

use crate::error::{Classify, Code};

/// A refusal of this feature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// No such role, or one that changes hands by transfer only.
    #[error("{key} is not a role that can be given; choose one of {choices}")]
    NotARole {
        /// What was asked for.
        key: String,
        /// What can be given.
        choices: String,
    },
    /// The role is about projects, and none is named.
    #[error("This role is about projects; name at least one in projectIds")]
    NoProjects,
    /// Projects are named for a role that is about the whole organization.
    #[error("This role is about the whole organization; leave projectIds out")]
    ProjectsForNothing,
    /// Another kind of resource is named.
    #[error("projectIds names a resource that is no project")]
    NotAProject,
    /// More projects than anybody needs.
    #[error("Name at most {most} projects")]
    TooManyProjects {
        /// How many there may be.
        most: usize,
    },
    /// The address belongs to a member.
    #[error("{email} is a member of this organization already")]
    AlreadyMember {
        /// The address.
        email: String,
    },
    /// The address has an invitation that can still be accepted.
    #[error("{email} has been invited already; the invitation is still open")]
    AlreadyInvited {
        /// The address.
        email: String,
    },
    /// The invitation has been accepted before.
    #[error("This invitation has been accepted already")]
    Accepted,
    /// The invitation was taken back.
    #[error("This invitation has been revoked; ask for a new one")]
    Revoked,
    /// The invitation is too old.
    #[error("This invitation has expired; ask for a new one")]
    Expired,
    /// The invitation was taken back before.
    #[error("This invitation has been revoked already; invite the address again")]
    RevokedBefore,
    /// An organization always has its owner.
    #[error(
        "The owner cannot leave, be removed or be given another role; transfer the ownership first"
    )]
    Owner,
    /// The caller belongs to the organization already.
    #[error("You are a member of this organization already")]
    JoinedBefore,
}

impl Classify for MemberError {
    fn code(&self) -> Code {
        match self {
            Self::NotARole { .. }
            | Self::NoProjects
            | Self::ProjectsForNothing
            | Self::NotAProject
            | Self::TooManyProjects { .. } => Code::Validation,
            Self::AlreadyMember { .. } | Self::AlreadyInvited { .. } => Code::Conflict,
            Self::Accepted
            | Self::Revoked
            | Self::RevokedBefore
            | Self::Expired
            | Self::JoinedBefore
            | Self::Owner => Code::PreconditionFailed,
        }
    }

    fn path(&self) -> Vec<String> {
        let field = match self {
            Self::NotARole { .. } => "roleKey",
            Self::NoProjects
            | Self::ProjectsForNothing
            | Self::NotAProject
            | Self::TooManyProjects { .. } => "projectIds",
            Self::AlreadyMember { .. } | Self::AlreadyInvited { .. } => "email",
            Self::Accepted | Self::Revoked | Self::Expired => "token",
            Self::RevokedBefore => "invitationId",
            Self::Owner => "membershipId",
            Self::JoinedBefore => return Vec::new(),
        };
        vec![field.to_owned()]
    }
}
