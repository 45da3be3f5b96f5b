//! Lists of organizations: what is asked for, in which order, page by page. Everybody sees the organizations that they
//! belong to, and system admins see all.

use bursar_entities::enums::SubscriptionStatus;
use bursar_entities::ids::OrganizationId;
use bursar_entities::organization::{Column, Entity, Model};
use bursar_entities::{membership, plan, plan_subscription};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait,
    Select,
};

use crate::actor::{Actor, Identity};
use crate::app::App;
use crate::domain::access::{Permission, authorize_system_admin};
use crate::domain::paging::{CursorKey, Page, PageRequest};
use crate::domain::pattern::containing;
use crate::error::{Code, Error, Result};

/// Which organizations are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Whose name or slug contains this, whatever the case.
    pub text: Option<String>,
    /// Whose plan has this key.
    pub plan_key: Option<String>,
    /// Whose subscription is in this state.
    pub status: Option<SubscriptionStatus>,
    /// That are switched on or off.
    pub is_active: Option<bool>,
    /// That are archived, or not.
    pub archived: Option<bool>,
    /// Deleted ones.
    pub deleted: Deleted,
    /// Only those that the caller belongs to, for a system admin too.
    pub own: bool,
}

/// Whether deleted organizations are wanted, which exist for system admins only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deleted {
    /// None of them.
    #[default]
    No,
    /// Nothing else.
    Only,
    /// They as well, for a system admin.
    Either,
}

impl Filter {
    /// Whatever there is for the caller.
    pub(super) fn existing() -> Self {
        Self {
            deleted: Deleted::Either,
            ..Self::default()
        }
    }
}

/// What a list is ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrderField {
    /// When they were created.
    #[default]
    CreatedAt,
    /// Their names, as the database compares text.
    Name,
}

/// The order of a list. Ties are broken by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// What is compared.
    pub field: OrderField,
    /// From the largest to the smallest.
    pub descending: bool,
}

/// The place of an organization in a list: what the list is ordered by, and the id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In a list by creation.
    CreatedAt(DateTime<Utc>, OrganizationId),
    /// In a list by name.
    Name(String, OrganizationId),
}

impl Place {
    /// Where `row` stands in a list ordered by `field`.
    #[must_use]
    pub fn of(row: &Model, field: OrderField) -> Self {
        match field {
            OrderField::CreatedAt => Self::CreatedAt(row.created_at, row.id),
            OrderField::Name => Self::Name(row.name.clone(), row.id),
        }
    }

    const fn field(&self) -> OrderField {
        match self {
            Self::CreatedAt(..) => OrderField::CreatedAt,
            Self::Name(..) => OrderField::Name,
        }
    }
}

impl CursorKey for Place {
    fn to_text(&self) -> String {
        match self {
            Self::CreatedAt(at, id) => format!("c:{id}:{}", at.timestamp_micros()),
            Self::Name(name, id) => format!("n:{id}:{name}"),
        }
    }

    fn from_text(text: &str) -> Option<Self> {
        let (field, rest) = text.split_once(':')?;
        let (id, value) = rest.split_once(':')?;
        let id = id.parse().ok()?;
        match field {
            "c" => {
                let at = DateTime::from_timestamp_micros(value.parse().ok()?)?;
                Some(Self::CreatedAt(at, id))
            }
            "n" if !value.contains('\0') => Some(Self::Name(value.to_owned(), id)),
            _ => None,
        }
    }
}

/// A page of the organizations that match `filter`.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity, `FORBIDDEN` for deleted organizations for all but system admins, `BAD_REQUEST`
/// for a cursor of a list in another order.
pub async fn list(
    app: &App,
    actor: &Actor,
    filter: &Filter,
    order: Order,
    page: &PageRequest<Place>,
) -> Result<Page<Model>> {
    let select = visible(actor, filter)?;
    let columns = match order.field {
        OrderField::CreatedAt => (Column::CreatedAt, Column::Id),
        OrderField::Name => (Column::Name, Column::Id),
    };
    let mut cursor = select.cursor_by(columns);
    if order.descending {
        cursor.desc();
    }
    for (place, is_after) in [(&page.after, true), (&page.before, false)] {
        match place {
            None => {}
            Some(place) if place.field() != order.field => return Err(other_order()),
            Some(Place::CreatedAt(at, id)) if is_after => drop(cursor.after((*at, *id))),
            Some(Place::CreatedAt(at, id)) => drop(cursor.before((*at, *id))),
            Some(Place::Name(name, id)) if is_after => drop(cursor.after((name.as_str(), *id))),
            Some(Place::Name(name, id)) => drop(cursor.before((name.as_str(), *id))),
        }
    }
    if page.from_end {
        cursor.last(page.rows())
    } else {
        cursor.first(page.rows())
    };
    Ok(page.page(cursor.all(app.db.reader()).await?))
}

