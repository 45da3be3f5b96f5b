//! How far a permission about resources reaches: over the whole organization, or over what lies below named projects
//! (ACC-2). What is out of reach does not exist for whoever asks.

use std::collections::{HashMap, HashSet};

use bursar_entities::ids::{MembershipId, OrganizationId, ResourceId};
use bursar_entities::{membership, membership_project, resource};
use sea_orm::sea_query::{
    CommonTableExpression, Expr, ExprTrait, Query, SelectStatement, UnionType, WithClause,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use super::{Access, Permission, authorize, standings, system_role};
use crate::actor::{Actor, Identity};
use crate::error::{Code, Result};

/// How far a permission reaches in an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Over all of it.
    Everything,
    /// Over these projects and what lies below them; perhaps over none any more.
    Projects(Vec<ResourceId>),
}

/// How far a permission reaches in each organization.
pub type Reaches = HashMap<OrganizationId, Reach>;

impl Reach {
    /// The condition on rows of `resources` that they are within reach.
    #[must_use]
    pub fn condition(&self) -> Condition {
        match self {
            Self::Everything => Condition::all(),
            Self::Projects(projects) => {
                Condition::all().add(resource::Column::Id.in_subquery(below(projects)))
            }
        }
    }

    /// Whether `resource` itself is one of the named projects. Who works in a project does not delete it.
    #[must_use]
    pub fn names(&self, resource: ResourceId) -> bool {
        matches!(self, Self::Projects(projects) if projects.contains(&resource))
    }
}

/// These projects and everything below them. Written as a recursive statement, because how deep it goes is not known.
fn below(projects: &[ResourceId]) -> SelectStatement {
    use resource::Column;
    let mut found = Query::select()
        .column(Column::Id)
        .from(resource::Entity)
        .and_where(Expr::col(Column::Id).is_in(projects.iter().copied()))
        .take();
    let children = Query::select()
        .column((resource::Entity, Column::Id))
        .from(resource::Entity)
        .inner_join(
            "below",
            Expr::col((resource::Entity, Column::ParentId)).equals(("below", "id")),
        )
        .take();
    // Distinct, so that it ends whatever the rows say.
    found.union(UnionType::Distinct, children);
    let table = CommonTableExpression::new()
        .query(found)
        .column("id")
        .table_name("below")
        .to_owned();
    let clause = WithClause::new().recursive(true).cte(table).to_owned();
    Query::select()
        .column("id")
        .from("below")
        .with_cte(clause)
        .take()
}

/// As [`authorize`], for a permission about resources, which may reach over some projects only.
///
/// # Errors
/// As [`authorize`].
pub async fn authorize_resources(
    connection: &impl ConnectionTrait,
    actor: &Actor,
    organization: OrganizationId,
    permission: Permission,
) -> Result<(Access, Reach)> {
    let refused = match authorize(connection, actor, organization, permission).await {
        Ok(access) => return Ok((access, Reach::Everything)),
        Err(error) if error.code == Code::Forbidden => error,
        Err(error) => return Err(error),
    };
    let mut projects = projects_of(connection, actor, &[organization], permission).await?;
    let Some(projects) = projects.remove(&organization) else {
        return Err(refused);
    };
    let access = authorize(connection, actor, organization, Permission::OrgView).await?;
    Ok((access, Reach::Projects(projects)))
}

/// How far `permission` reaches for `actor` in each of `organizations`, in a constant number of statements; those in which
/// it reaches nowhere are absent.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn reaches(
    connection: &impl ConnectionTrait,
    actor: &Actor,
    organizations: &[OrganizationId],
    permission: Permission,
) -> Result<Reaches> {
    let standings = standings(connection, actor, organizations).await?;
    let (whole, part): (Vec<_>, Vec<_>) = standings
        .into_iter()
        .partition(|(_, standing)| standing.allows(permission));
    let part: Vec<OrganizationId> = part.into_iter().map(|(id, _)| id).collect();
    let projects = projects_of(connection, actor, &part, permission).await?;
    let whole = whole.into_iter().map(|(id, _)| (id, Reach::Everything));
    let part = projects.into_iter();
    Ok(whole
        .chain(part.map(|(id, projects)| (id, Reach::Projects(projects))))
        .collect())
}

/// The projects in which the actor's role allows `permission`; organizations in which it is about no projects are absent.
async fn projects_of(
    connection: &impl ConnectionTrait,
    actor: &Actor,
    organizations: &[OrganizationId],
    permission: Permission,
) -> Result<HashMap<OrganizationId, Vec<ResourceId>>> {
    let Identity::User(user) = &actor.identity else {
        return Ok(HashMap::new());
    };
    if organizations.is_empty() {
        return Ok(HashMap::new());
    }
    let own = membership::Entity::find()
        .filter(membership::Column::UserId.eq(user.id))
        .filter(membership::Column::OrganizationId.is_in(organizations.iter().copied()))
        .all(connection)
        .await?;
    let allows = |row: &membership::Model| {
        let role = system_role(&row.role_key);
        role.is_some_and(|role| role.in_projects.contains(permission))
    };
    let own: HashMap<MembershipId, OrganizationId> = own
        .into_iter()
        .filter(allows)
        .map(|row| (row.id, row.organization_id))
        .collect();
    let mut found: HashMap<OrganizationId, Vec<ResourceId>> =
        own.values().map(|id| (*id, Vec::new())).collect();
    if own.is_empty() {
        return Ok(found);
    }
    let named = membership_project::Entity::find()
        .filter(membership_project::Column::MembershipId.is_in(own.keys().copied()))
        .all(connection)
        .await?;
    for row in named {
        if let Some(projects) = own
            .get(&row.membership_id)
            .and_then(|organization| found.get_mut(organization))
        {
            projects.push(row.resource_id);
        }
    }
    Ok(found)
}

/// Those of `resources`, of these organizations, that are within reach.
///
/// # Errors
/// When the database cannot be read.
pub async fn within_reach(
    connection: &impl ConnectionTrait,
    reaches: &Reaches,
    resources: Vec<resource::Model>,
) -> Result<Vec<resource::Model>> {
    let named: Vec<ResourceId> = reaches
        .values()
        .flat_map(|reach| match reach {
            Reach::Everything => &[],
            Reach::Projects(projects) => projects.as_slice(),
        })
        .copied()
        .collect();
    let seen: HashSet<ResourceId> = if named.is_empty() {
        HashSet::new()
    } else {
        let asked = resources.iter().map(|row| row.id);
        let rows = resource::Entity::find()
            .filter(resource::Column::Id.is_in(asked))
            .filter(Reach::Projects(named).condition())
            .all(connection)
            .await?;
        rows.into_iter().map(|row| row.id).collect()
    };
    let visible = |row: &resource::Model| match reaches.get(&row.organization_id) {
        None => false,
        Some(Reach::Everything) => true,
        Some(Reach::Projects(_)) => seen.contains(&row.id),
    };
    Ok(resources.into_iter().filter(visible).collect())
}
