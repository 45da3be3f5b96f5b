//! Queries of organizations.

use async_graphql::{Context, ID, Object};
use futures_util::FutureExt;

use super::ahead::read_ahead;
use super::{Organization, OrganizationFilter, OrganizationOrder};
use crate::domain::organizations::{self, Filter, Order, Place};
use crate::domain::paging::{PageArguments, PageRequest};
use crate::error::{Code, Error};
use crate::graphql::context::RequestContext;
use crate::graphql::pagination::{List, list};
use crate::graphql::scalars::parse_id;

/// A page of organizations.
pub(crate) async fn page(
    ctx: &Context<'_>,
    filter: Filter,
    order: Order,
    arguments: &PageArguments,
) -> async_graphql::Result<List<Organization>> {
    let request = PageRequest::new(arguments)?;
    let page = organizations::list(ctx.app(), ctx.actor(), &filter, order, &request).await?;
    read_ahead(ctx, &page.items).await;
    Ok(list(
        page,
        |row| Place::of(row, order.field),
        Organization::from,
        move |app, actor| {
            let filter = filter.clone();
            async move { organizations::count(app, actor, &filter).await }.boxed()
        },
    ))
}

/// Queries of organizations.
#[derive(Clone, Copy, Debug, Default)]
pub struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// One organization, by `id` or by `slug`. One that the viewer does not belong to is `NOT_FOUND`, as one that does
    /// not exist.
    async fn organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id. Give this or the slug.")] id: Option<ID>,
        #[graphql(desc = "Its slug. Give this or the id.")] slug: Option<String>,
    ) -> async_graphql::Result<Option<Organization>> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let found = match (id, slug) {
            (Some(id), None) => {
                organizations::by_id(app, actor, parse_id(&id, "The organization")?).await?
            }
            (None, Some(slug)) => organizations::by_slug(app, actor, &slug).await?,
            _ => {
                let message = "Ask for an organization by `id` or by `slug`, and not by both";
                return Err(Error::new(Code::BadRequest, message).into());
            }
        };
        Ok(Some(found.into()))
    }

    /// The organizations that the viewer belongs to; all of them for a system admin. By creation unless `orderBy` says
    /// otherwise.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments are those of the field"
    )]
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which organizations.")] filter: Option<OrganizationFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<OrganizationOrder>,
        #[graphql(desc = "The first so many, at most 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<List<Organization>> {
        let filter = filter.unwrap_or_default().into_domain()?;
        let order = order_by.map(Order::from).unwrap_or_default();
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
        };
        page(ctx, filter, order, &arguments).await
    }
}
