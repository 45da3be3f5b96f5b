//! Loaders of one execution: what look-ahead cannot see is gathered level by level and read in one set-based statement,
//! through the same authorised domain functions as everything else (architecture.md, rule 8).

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_graphql::{Data, Response};
use dataloader::BatchFn;
use dataloader::cached::Loader;
use futures_util::future::BoxFuture;

use crate::actor::Actor;
use crate::app::App;
use crate::error::{Error, Result};

/// Most keys that one statement asks for; above any page of pages.
const LARGEST_SET: usize = 10_000;

/// A use case that reads many at once. What the caller may not see is absent from the map.
pub(crate) type ReadSet<K, V> =
    for<'a> fn(&'a App, &'a Actor, &'a [K]) -> BoxFuture<'a, Result<HashMap<K, V>>>;

/// An error shared by all who waited for the same statement.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct LoadError(pub Arc<Error>);

/// Reads a set of keys on behalf of one request.
pub(crate) struct SetReader<K: 'static, V: 'static> {
    app: App,
    actor: Actor,
    read: ReadSet<K, V>,
}

impl<K, V> BatchFn<K, Result<Option<V>, LoadError>> for SetReader<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    async fn load(&mut self, keys: &[K]) -> HashMap<K, Result<Option<V>, LoadError>> {
        match (self.read)(&self.app, &self.actor, keys).await {
            Ok(mut found) => keys
                .iter()
                .map(|key| (key.clone(), Ok(found.remove(key))))
                .collect(),
            Err(error) => {
                let shared = LoadError(Arc::new(error));
                keys.iter()
                    .map(|key| (key.clone(), Err(shared.clone())))
                    .collect()
            }
        }
    }
}

/// A cached loader over one set-based use case.
pub(crate) struct SetLoader<K: 'static, V: 'static>
where
    K: Clone + Eq + Hash + std::fmt::Debug + Send + Sync,
    V: Clone + Send + Sync,
{
    loader: Loader<K, Result<Option<V>, LoadError>, SetReader<K, V>>,
}

impl<K, V> SetLoader<K, V>
where
    K: Clone + Eq + Hash + std::fmt::Debug + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// A loader for one request.
    pub(crate) fn new(app: &App, actor: &Actor, read: ReadSet<K, V>) -> Self {
        let reader = SetReader {
            app: app.clone(),
            actor: actor.clone(),
            read,
        };
        Self {
            loader: Loader::new(reader).with_max_batch_size(LARGEST_SET),
        }
    }

    /// The value of `key`, if the caller may see it; waits for its siblings and reads them all at once.
    pub(crate) async fn load(&self, key: K) -> Result<Option<V>, LoadError> {
        self.loader.load(key).await
    }

    /// The value of `key`, which must exist because a foreign key says so.
    pub(crate) async fn require(&self, key: K) -> async_graphql::Result<V> {
        let missing = || Error::internal(format!("a row that must exist was not found: {key:?}"));
        let found = self.loader.load(key.clone()).await?;
        Ok(found.ok_or_else(missing)?)
    }

    /// Forgets everything that was read, so that what a mutation has changed is read anew.
    pub(crate) async fn forget_all(&self) {
        self.loader.clear_all().await;
    }

    /// Reads all of `keys` in one statement, for the resolvers below; gives the values that were found. An error is kept
    /// for whoever asks for a key.
    pub(crate) async fn warm(&self, keys: Vec<K>) -> Vec<V> {
        let read = self.loader.load_many(keys).await;
        read.into_values()
            .filter_map(|value| value.ok().flatten())
            .collect()
    }

    /// Puts what look-ahead has read where the resolvers below will ask for it.
    pub(crate) async fn prime(&self, values: impl IntoIterator<Item = (K, Option<V>)> + Send) {
        let known: Vec<_> = values
            .into_iter()
            .map(|(key, value)| (key, Ok(value)))
            .collect();
        self.loader.prime_many(known).await;
    }
}

/// Gives every execution loaders of its own: each request, and each event of a subscription, which may come long after
/// the last and must not see what was cached then.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FreshLoaders;

impl ExtensionFactory for FreshLoaders {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for FreshLoaders {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut data = Data::default();
        if let (Some(app), Some(actor)) = (ctx.data_opt::<App>(), ctx.data_opt::<Actor>()) {
            data.insert(Loaders::new(app, actor));
        }
        next.run_with_data(ctx, operation_name, data).await
    }
}

/// The loaders of one execution, by feature.
pub struct Loaders {
    /// Whoever a mutation of the request has signed in.
    pub(crate) signed_in: super::signed_in::SignedIn,
    /// Of API keys.
    pub(crate) api_keys: super::api_keys::ApiKeyLoaders,
    /// Of the catalog.
    pub(crate) catalog: super::catalog::CatalogLoaders,
    /// Of connections.
    pub(crate) connections: super::connections::ConnectionLoaders,
    /// Of users.
    pub(crate) identity: super::identity::IdentityLoaders,
    /// Of members and invitations.
    pub(crate) members: super::members::MemberLoaders,
    /// Of quotas.
    pub(crate) quotas: super::quotas::QuotaLoaders,
    /// Of resources.
    pub(crate) resources: super::resources::ResourceLoaders,
    /// Of organizations.
    pub(crate) organizations: super::organizations::OrganizationLoaders,
    /// Of roles.
    pub(crate) roles: super::roles::RoleLoaders,
    /// Of subscriptions.
    pub(crate) subscriptions: super::subscriptions::SubscriptionLoaders,
    /// Of usage.
    pub(crate) usage: super::quotas::UsageLoaders,
}

impl Loaders {
    /// Empty loaders for an execution on behalf of `actor`.
    #[must_use]
    pub fn new(app: &App, actor: &Actor) -> Self {
        Self {
            signed_in: super::signed_in::SignedIn::default(),
            api_keys: super::api_keys::ApiKeyLoaders::new(app, actor),
            catalog: super::catalog::CatalogLoaders::new(app, actor),
            connections: super::connections::ConnectionLoaders::new(app, actor),
            identity: super::identity::IdentityLoaders::new(app, actor),
            members: super::members::MemberLoaders::new(app, actor),
            quotas: super::quotas::QuotaLoaders::new(app, actor),
            resources: super::resources::ResourceLoaders::new(app, actor),
            organizations: super::organizations::OrganizationLoaders::new(app, actor),
            roles: super::roles::RoleLoaders::new(app, actor),
            subscriptions: super::subscriptions::SubscriptionLoaders::new(app, actor),
            usage: super::quotas::UsageLoaders::new(app, actor),
        }
    }
}