/// How many organizations match `filter`.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn count(app: &App, actor: &Actor, filter: &Filter) -> Result<u64> {
    Ok(visible(actor, filter)?.count(app.db.reader()).await?)
}

/// The organizations that `actor` may see and that match `filter`.
pub(super) fn visible(actor: &Actor, filter: &Filter) -> Result<Select<Entity>> {
    actor.require_identity()?;
    let mut select = Entity::find();
    match filter.deleted {
        Deleted::Only => {
            authorize_system_admin(actor)?;
            select = select.filter(Column::DeletedAt.is_not_null());
        }
        Deleted::Either if actor.is_system_admin() => {}
        Deleted::No | Deleted::Either => select = select.filter(Column::DeletedAt.is_null()),
    }
    match &actor.identity {
        Identity::User(user) if filter.own || !user.is_system_admin => {
            let mine = membership::Entity::find()
                .select_only()
                .column(membership::Column::OrganizationId)
                .filter(membership::Column::UserId.eq(user.id));
            select = select.filter(Column::Id.in_subquery(mine.into_query()));
        }
        Identity::ApiKey(key) => {
            select = select.filter(Column::Id.eq(key.scope.organization));
            if !key.scope.permissions.contains(Permission::OrgView) {
                select = select.filter(Expr::value(false));
            }
        }
        _ => {}
    }
    if let Some(text) = &filter.text {
        select = select.filter(contains(text));
    }
    if let Some(is_active) = filter.is_active {
        select = select.filter(Column::IsActive.eq(is_active));
    }
    if let Some(archived) = filter.archived {
        select = select.filter(if archived {
            Column::ArchivedAt.is_not_null()
        } else {
            Column::ArchivedAt.is_null()
        });
    }
    if filter.plan_key.is_some() || filter.status.is_some() {
        select = select.filter(Column::Id.in_subquery(subscribed(filter).into_query()));
    }
    Ok(select)
}

/// Name or slug contains `text`. SQLite folds the case of ASCII letters only, so that `text` is also looked for as it
/// was typed.
fn contains(text: &str) -> Condition {
    let lower = text.to_lowercase();
    Condition::any()
        .add(Func::lower(Column::Name.into_expr()).like(containing(&lower)))
        .add(Column::Name.like(containing(text)))
        .add(Column::Slug.like(containing(&lower)))
}

/// The ids of organizations by plan and state of subscription.
fn subscribed(filter: &Filter) -> Select<plan_subscription::Entity> {
    let mut select = plan_subscription::Entity::find()
        .select_only()
        .column(plan_subscription::Column::OrganizationId);
    if let Some(status) = filter.status {
        select = select.filter(plan_subscription::Column::Status.eq(status));
    }
    if let Some(key) = &filter.plan_key {
        let plans = plan::Entity::find()
            .select_only()
            .column(plan::Column::Id)
            .filter(plan::Column::Key.eq(key.as_str()));
        select = select.filter(plan_subscription::Column::PlanId.in_subquery(plans.into_query()));
    }
    select
}

fn other_order() -> Error {
    Error::new(
        Code::BadRequest,
        "This cursor is of a list in another order; start again without it",
    )
}

#[cfg(test)]
mod tests {
    use bursar_entities::ids::OrganizationId;
    use chrono::DateTime;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::Place;
    use crate::domain::paging::{decode, encode};

    proptest! {
        #[test]
        fn cursors_bring_back_what_they_were_made_of(
            name in "[^\\x00]{0,40}",
            micros in 0_i64..4_000_000_000_000_000,
            id in any::<u128>(),
        ) {
            let id = OrganizationId(Uuid::from_u128(id));
            let at = DateTime::from_timestamp_micros(micros).expect("in range");
            for place in [Place::Name(name, id), Place::CreatedAt(at, id)] {
                prop_assert_eq!(decode::<Place>(&encode(&place)).expect("own"), place);
            }
        }
    }
}
