//! PostgreSQL: the template is a database of the throwaway cluster, made once under an advisory lock.

use sea_orm::sqlx::postgres::PgConnection;
use sea_orm::sqlx::{self, AssertSqlSafe, Connection as _, Row as _};
use uuid::Uuid;

use super::template;

/// Names the cluster that tests may create databases in, as its superuser.
const VARIABLE: &str = "BURSAR_TEST_POSTGRES_URL";

/// The advisory lock of whoever makes the template.
const LOCK: i64 = 0x0b75_a12e;

fn admin_url() -> String {
    std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!("{VARIABLE} is not set: run the tests by `cargo xtask test`, which starts a throwaway PostgreSQL")
    })
}

async fn admin() -> PgConnection {
    PgConnection::connect(&admin_url())
        .await
        .expect("the throwaway PostgreSQL answers")
}

async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql.clone()))
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The address of the database called `name`.
pub(super) fn url_of(name: &str) -> String {
    let admin = admin_url();
    let (server, _) = admin
        .rsplit_once('/')
        .expect("the address ends with a database");
    format!("{server}/{name}")
}

#[expect(
    clippy::disallowed_methods,
    reason = "processes that know nothing of each other need different names"
)]
fn new_name() -> String {
    format!("t_{}", Uuid::new_v4().simple())
}

pub(super) async fn create_empty() -> String {
    let name = new_name();
    run(&mut admin().await, format!("CREATE DATABASE {name}")).await;
    name
}

/// Ends every connection to the database called `name` and lets nobody in, or lets them in again.
pub(super) async fn allow_connections(name: &str, allowed: bool) {
    let mut connection = admin().await;
    run(
        &mut connection,
        format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}"),
    )
    .await;
    if !allowed {
        let end = format!(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'"
        );
        run(&mut connection, end).await;
    }
}

/// Copies the template, making it first when this build has none; the copy's name.
pub(super) async fn copy_template() -> String {
    let mut connection = admin().await;
    let template = format!("template_{}", template::key());
    if !is_finished(&mut connection, &template).await {
        run(&mut connection, format!("SELECT pg_advisory_lock({LOCK})")).await;
        if !is_finished(&mut connection, &template).await {
            make(&mut connection, &template).await;
        }
        run(
            &mut connection,
            format!("SELECT pg_advisory_unlock({LOCK})"),
        )
        .await;
    }
    let name = new_name();
    run(
        &mut connection,
        format!("CREATE DATABASE {name} TEMPLATE {template}"),
    )
    .await;
    name
}

async fn is_finished(connection: &mut PgConnection, template: &str) -> bool {
    sqlx::query("SELECT datistemplate FROM pg_database WHERE datname = $1")
        .bind(template)
        .fetch_optional(connection)
        .await
        .expect("the list of databases")
        .is_some_and(|row| row.get::<bool, _>(0))
}

async fn make(connection: &mut PgConnection, template: &str) {
    run(connection, format!("DROP DATABASE IF EXISTS {template}")).await;
    run(connection, format!("CREATE DATABASE {template}")).await;
    template::fill(&url_of(template)).await;
    run(
        connection,
        format!("ALTER DATABASE {template} IS_TEMPLATE true"),
    )
    .await;
}

/// Drops the database, from within or without a runtime, whoever is still connected.
pub(super) fn drop_database(name: &str) {
    let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    let dropped = std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(async { run(&mut admin().await, sql).await });
    })
    .join();
    assert!(
        dropped.is_ok() || std::thread::panicking(),
        "the database {name} could not be dropped"
    );
}
