//! Nobody changes the log unnoticed (AUD-3): whatever a hand in the database does, the graph and the command line name the
//! first entry that does not hold.

mod first_form;
mod places;
mod purged;
mod untouched;
mod values;

use bursar_entities::{audit_chain, audit_entry};
use bursar_tests::{Organization, Process, TestApp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Something done to an entry.
type Change = fn(&mut audit_entry::Model);

const VERIFY: &str = "query($id: ID, $witness: AuditWitnessInput) { auditVerification(organizationId: $id, witness: $witness) {
    intact entries firstBroken { sequence entryId fault reason } head { sequence hash } } }";

async fn verify(app: &TestApp, organization: &Organization, witness: Value) -> Value {
    let variables = json!({ "id": organization.id, "witness": witness });
    let answer = app.admin().await.query(VERIFY, variables).await;
    answer.data("auditVerification").clone()
}

/// What `bursar audit verify` prints, and whether it is content.
async fn command(app: &TestApp, arguments: &[&str]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let environment = [
        ("BURSAR_DATABASE_URL", app.database().url()),
        (
            "BURSAR_SECRET_KEY",
            "a-secret-of-the-tests-that-is-long-enough",
        ),
    ];
    let all: Vec<&str> = ["audit", "verify"]
        .iter()
        .chain(arguments)
        .copied()
        .collect();
    let ended = Process::run(folder.path(), &all, &environment).await;
    (ended.code == Some(0), ended.output)
}

/// Insists that the graph and the command line name this entry first.
async fn assert_broken(
    app: &TestApp,
    organization: &Organization,
    fault: &str,
    sequence: i64,
    id: Option<Uuid>,
) {
    let verified = verify(app, organization, json!(null)).await;
    let first = &verified["firstBroken"];
    let found = (&first["fault"], &first["sequence"], &first["entryId"]);
    assert_eq!(
        found,
        (&json!(fault), &json!(sequence), &json!(id)),
        "{verified}"
    );
    assert_eq!(verified["intact"], json!(false));
    let (content, output) = command(app, &[]).await;
    assert!(!content, "{output}");
    let line = output
        .lines()
        .find(|line| line.starts_with("BROKEN"))
        .unwrap_or_default();
    let named = line.contains(&organization.slug) || line.contains(&organization.id);
    assert!(
        named && line.contains(&format!("entry {sequence}")),
        "{output}"
    );
    assert!(
        id.is_none_or(|id| line.contains(&id.to_string())),
        "{output}"
    );
    assert_eq!(output.matches("BROKEN").count(), 1, "{output}");
}

async fn assert_intact(app: &TestApp, organization: &Organization) {
    let verified = verify(app, organization, json!(null)).await;
    assert_eq!(
        (&verified["intact"], &verified["firstBroken"]),
        (&json!(true), &json!(null)),
        "{verified}"
    );
}

/// Writes a row over as it is in `row`.
async fn put(app: &TestApp, row: &audit_entry::Model) {
    let all = row.clone().into_active_model().reset_all();
    audit_entry::Entity::update(all)
        .exec(app.app.db.reader())
        .await
        .unwrap();
}

async fn remove(app: &TestApp, row: &audit_entry::Model) {
    audit_entry::Entity::delete_by_id(row.id)
        .exec(app.app.db.reader())
        .await
        .unwrap();
}

async fn set_end(app: &TestApp, organization: &Organization, sequence: i64, hash: &[u8]) {
    audit_chain::Entity::update_many()
        .col_expr(audit_chain::Column::Sequence, Expr::value(sequence))
        .col_expr(audit_chain::Column::Hash, Expr::value(hash.to_vec()))
        .filter(audit_chain::Column::ChainId.eq(Uuid::parse_str(&organization.id).unwrap()))
        .exec(app.app.db.reader())
        .await
        .unwrap();
}
