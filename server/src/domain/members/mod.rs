//! Members of organizations and invitations to them (ACC-4). A pending invitation holds the place in the members quota
//! that the membership will take.

mod accept;
mod error;
mod invite;
mod list;
#[cfg(test)]
mod tests;

pub use accept::accept_invitation;
pub use error::MemberError;
pub use invite::{Invited, invite_member};
pub use list::{
    InvitationPage, InvitationStatus, MemberPage, invitation_counts, invitation_pages,
    invitation_status, invitations_by_ids, member_pages, memberships_by_ids,
};
