//! The real binary, killed again and again while it removes a deleted organization: it gets there, and its log holds
//! (ORG-6).

use bursar::db::Database;
use bursar_entities::ids::OrganizationId;
use bursar_entities::{organization, usage_record};
use bursar_tests::{Organization, Process, TestDatabase, both_databases};
use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _,
};
use serde_json::json;

/// Enough that a run takes several transactions.
const RECORDS: usize = 20_000;

/// Gives an organization many usage records, and lets it have been deleted a month ago.
async fn age(db: &Database, id: OrganizationId) {
    let one = usage_record::Entity::find_in(id)
        .one(db.reader())
        .await
        .unwrap()
        .unwrap();
    let copies: Vec<_> = (0..RECORDS)
        .map(|n| {
            let idempotency_key = format!("copy-{n}");
            usage_record::Model {
                idempotency_key,
                ..one.clone()
            }
            .into_active_model()
        })
        .collect();
    for some in copies.chunks(500) {
        usage_record::Entity::insert_many(some.to_vec())
            .exec_without_returning(db.reader())
            .await
            .unwrap();
    }
    let row = organization::Entity::find_by_id(id)
        .one(db.reader())
        .await
        .unwrap()
        .unwrap();
    let long_ago = row.deleted_at.unwrap() - TimeDelta::days(31);
    organization::Entity::update_many()
        .col_expr(organization::Column::DeletedAt, Expr::value(long_ago))
        .filter(organization::Column::Id.eq(id))
        .exec(db.reader())
        .await
        .unwrap();
}

async fn deleted(server: &Process) -> Organization {
    let organization = server
        .client()
        .sign_up("owner")
        .await
        .create_organization("gone")
        .await;
    let input = json!({ "organizationId": organization.id, "confirmation": organization.slug });
    let owner = &organization.owner.client;
    owner
        .mutate("deleteOrganization", input, "deletedOrganizationId")
        .await
        .expect_no_errors();
    organization
}

both_databases! {
    /// SIGKILL as soon as something has gone, three times; two servers at the last.
    async fn kill_9_while_purging(backend: Backend) {
        let database = TestDatabase::ready(backend).await;
        let folder = tempfile::tempdir().unwrap();
        let server = Process::serve(folder.path(), &database).await;
        let organization = deleted(&server).await;
        server.kill().await;
        let id = OrganizationId(organization.id.parse().unwrap());
        let db = Database::connect(database.url()).await.unwrap();
        age(&db, id).await;

        let count = || async { usage_record::Entity::find_in(id).count(db.reader()).await.unwrap() };
        let begun = std::time::Instant::now();
        for _ in 0..3 {
            let before = count().await;
            let server = Process::serve(folder.path(), &database).await;
            while before > 0 && count().await == before {
                assert!(begun.elapsed() < std::time::Duration::from_mins(1), "{}", server.output());
            }
            server.kill().await;
        }
        let servers = [Process::serve(folder.path(), &database).await, Process::serve(folder.path(), &database).await];
        while organization::Entity::find_by_id(id).one(db.reader()).await.unwrap().is_some() {
            assert!(begun.elapsed() < std::time::Duration::from_mins(1), "{}", servers[0].output());
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!(usage_record::Entity::find_in(id).count(db.reader()).await.unwrap(), 0);
        db.reader().clone().close().await.unwrap();
        drop(servers);
        let environment = [("BURSAR_DATABASE_URL", database.url()), ("BURSAR_SECRET_KEY", "a-secret-of-the-tests-that-is-long-enough")];
        let verified = Process::run(folder.path(), &["audit", "verify"], &environment).await;
        assert_eq!(verified.code, Some(0), "{}", verified.output);
        assert!(verified.output.contains(&organization.id), "{}", verified.output);
    }
}
