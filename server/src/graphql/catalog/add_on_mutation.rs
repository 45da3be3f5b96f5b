//! Mutations of add-ons, for system admins.

use async_graphql::{Context, Object, SimpleObject};
use bursar_entities::add_on;

use super::add_on::AddOn;
use super::add_on_input::{ArchiveAddOnInput, CreateAddOnInput, UpdateAddOnInput};
use crate::domain::catalog;
use crate::graphql::context::RequestContext;
use crate::graphql::payload::{Payload, UserError, settle};

macro_rules! add_on_payload {
    ($payload:ident, $mutation:literal) => {
        #[doc = concat!("The answer to `", $mutation, "`.")]
        #[derive(Clone, Debug, SimpleObject)]
        pub struct $payload {
            /// The add-on; null when it was refused.
            add_on: Option<AddOn>,
            /// What the caller's user can mend.
            user_errors: Vec<UserError>,
        }

        impl Payload for $payload {
            type Outcome = add_on::Model;

            fn done(add_on: add_on::Model) -> Self {
                Self {
                    add_on: Some(add_on.into()),
                    user_errors: Vec::new(),
                }
            }

            fn refused(user_errors: Vec<UserError>) -> Self {
                Self {
                    add_on: None,
                    user_errors,
                }
            }
        }
    };
}

add_on_payload!(CreateAddOnPayload, "createAddOn");
add_on_payload!(UpdateAddOnPayload, "updateAddOn");
add_on_payload!(ArchiveAddOnPayload, "archiveAddOn");

/// Mutations of add-ons.
#[derive(Clone, Copy, Debug, Default)]
pub struct AddOnMutation;

#[Object]
impl AddOnMutation {
    /// Makes an add-on, which is on sale at once. For system admins.
    async fn create_add_on(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The add-on.")] input: CreateAddOnInput,
    ) -> async_graphql::Result<CreateAddOnPayload> {
        let new = input.into();
        settle(catalog::create_add_on(ctx.app(), ctx.actor(), new).await)
    }

    /// Changes an add-on. What it adds is fixed while an organization has it. For system admins.
    async fn update_add_on(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] input: UpdateAddOnInput,
    ) -> async_graphql::Result<UpdateAddOnPayload> {
        let key = input.add_on_key.clone();
        let updated = catalog::update_add_on(ctx.app(), ctx.actor(), &key, input.into()).await;
        ctx.loaders().catalog.forget_add_ons().await;
        settle(updated)
    }

    /// Withdraws an add-on from sale; whoever has it keeps it. For system admins.
    async fn archive_add_on(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which add-on.")] input: ArchiveAddOnInput,
    ) -> async_graphql::Result<ArchiveAddOnPayload> {
        let archived = catalog::archive_add_on(ctx.app(), ctx.actor(), &input.add_on_key).await;
        ctx.loaders().catalog.forget_add_ons().await;
        settle(archived)
    }
}
