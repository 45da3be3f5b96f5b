//! The database schema, one file per change, alike on SQLite and PostgreSQL. Every constraint and index has a name, so
//! that a breach can be told apart in an error message.

mod m20261120_000001_identity;
mod m20261120_000002_organizations;
mod m20261120_000003_catalog;
mod m20261120_000004_subscriptions;
mod m20261120_000005_quotas;
mod m20261120_000006_resources;
mod m20261120_000007_audit;
mod m20261120_000008_quota_engine;
mod m20261120_000009_entitlements;
mod m20261120_000010_usage_history;
mod m20261120_000011_usage_record_rows;
mod m20261120_000012_quota_storage;
mod m20261120_000013_roles;
mod m20261120_000014_api_keys;
mod m20261120_000016_password_resets;
mod m20261120_000017_lifecycle;
mod m20261120_000019_two_factor;
mod m20261120_000020_external_identities;
mod m20261120_000021_connections;
mod m20261120_000022_project_roles;
mod m20261120_000023_failure_policy;
mod terms;

pub use sea_orm_migration::{Migration, MigratorTrait, SchemaManager};

/// All migrations, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn sea_orm_migration::MigrationTrait>> {
        vec![
            Box::new(m20261120_000001_identity::Migration),
            Box::new(m20261120_000002_organizations::Migration),
            Box::new(m20261120_000003_catalog::Migration),
            Box::new(m20261120_000004_subscriptions::Migration),
            Box::new(m20261120_000005_quotas::Migration),
            Box::new(m20261120_000006_resources::Migration),
            Box::new(m20261120_000007_audit::Migration),
            Box::new(m20261120_000008_quota_engine::Migration),
            Box::new(m20261120_000009_entitlements::Migration),
            Box::new(m20261120_000010_usage_history::Migration),
            Box::new(m20261120_000011_usage_record_rows::Migration),
            Box::new(m20261120_000012_quota_storage::Migration),
            Box::new(m20261120_000013_roles::Migration),
            Box::new(m20261120_000014_api_keys::Migration),
            Box::new(m20261120_000016_password_resets::Migration),
            Box::new(m20261120_000017_lifecycle::Migration),
            Box::new(m20261120_000019_two_factor::Migration),
            Box::new(m20261120_000020_external_identities::Migration),
            Box::new(m20261120_000021_connections::Migration),
            Box::new(m20261120_000022_project_roles::Migration),
            Box::new(m20261120_000023_failure_policy::Migration),
        ]
    }
}
