//! Looking ahead from a list of organizations: what the operation selects below them is read level by level in
//! set-based statements, into the loaders that the resolvers then ask (architecture.md, rule 8). Whatever this does not
//! foresee, the loaders still gather by themselves; it saves time, not correctness.

use std::collections::HashSet;
use std::hash::Hash;

use async_graphql::{Context, SelectionField, Value};
use bursar_entities::ids::{OrganizationId, UserId};
use bursar_entities::organization::Model;

use crate::domain::paging::{PageArguments, PageRequest};
use crate::graphql::context::RequestContext;
use crate::graphql::loaders::Loaders;

/// Reads what is selected below `organizations`, which are the nodes of the connection that `ctx` resolves. Failures are
/// kept by the loaders and surface at the fields that ask.
pub(super) async fn read_ahead(ctx: &Context<'_>, organizations: &[Model]) {
    let loaders = ctx.loaders();
    let ids: Vec<OrganizationId> = organizations.iter().map(|row| row.id).collect();
    let known = organizations.iter().map(|row| (row.id, Some(row.clone())));
    loaders.organizations.organizations.prime(known).await;
    // Owners and members are read together, so that there is one statement whether or not they are the same people.
    let mut users = Vec::new();
    for node in nodes(ctx.field()) {
        for field in node.selection_set() {
            match field.name() {
                "quotas" | "quota" => drop(loaders.quotas.quotas.warm(ids.clone()).await),
                "subscription" => subscriptions(loaders, &ids, field).await,
                "members" => users.extend(members(loaders, &ids, field).await),
                "owner" => users.extend(organizations.iter().map(|row| row.owner_id)),
                "memberCount" => drop(loaders.organizations.member_counts.warm(ids.clone()).await),
                _ => {}
            }
        }
    }
    if !users.is_empty() {
        drop(
            loaders
                .identity
                .users
                .warm(distinct(users.into_iter()))
                .await,
        );
    }
}

/// The selections of the nodes of a connection, by edges or directly.
fn nodes(connection: SelectionField<'_>) -> Vec<SelectionField<'_>> {
    let below = |field: SelectionField<'_>, name: &str| field.name() == name;
    let mut nodes = Vec::new();
    for field in connection.selection_set() {
        if below(field, "nodes") {
            nodes.push(field);
        } else if below(field, "edges") {
            nodes.extend(field.selection_set().filter(|field| below(*field, "node")));
        }
    }
    nodes
}

async fn subscriptions(loaders: &Loaders, ids: &[OrganizationId], field: SelectionField<'_>) {
    let found = loaders
        .subscriptions
        .of_organizations
        .warm(ids.to_vec())
        .await;
    let rows = || found.iter().flatten();
    for below in field.selection_set() {
        match below.name() {
            "plan" => {
                let plans = distinct(rows().map(|row| row.plan_id));
                drop(loaders.catalog.plans.warm(plans).await);
            }
            "planVersion" => {
                let versions = distinct(rows().map(|row| row.plan_version_id));
                drop(loaders.catalog.versions.warm(versions.clone()).await);
                for part in below.selection_set() {
                    match part.name() {
                        "limits" => drop(loaders.catalog.limits.warm(versions.clone()).await),
                        "prices" => drop(loaders.catalog.prices.warm(versions.clone()).await),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// Reads the pages of members, and gives the users among them that are selected.
async fn members(
    loaders: &Loaders,
    ids: &[OrganizationId],
    field: SelectionField<'_>,
) -> Vec<UserId> {
    let Some(request) = arguments(&field).and_then(|arguments| PageRequest::new(&arguments).ok())
    else {
        return Vec::new();
    };
    let wanted = ids.iter().map(|id| (*id, request.clone())).collect();
    let pages = loaders.members.members.warm(wanted).await;
    if nodes(field)
        .iter()
        .any(|node| node.selection_set().any(|field| field.name() == "user"))
    {
        let rows = pages.iter().flat_map(|page| page.items.iter());
        return rows.map(|row| row.user_id).collect();
    }
    Vec::new()
}

/// The arguments of a connection; none when they are not well formed, which its resolver will tell.
fn arguments(field: &SelectionField<'_>) -> Option<PageArguments> {
    let mut arguments = PageArguments::default();
    for (name, value) in field.arguments().ok()? {
        let number = |value: &Value| match value {
            Value::Number(number) => number
                .as_i64()
                .and_then(|number| i32::try_from(number).ok()),
            _ => None,
        };
        let text = |value: Value| match value {
            Value::String(text) => Some(text),
            _ => None,
        };
        match name.as_str() {
            "first" => arguments.first = number(&value),
            "last" => arguments.last = number(&value),
            "after" => arguments.after = text(value),
            "before" => arguments.before = text(value),
            _ => {}
        }
    }
    Some(arguments)
}

fn distinct<T: Copy + Eq + Hash>(values: impl Iterator<Item = T>) -> Vec<T> {
    values.collect::<HashSet<T>>().into_iter().collect()
}
