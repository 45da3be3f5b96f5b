//! Members of organizations and invitations to them (ACC-4). An open invitation holds the place in the members quota
//! that the membership will take. Everything that changes who belongs to an organization, and as what, locks its head.

mod abandoned;
mod accept;
mod error;
mod grant;
mod invite;
mod letter;
mod list;
mod lock;
mod projects;
mod remove;
mod resend;
mod revoke;
#[cfg(test)]
mod tests;
mod update_role;

pub use abandoned::revoke_abandoned;
pub use accept::accept_invitation;
pub use error::MemberError;
pub use invite::{Invited, invite_member};
pub use list::{
    InvitationPage, InvitationStatus, MemberPage, invitation_counts, invitation_pages,
    invitation_status, invitations_by_ids, member_pages, memberships_by_ids,
};
pub use projects::{Given, projects_of_invitations, projects_of_members};
pub use remove::remove_member;
pub use resend::resend_invitation;
pub use revoke::revoke_invitation;
pub use update_role::update_member_role;
