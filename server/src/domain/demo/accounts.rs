//! The accounts of the demonstration, told when the server starts.

use std::fmt;

use super::cast::Tenant;
use crate::app::App;

/// The password of everybody in the demonstration but the system admin.
pub(super) const PASSWORD: &str = "bursar-demo";

/// Some of those who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAccounts {
    /// Who owns the first organization, and its name.
    pub owner: (String, String),
    /// A member of several organizations, who owns none.
    pub member: String,
    /// Their password.
    pub password: &'static str,
    /// The address of the first system admin, whose password is told on the first start only.
    pub system_admin: String,
}

impl DemoAccounts {
    pub(super) fn of(app: &App, tenants: &[Tenant]) -> Self {
        let first = tenants.first();
        let email = |place: usize| {
            let person = first.and_then(|first| first.people.get(place));
            person
                .map(|person| person.email.clone())
                .unwrap_or_default()
        };
        Self {
            owner: (
                email(0),
                first
                    .map(|first| first.company.name.clone())
                    .unwrap_or_default(),
            ),
            member: email(1),
            password: PASSWORD,
            system_admin: app.config.admin.email.clone(),
        }
    }
}

impl fmt::Display for DemoAccounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (owner, organization) = &self.owner;
        writeln!(
            f,
            "Demonstration accounts, all with the password {}:",
            self.password
        )?;
        writeln!(f, "  {owner} owns {organization}")?;
        writeln!(f, "  {} is a member of several organizations", self.member)?;
        write!(
            f,
            "The system admin is {}, with the password of the first start",
            self.system_admin
        )
    }
}
