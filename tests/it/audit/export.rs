//! The log as a file (AUD-2): who may have it, what is in it, and how it is written down.

use bursar::actor::Actor;
use bursar::domain::audit::{Entry, append_in_tx};
use bursar_entities::ids::OrganizationId;
use bursar_tests::{Client, Organization, TestApp, both_databases};
use serde_json::{Value, json};

use super::{entries, flow};

async fn get(client: &Client, file: &str, parameters: &[(&str, &str)]) -> reqwest::Response {
    let address = format!("{}/export/{file}", client.server());
    let address = reqwest::Url::parse_with_params(&address, parameters).unwrap();
    let path = format!("{}?{}", address.path(), address.query().unwrap_or_default());
    let request = client.request(reqwest::Method::GET, &path);
    request.send().await.unwrap()
}

/// The code of a refusal, which has the contract's form.
async fn refused(client: &Client, parameters: &[(&str, &str)]) -> (u16, String) {
    let response = get(client, "audit.csv", parameters).await;
    let status = response.status().as_u16();
    assert!(
        response.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("application/json")
    );
    assert!(response.headers().contains_key("x-request-id"));
    let body: Value = response.json().await.unwrap();
    assert!(body["errors"][0]["message"].is_string(), "{body}");
    (
        status,
        body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap()
            .to_owned(),
    )
}

/// The lines of an export as JSON.
async fn lines(client: &Client, parameters: &[(&str, &str)]) -> Vec<Value> {
    let response = get(client, "audit.jsonl", parameters).await;
    assert_eq!(response.status(), 200);
    let text = response.text().await.unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The rows of a CSV, read by the grammar of RFC 4180.
fn csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut letters) = (false, text.chars().peekable());
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {
                assert_eq!(letters.next(), Some('\n'), "lines end with CRLF");
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            letter => cell.push(letter),
        }
    }
    assert!(
        !quoted && cell.is_empty() && row.is_empty(),
        "the last line ends as well"
    );
    rows
}

async fn organization(app: &TestApp) -> Organization {
    app.anonymous
        .sign_up("owner")
        .await
        .create_organization("acme")
        .await
}

