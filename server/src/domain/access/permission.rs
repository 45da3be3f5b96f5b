//! The permission codes (ACC-1).

macro_rules! permissions {
    ($($name:ident = $code:literal, $doc:literal;)*) => {
        /// Something that a role may allow.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Permission {
            $(#[doc = $doc] $name,)*
        }

        impl Permission {
            /// Every permission, in the order of display.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code, such as `org.members.invite`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// The permission with this code.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|permission| permission.code() == code)
            }
        }
    };
}

permissions! {
    OrgView = "org.view", "See the organization.";
    SettingsView = "org.settings.view", "See its settings.";
    SettingsUpdate = "org.settings.update", "Change its name, addresses and settings.";
    OrgDelete = "org.delete", "Delete it.";
    MembersList = "org.members.list", "See its members and invitations.";
    MembersInvite = "org.members.invite", "Invite members.";
    MembersRemove = "org.members.remove", "Remove members.";
    MembersUpdateRole = "org.members.update_role", "Change the role of members.";
    PermissionsManage = "org.permissions.manage", "Manage custom roles.";
    BillingView = "org.billing.view", "See the subscription and invoices.";
    BillingManage = "org.billing.manage", "Change the plan and pay.";
    StorageList = "org.storage.list", "See storage connections.";
    StorageCreate = "org.storage.create", "Create storage connections.";
    StorageDelete = "org.storage.delete", "Delete storage connections.";
    DnsList = "org.dns.list", "See DNS connections.";
    DnsCreate = "org.dns.create", "Create DNS connections.";
    DnsDelete = "org.dns.delete", "Delete DNS connections.";
    GitList = "org.git.list", "See Git connections.";
    GitCreate = "org.git.create", "Create Git connections.";
    GitDelete = "org.git.delete", "Delete Git connections.";
    AddonsReposList = "org.addons_repos.list", "See add-on repositories.";
    AddonsReposCreate = "org.addons_repos.create", "Create add-on repositories.";
    AddonsReposDelete = "org.addons_repos.delete", "Delete add-on repositories.";
    QuotaView = "org.quota.view", "See quotas and usage.";
    QuotaConsume = "org.quota.consume", "Consume, release and reserve quota.";
    ResourcesList = "org.resources.list", "See resources.";
    ResourcesCreate = "org.resources.create", "Create resources.";
    ResourcesUpdate = "org.resources.update", "Change resources.";
    ResourcesDelete = "org.resources.delete", "Delete resources.";
    AuditView = "org.audit.view", "See the audit log.";
    AuditExport = "org.audit.export", "Export the audit log.";
    ApiKeysManage = "org.api_keys.manage", "Manage API keys.";
    WebhooksManage = "org.webhooks.manage", "Manage outgoing webhooks.";
    NotificationsManage = "org.notifications.manage", "Manage notification settings.";
}
