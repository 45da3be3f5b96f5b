//! Publishing a draft: first the preview of what it changes and for whom, then the publication, which quotes the
//! preview's hash so that nobody publishes something that they have not seen (CAT-4).

use bursar_entities::enums::SubscriptionStatus;
use bursar_entities::ids::PlanId;
use bursar_entities::{plan, plan_subscription, plan_version};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use sha2::{Digest, Sha256};

use super::document::Terms;
use super::draft::{Draft, draft_of};
use super::edit::lock_plan_in_tx;
use super::error::CatalogError;
use super::read;
use super::stored::terms_of;
use super::terms::{Change, changes};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::authorize_system_admin;
use crate::domain::audit::{Entry, append_in_tx};
use crate::error::{Error, Result};

/// What publishing the draft of a plan would do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Stands for all of this and for the draft's whole content; publishing must quote it.
    pub hash: String,
    /// The draft.
    pub version: plan_version::Model,
    /// How the draft differs from what is published.
    pub changes: Vec<Change>,
    /// Live subscriptions to earlier versions, which stay on them.
    pub subscribers_on_earlier_versions: u64,
}

/// The states in which an organization counts as a plan's subscriber.
pub(super) const LIVE: [SubscriptionStatus; 6] = [
    SubscriptionStatus::Trial,
    SubscriptionStatus::Active,
    SubscriptionStatus::PastDue,
    SubscriptionStatus::Suspended,
    SubscriptionStatus::Paused,
    SubscriptionStatus::Cancelling,
];

/// What publishing the draft of the plan called `key` would do.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN` for all but system admins, `NOT_FOUND` for an unknown plan,
/// `PRECONDITION_FAILED` when it has no draft.
pub async fn preview_publication(app: &App, actor: &Actor, key: &str) -> Result<Preview> {
    authorize_system_admin(actor)?;
    let db = app.db.reader();
    let found = read::plan_by_key(db, key).await?;
    let plan = found.ok_or_else(|| Error::not_found("The plan"))?;
    Ok(Publication::load(db, plan).await?.preview())
}

/// Publishes the draft of the plan called `key` if it is still as previewed; the version published before is archived
/// and its subscribers stay on it.
///
/// # Errors
/// As [`preview_publication`]; `CONFLICT` when draft, base or subscribers have changed since the preview,
/// `PRECONDITION_FAILED` when the draft changes nothing.
pub async fn publish_plan(
    app: &App,
    actor: &Actor,
    key: &str,
    preview_hash: &str,
) -> Result<(plan::Model, plan_version::Model)> {
    authorize_system_admin(actor)?;
    let tx = app.db.begin().await?;
    let plan = lock_plan_in_tx(&*tx, key).await?;
    let publication = Publication::load(&*tx, plan).await?;
    let preview = publication.preview();
    if preview.hash != preview_hash {
        return Err(CatalogError::PreviewOutdated.into());
    }
    if publication.base.is_some() && preview.changes.is_empty() {
        return Err(CatalogError::NothingToPublish(key.to_owned()).into());
    }
    let Publication { plan, draft, .. } = publication;
    let version = draft.publish_in_tx(&*tx, app.now()).await?;
    let mut entry = Entry::new("plan_version_published", "plan_version")
        .resource(version.id.0, format!("{key} {}", version.number));
    for change in preview.changes {
        entry = entry.change(&change.path, change.before, change.after);
    }
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok((plan, version))
}

/// A draft beside what it would replace.
struct Publication {
    plan: plan::Model,
    draft: Draft,
    terms: Terms,
    base: Option<(plan_version::Model, Terms)>,
    subscribers: u64,
}

impl Publication {
    async fn load(connection: &impl ConnectionTrait, plan: plan::Model) -> Result<Self> {
        let draft = draft_of(connection, plan.id).await?;
        let draft = draft.ok_or_else(|| CatalogError::NoDraft(plan.key.clone()))?;
        let meters = read::meters(connection).await?;
        let base = match read::current_version(connection, plan.id).await? {
            Some(version) => {
                let terms = terms_of(connection, &version, &meters).await?;
                Some((version, terms))
            }
            None => None,
        };
        Ok(Self {
            terms: terms_of(connection, draft.version(), &meters).await?,
            subscribers: subscribers(connection, plan.id).await?,
            plan,
            draft,
            base,
        })
    }

    fn preview(&self) -> Preview {
        let before = self
            .base
            .as_ref()
            .map(|(_, terms)| terms.facts())
            .unwrap_or_default();
        let base = self.base.as_ref().map(|(version, _)| version.id.0);
        Preview {
            hash: hash(&serde_json::json!({
                "plan": self.plan.id.0,
                "draft": self.draft.version().id.0,
                "terms": self.terms.facts(),
                "base": base,
                "baseTerms": before,
                "subscribers": self.subscribers,
            })),
            version: self.draft.version().clone(),
            changes: changes(&before, &self.terms.facts()),
            subscribers_on_earlier_versions: self.subscribers,
        }
    }
}

/// SHA-256 of a JSON value, whose objects `serde_json` keeps sorted by key.
fn hash(value: &serde_json::Value) -> String {
    hex::encode(Sha256::digest(value.to_string().as_bytes()))
}

/// Live subscriptions to a plan; none of them can be to its draft.
async fn subscribers(connection: &impl ConnectionTrait, plan: PlanId) -> Result<u64> {
    let live = plan_subscription::Entity::find()
        .filter(plan_subscription::Column::PlanId.eq(plan))
        .filter(plan_subscription::Column::Status.is_in(LIVE));
    Ok(live.count(connection).await?)
}
