//! The command line: the first start, the second start, and configurations that cannot work (OPS-1, OPS-2).

use bursar_tests::{Process, TestDatabase, both_databases};
use serde_json::json;

/// The generated password in what was printed: the last word of the line that speaks of it.
fn printed_password(output: &str) -> Option<String> {
    let line = output
        .lines()
        .find(|line| line.to_lowercase().contains("password"))?;
    line.split_whitespace().last().map(ToOwned::to_owned)
}

both_databases! {
    /// The first start migrates, applies the hosting catalog, creates a system admin and prints address and password;
    /// the second start changes nothing and prints no password.
    async fn the_first_start_prints_a_password_once(backend: Backend) {
        let database = TestDatabase::empty(backend).await;
        let folder = tempfile::tempdir().unwrap();
        let first = Process::serve(folder.path(), &database).await;
        let output = first.output();
        let password = printed_password(&output).unwrap_or_else(|| panic!("no password in:\n{output}"));
        assert!(output.contains("admin@bursar.local"), "{output}");
        let admin = first.client().signed_in("admin@bursar.local", &password).await;
        let answer = admin.query("{ viewer { isSystemAdmin } plans(first: 10) { nodes { key } } serverInfo { catalog } }", json!({})).await;
        assert_eq!(answer.data("viewer.isSystemAdmin"), &json!(true));
        assert_eq!(answer.list("plans.nodes").len(), 5, "{answer}");
        assert_eq!(answer.text("serverInfo.catalog"), "hosting");
        first.kill().await;

        let second = Process::serve(folder.path(), &database).await;
        assert_eq!(printed_password(&second.output()), None, "{}", second.output());
        assert!(!second.output().contains(&password), "{}", second.output());
        second.client().signed_in("admin@bursar.local", &password).await;
    }

    /// A configured password is used and never printed.
    async fn a_configured_password_is_not_printed(backend: Backend) {
        let database = TestDatabase::empty(backend).await;
        let folder = tempfile::tempdir().unwrap();
        let environment = [
            ("BURSAR_DATABASE_URL", database.url()),
            ("BURSAR_ADMIN_EMAIL", "root@example.com"),
            ("BURSAR_ADMIN_PASSWORD", "a secret that nobody prints"),
        ];
        let server = Process::serve_with(folder.path(), &environment).await;
        server.client().signed_in("root@example.com", "a secret that nobody prints").await;
        assert!(!server.output().contains("a secret that nobody prints"), "{}", server.output());
    }

    /// Sessions hold over a restart, because the key does.
    async fn sessions_survive_a_restart(backend: Backend) {
        let database = TestDatabase::ready(backend).await;
        let folder = tempfile::tempdir().unwrap();
        let first = Process::serve(folder.path(), &database).await;
        let person = first.client().sign_up("owner").await;
        first.kill().await;
        let second = Process::serve(folder.path(), &database).await;
        let client = second.client().with_token(person.client.token().unwrap());
        assert_eq!(client.query("{ viewer { user { id } } }", json!({})).await.text("viewer.user.id"), person.id);
    }
}

/// Without any setting: a SQLite file and a key below the working directory, readable by nobody else.
#[tokio::test]
async fn defaults_need_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let server = Process::serve_with(folder.path(), &[("BURSAR_SECRET_KEY", "")]).await;
    assert!(folder.path().join("data/bursar.db").is_file());
    let key = folder.path().join("data/secret.key");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let person = server.client().sign_up("owner").await;
    server.kill().await;
    let again = Process::serve_with(folder.path(), &[("BURSAR_SECRET_KEY", "")]).await;
    let client = again.client().with_token(person.client.token().unwrap());
    assert_eq!(
        client
            .query("{ viewer { user { id } } }", json!({}))
            .await
            .text("viewer.user.id"),
        person.id
    );
}

/// Every problem is listed at once, with the variable that is at fault, and the exit code is 2.
#[tokio::test]
async fn every_configuration_problem_is_listed_and_the_exit_code_is_2() {
    let folder = tempfile::tempdir().unwrap();
    let environment = [
        ("BURSAR_DATABASE_URL", "mysql://somewhere"),
        ("BURSAR_LISTEN", "everywhere"),
        ("BURSAR_ADMIN_EMAIL", "nobody"),
        ("BURSAR_SECRET_KEY", "short"),
        ("BURSAR_CATALOG", "no-such-file.toml"),
        ("BURSAR_PUBLIC_URL", "ftp://example.com"),
        ("BURSAR_MAX_DEPTH", "deep"),
        ("BURSAR_TEST_CLOCK", "perhaps"),
    ];
    let ended = Process::run(folder.path(), &["serve"], &environment).await;
    assert_eq!(ended.code, Some(2), "{}", ended.output);
    for (name, _) in environment {
        assert!(
            ended.output.contains(name),
            "{name} is missing from:\n{}",
            ended.output
        );
    }
    assert!(
        !folder.path().join("data").exists(),
        "nothing is created by a start that fails"
    );
}

/// PostgreSQL needs a key that all processes share.
#[tokio::test]
async fn postgres_without_a_key_is_refused_with_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let ended = Process::run(
        folder.path(),
        &["serve"],
        &[("BURSAR_DATABASE_URL", "postgres://127.0.0.1/x")],
    )
    .await;
    assert_eq!(ended.code, Some(2), "{}", ended.output);
    assert!(
        ended.output.contains("BURSAR_SECRET_KEY"),
        "{}",
        ended.output
    );
}

/// `bursar schema` writes the SDL and nothing else.
#[tokio::test]
async fn the_schema_command_writes_the_sdl() {
    let folder = tempfile::tempdir().unwrap();
    let ended = Process::run(folder.path(), &["schema"], &[]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    assert_eq!(
        ended.output.trim_end(),
        bursar::graphql::schema::sdl().trim_end()
    );
}
