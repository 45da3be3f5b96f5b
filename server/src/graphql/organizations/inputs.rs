//! What is asked of organizations, and how it reads in the domain.

use async_graphql::{Enum, ID, InputObject, MaybeUndefined};

use super::SubscriptionStatus;
use crate::domain::organizations::{
    self, Deleted, Edit, NewOrganization, Order, OrderField, Patch,
};
use crate::error::{Code, Error, Result};
use crate::graphql::scalars::JsonObject;

/// Which organizations are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrganizationFilter {
    /// Whose name or slug contains this, whatever the case.
    text: Option<String>,
    /// Whose plan has this key, such as `professional`.
    plan_key: Option<String>,
    /// Whose subscription is in this state.
    status: Option<SubscriptionStatus>,
    /// That are switched on, or off.
    is_active: Option<bool>,
    /// That are archived, or not.
    archived: Option<bool>,
    /// Deleted ones, instead of those that are not; for system admins.
    deleted: Option<bool>,
}

impl OrganizationFilter {
    pub(super) fn into_domain(self) -> Result<organizations::Filter> {
        let has_nul = |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains('\0'));
        if has_nul(&self.text) || has_nul(&self.plan_key) {
            return Err(Error::new(
                Code::BadRequest,
                "A filter cannot hold the character U+0000",
            ));
        }
        Ok(organizations::Filter {
            text: self.text,
            plan_key: self.plan_key,
            status: self.status.map(Into::into),
            is_active: self.is_active,
            archived: self.archived,
            deleted: match self.deleted {
                Some(true) => Deleted::Only,
                Some(false) | None => Deleted::No,
            },
            own: false,
        })
    }
}

/// What organizations can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "OrderField")]
pub enum OrganizationOrderField {
    /// When they were created.
    CreatedAt,
    /// Their names, as the database compares text.
    Name,
}

/// Which way a list runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OrderDirection {
    /// From the smallest to the largest.
    Asc,
    /// From the largest to the smallest.
    Desc,
}

/// The order of a list of organizations.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct OrganizationOrder {
    /// What is compared.
    field: OrganizationOrderField,
    /// Which way.
    direction: OrderDirection,
}

impl From<OrganizationOrder> for Order {
    fn from(order: OrganizationOrder) -> Self {
        Self {
            field: order.field.into(),
            descending: order.direction == OrderDirection::Desc,
        }
    }
}

/// A new organization, owned by whoever asks.
#[derive(InputObject)]
pub struct CreateOrganizationInput {
    /// Display name, 1 to 255 characters.
    name: String,
    /// Unique name in addresses: 1 to 100 small letters, digits and hyphens.
    slug: String,
    /// Plain text.
    description: Option<String>,
    /// An http or https address.
    website: Option<String>,
    /// The http or https address of a picture, at most 512 characters.
    logo_url: Option<String>,
    /// Where invoices go; the owner's address when absent.
    billing_email: Option<String>,
    /// First settings; see `updateOrganization` for the keys that are validated.
    settings: Option<JsonObject>,
}

impl From<CreateOrganizationInput> for NewOrganization {
    fn from(input: CreateOrganizationInput) -> Self {
        Self {
            name: input.name,
            slug: input.slug,
            description: input.description,
            website: input.website,
            logo_url: input.logo_url,
            billing_email: input.billing_email,
            settings: input.settings.map(|object| object.0).unwrap_or_default(),
        }
    }
}

/// A partial change of an organization: fields that are absent stay; null empties a field that may be empty.
#[derive(InputObject)]
pub struct UpdateOrganizationInput {
    /// The organization.
    pub(super) organization_id: ID,
    /// The `version` that the change was made from; another one is a `CONFLICT`, never an overwrite.
    pub(super) expected_version: i32,
    /// Display name, 1 to 255 characters.
    name: Option<String>,
    /// Unique name in addresses; frozen once a resource has been created under it.
    slug: Option<String>,
    /// Plain text.
    description: MaybeUndefined<String>,
    /// An http or https address.
    website: MaybeUndefined<String>,
    /// The http or https address of a picture, at most 512 characters.
    logo_url: MaybeUndefined<String>,
    /// Where invoices go.
    billing_email: Option<String>,
    /// Settings to lay over the present ones; null removes a key. Validated keys: `timezone` (IANA),
    /// `default_storage_provider` (`aws_s3`, `cloudflare_r2`, `backblaze_b2`, `minio`, `sftp`, `ftp`), `default_server_id`,
    /// `default_git_connection_id` (of this organization), `notification_email`, `locale` (`en`, `fr`, `vi`),
    /// `require_two_factor` (the owner's: who manages the organization without two-factor authentication changes nothing
    /// any more). Others are kept as they are.
    settings: Option<JsonObject>,
}

impl From<UpdateOrganizationInput> for Patch {
    fn from(input: UpdateOrganizationInput) -> Self {
        let edit = |field| match field {
            MaybeUndefined::Undefined => Edit::Keep,
            MaybeUndefined::Null => Edit::Clear,
            MaybeUndefined::Value(text) => Edit::Set(text),
        };
        Self {
            name: input.name,
            slug: input.slug,
            description: edit(input.description),
            website: edit(input.website),
            logo_url: edit(input.logo_url),
            billing_email: input.billing_email,
            settings: input.settings.map(|object| object.0).unwrap_or_default(),
        }
    }
}

/// To whom an organization is handed over.
#[derive(InputObject)]
pub struct TransferOrganizationOwnershipInput {
    /// The organization.
    pub(super) organization_id: ID,
    /// The id of the user who becomes its owner; another member.
    pub(super) new_owner_id: ID,
    /// The exact phrase `transfer ownership`.
    pub(super) confirmation: String,
}