/// Writes so many entries, numbered and with this text in each.
async fn write_entries(app: &TestApp, organization: &Organization, count: i64, text: &str) {
    let id = OrganizationId(organization.id.parse().unwrap());
    let tx = app.app.db.begin().await.unwrap();
    for number in 0..count {
        let entry = Entry::new("test", "test")
            .organization(id)
            .value("n", number)
            .value("text", text);
        append_in_tx(&*tx, &app.app, &Actor::system(), entry)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

both_databases! {
    /// Both files hold what the graph tells, newest first, with the right types and names.
    async fn both_files_hold_the_log(app: TestApp) {
        let organization = flow(&app).await;
        let log = entries(&organization, json!({})).await;
        let (client, id) = (&organization.owner.client, organization.id.as_str());
        let parameters = [("organizationId", id)];
        let exported = lines(client, &parameters).await;
        assert_eq!(exported.len(), log.len());
        for (line, entry) in exported.iter().zip(&log) {
            for field in ["id", "sequence", "actor", "action", "resourceType", "resourceId", "resourceName", "details", "ip", "userAgent", "requestId", "hash", "previousHash"] {
                assert_eq!(line[field], entry[field], "{field}");
            }
            assert_eq!(line["organizationId"], json!(id));
            assert_eq!(bursar_tests::moment(&line["timestamp"]), bursar_tests::moment(&entry["timestamp"]));
        }
        let response = get(client, "audit.csv", &parameters).await;
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/csv; charset=utf-8; header=present");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("content-disposition"), format!("attachment; filename=\"audit-{}-20260302T090000Z.csv\"", organization.slug));
        assert!(!response.headers().contains_key("content-length"), "it is streamed");
        let rows = csv(&response.text().await.unwrap());
        assert_eq!(rows[0].len(), 17);
        assert!(rows.iter().all(|row| row.len() == rows[0].len()));
        assert_eq!(rows.len() - 1, log.len());
        for (row, entry) in rows[1..].iter().zip(&log) {
            assert_eq!((&json!(row[0]), &json!(row[6]), &json!(row[16])), (&entry["id"], &entry["action"], &entry["hash"]));
            let details: Value = serde_json::from_str(&row[11]).unwrap();
            assert_eq!(details, entry["details"]);
        }
        let jsonl = get(client, "audit.jsonl", &parameters).await;
        assert_eq!(jsonl.headers()["content-type"], "application/jsonl; charset=utf-8");
    }

    /// The filters are those of the graph.
    async fn the_filters_are_those_of_the_log(app: TestApp) {
        let organization = flow(&app).await;
        let (client, id) = (&organization.owner.client, organization.id.as_str());
        app.advance(chrono::TimeDelta::minutes(1));
        organization.create_resource("project", &[], None).await;
        let count = async |more: &[(&str, &str)]| {
            let all: Vec<(&str, &str)> = [("organizationId", id)].iter().chain(more).copied().collect();
            lines(client, &all).await.len()
        };
        assert_eq!(count(&[("actions", "org_created,org_updated")]).await, 2);
        assert_eq!(count(&[("actions", "org_created"), ("actions", "org_updated")]).await, 2);
        assert_eq!(count(&[("resourceType", "resource")]).await, 3);
        assert_eq!(count(&[("from", "2026-03-02T09:01:00Z")]).await, 1);
        assert_eq!(count(&[("to", "2026-03-02T09:00:00Z")]).await, 0);
        assert_eq!(count(&[("text", "audited & sons")]).await, 1);
        assert_eq!(count(&[("text", "%")]).await, 0);
        let by_owner = entries(&organization, json!({ "actorId": organization.owner.id })).await.len();
        assert_eq!(count(&[("actorId", &organization.owner.id)]).await, by_owner);
    }

    /// With `org.audit.export`, also for an API key; seeing the log is not enough.
    async fn it_takes_the_permission(app: TestApp) {
        let organization = organization(&app).await;
        organization.create_role("viewer", &["org.view", "org.audit.view"]).await;
        let (viewer, stranger) = (organization.add_member("viewer").await, app.anonymous.sign_up("stranger").await);
        let (exporter, reader) = (organization.create_key(&["org.audit.export"]).await, organization.create_key(&["org.audit.view"]).await);
        let own = [("organizationId", organization.id.as_str())];
        assert!(!lines(&exporter.client, &own).await.is_empty());
        assert!(!lines(&organization.add_member("org_admin").await.client, &own).await.is_empty());
        for client in [&viewer.client, &reader.client] {
            assert_eq!(refused(client, &own).await, (403, "FORBIDDEN".to_owned()));
        }
        assert_eq!(refused(&stranger.client, &own).await, (404, "NOT_FOUND".to_owned()));
        assert_eq!(refused(&app.anonymous, &own).await, (401, "UNAUTHENTICATED".to_owned()));
        assert_eq!(refused(&app.anonymous.with_token("nonsense"), &own).await, (401, "UNAUTHENTICATED".to_owned()));
        assert_eq!(refused(&organization.owner.client, &[]).await, (403, "FORBIDDEN".to_owned()));
        let everything = lines(&app.admin().await, &[]).await;
        assert!(everything.iter().any(|line| line["organizationId"].is_null()), "the platform's own as well");
    }

    /// What is not understood is refused before the first byte: a misspelt filter would let everything through.
    async fn what_is_not_understood_is_refused(app: TestApp) {
        let organization = organization(&app).await;
        let client = &organization.owner.client;
        for (name, value, expected) in [
            ("organisationId", organization.id.as_str(), (400, "BAD_REQUEST")),
            ("organizationId", "nonsense", (404, "NOT_FOUND")),
            ("from", "yesterday", (400, "VALIDATION")),
            ("text", "a\0b", (400, "BAD_REQUEST")),
        ] {
            let (status, code) = refused(client, &[("organizationId", &organization.id), (name, value)]).await;
            assert_eq!((status, code.as_str()), expected, "{name}={value}");
        }
        let posted = client.request(reqwest::Method::POST, "/export/audit.csv").send().await.unwrap();
        assert_eq!(posted.status(), 405);
        assert_eq!(posted.headers()["allow"], "GET, HEAD");
        let other = client.request(reqwest::Method::GET, "/export/audit.xml").send().await.unwrap();
        assert_eq!(other.status(), 404);
    }

    /// What strangers typed does not run in a spreadsheet, and breaks no line.
    async fn formulas_are_disarmed(app: TestApp) {
        let organization = organization(&app).await;
        for (version, name) in [(1, "=cmd|' /C calc'!A1"), (2, "@SUM(1+1)*cmd"), (3, "-2+3,\"quoted\""), (4, "plain, \"quoted\"")] {
            let input = json!({ "organizationId": organization.id, "expectedVersion": version, "name": name });
            organization.owner.client.mutate("updateOrganization", input, "organization { version }").await.expect_no_errors();
        }
        let parameters = [("organizationId", organization.id.as_str()), ("actions", "org_updated")];
        let text = get(&organization.owner.client, "audit.csv", &parameters).await.text().await.unwrap();
        let names: Vec<String> = csv(&text)[1..].iter().map(|row| row[10].clone()).collect();
        assert_eq!(names, ["plain, \"quoted\"", "'-2+3,\"quoted\"", "'@SUM(1+1)*cmd", "'=cmd|' /C calc'!A1"]);
        assert!(!text.contains(",=") && !text.contains(",@") && !text.contains(",-"), "{text}");
        // What programs read is exact.
        let exact = lines(&organization.owner.client, &parameters).await;
        assert_eq!(exact[3]["resourceName"], json!("=cmd|' /C calc'!A1"));
    }

    /// Whoever may not export any more gets no more; the reader can tell a part from the whole.
    async fn a_broken_export_is_not_taken_for_a_whole_one(app: TestApp) {
        let organization = organization(&app).await;
        // More than the buffers between the two can hold.
        write_entries(&app, &organization, 1_200, &"x".repeat(20_000)).await;
        let parameters = [("organizationId", organization.id.as_str())];
        let mut response = get(&organization.owner.client, "audit.jsonl", &parameters).await;
        assert_eq!(response.status(), 200);
        let mut arrived = response.chunk().await.unwrap().unwrap().len();
        app.advance(chrono::TimeDelta::days(31));
        let broken = loop {
            match response.chunk().await {
                Ok(Some(chunk)) => arrived += chunk.len(),
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        assert!(broken && arrived < 24_000_000, "{arrived} bytes looked like the whole");
    }

    /// Many pages arrive whole, in order and once, also while others write.
    async fn many_pages_arrive_whole(app: TestApp) {
        let organization = organization(&app).await;
        write_entries(&app, &organization, 1_700, "").await;
        let parameters = [("organizationId", organization.id.as_str()), ("actions", "test")];
        let (exported, _) = tokio::join!(lines(&organization.owner.client, &parameters), organization.create_resource("project", &[], None));
        let numbers: Vec<u64> = exported.iter().map(|line| line["details"]["newValues"]["n"].as_u64().unwrap()).collect();
        assert_eq!(numbers, (0..1_700).rev().collect::<Vec<u64>>());
    }
}
