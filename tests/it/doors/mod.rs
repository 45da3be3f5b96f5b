//! The doors, from the outside, with our own schema behind them: one clear error for each way of being wrong, and a
//! server that goes on.

use bursar_tests::{Live, TestApp, both_databases};
use reqwest::{Method, StatusCode};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

/// Sends a raw body and gives status and code of the first error.
async fn post(app: &TestApp, content_type: &str, body: String) -> (StatusCode, Option<String>) {
    let request = app
        .anonymous
        .request(Method::POST, "/graphql")
        .header("Content-Type", content_type);
    let response = request
        .header("Accept", "application/graphql-response+json")
        .body(body)
        .send()
        .await
        .unwrap();
    let status = response.status();
    let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default();
    let error = body.get(0).unwrap_or(&body)["errors"][0]["extensions"]["code"]
        .as_str()
        .map(ToOwned::to_owned);
    (status, error)
}

fn query(document: &str) -> String {
    json!({ "query": document }).to_string()
}

/// Each fragment selects the next one twice: 2^22 fields when followed.
fn fragment_bomb() -> String {
    let mut fragments = vec!["query { ...F0 }".to_owned()];
    fragments
        .extend((0..22).map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }}", n + 1)));
    fragments.push("fragment F22 on Query { __typename }".to_owned());
    fragments.join(" ")
}

both_databases! {
    /// Bad input of every kind: a clear error of the right form each, quickly, and the server answers afterwards.
    async fn bad_input_is_refused_and_harms_nothing(app: TestApp) {
        let aliases: Vec<String> = (0..500).map(|n| format!("a{n}: serverInfo {{ version }}")).collect();
        let nested = format!("{{ __schema {{ types {} }} }}", "{ fields { type ".repeat(20) + "{ name }" + &"} }".repeat(20));
        let batch = Value::Array(vec![json!({ "query": "{ serverInfo { version } }" }); 50]).to_string();
        let as_json = "application/json";
        for (what, content_type, body, status, code) in [
            ("malformed JSON", as_json, "{ \"query\": ".to_owned(), StatusCode::BAD_REQUEST, "BAD_REQUEST"),
            ("no query", as_json, "{}".to_owned(), StatusCode::BAD_REQUEST, "BAD_REQUEST"),
            ("a syntax error", as_json, query("{ serverInfo {"), StatusCode::BAD_REQUEST, "BAD_REQUEST"),
            ("an unknown field", as_json, query("{ nothing }"), StatusCode::BAD_REQUEST, "BAD_REQUEST"),
            ("a wrong type", as_json, query("{ plan(key: 7) { id } }"), StatusCode::BAD_REQUEST, "BAD_REQUEST"),
            ("a missing argument", as_json, query("{ plan { id } }"), StatusCode::BAD_REQUEST, "BAD_REQUEST"),
            ("2 MB", as_json, query(&" ".repeat(2 << 20)), StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST"),
            ("40 levels", as_json, query(&nested), StatusCode::BAD_REQUEST, "TOO_COMPLEX"),
            ("500 aliases", as_json, query(&format!("{{ {} }}", aliases.join(" "))), StatusCode::BAD_REQUEST, "TOO_COMPLEX"),
            ("a fragment bomb", as_json, query(&fragment_bomb()), StatusCode::BAD_REQUEST, "TOO_COMPLEX"),
            ("a batch of 50", as_json, batch, StatusCode::BAD_REQUEST, "BAD_REQUEST"),
            ("plain text", "text/plain", query("{ serverInfo { version } }"), StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST"),
        ] {
            let started = std::time::Instant::now();
            let answer = post(&app, content_type, body).await;
            assert_eq!(answer, (status, Some(code.to_owned())), "{what}");
            assert!(started.elapsed().as_secs() < 5, "{what} took {:?}", started.elapsed());
        }
        let fine = app.anonymous.query("{ serverInfo { version } }", json!({})).await;
        assert!(!fine.text("serverInfo.version").is_empty());
    }

    /// Queries may come by GET; mutations by POST with JSON alone, so that no page of another origin can cause one.
    async fn mutations_come_by_post_alone(app: TestApp) {
        let person = app.anonymous.sign_up("owner").await;
        let ask = |document: &'static str| {
            let encoded: Vec<String> = document.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let request = person.client.request(Method::GET, &format!("/graphql?query={}", encoded.concat()));
            async move { request.send().await.unwrap() }
        };
        assert_eq!(ask("{ viewer { user { id } } }").await.status(), 200);
        let mutation = ask("mutation { createOrganization(input: { name: \"x\", slug: \"by-get\" }) { organization { id } } }").await;
        assert_eq!(mutation.status(), StatusCode::METHOD_NOT_ALLOWED);
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            let body = query("mutation { signOut(input: { refreshToken: \"x\" }) { signedOut } }");
            let (status, _) = post(&app, content_type, body).await;
            assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type}");
        }
        let slugs = person.client.query("{ organizations(first: 10) { totalCount } }", json!({})).await;
        assert_eq!(slugs.data("organizations.totalCount"), &json!(1), "nothing was created");
    }

    /// The caller's request id is echoed and lands in the audit log; without one the server makes its own.
    async fn request_ids_lead_from_the_answer_to_the_log(app: TestApp) {
        let person = app.anonymous.sign_up("owner").await;
        let body = json!({ "query": "mutation { createOrganization(input: { name: \"Traced\", slug: \"traced\" }) { organization { id } } }" });
        let response = person.client.request(Method::POST, "/graphql").header("X-Request-Id", "trace-me-42").json(&body).send().await.unwrap();
        assert_eq!(response.headers()["x-request-id"], "trace-me-42");
        let answer: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        let id = &answer["data"]["createOrganization"]["organization"]["id"];
        let log = person.client.query("query($id: ID!) { organization(id: $id) { auditLog(first: 10) { nodes { requestId } } } }", json!({ "id": id })).await;
        assert!(log.list("organization.auditLog.nodes").iter().all(|entry| entry["requestId"] == "trace-me-42"), "{log}");
        let own = app.anonymous.request(Method::GET, "/healthz").send().await.unwrap();
        assert!(!own.headers()["x-request-id"].is_empty());
    }

    /// What is our fault tells nothing of the inside, but the request's id, which leads to the log.
    async fn our_own_failures_carry_the_request_id_and_nothing_else(app: TestApp) {
        app.app.db.reader().execute_unprepared("ALTER TABLE catalog_state RENAME TO gone").await.unwrap();
        let request = app.anonymous.request(Method::POST, "/graphql").header("X-Request-Id", "trace-me-43");
        let response = request.json(&json!({ "query": "{ serverInfo { version } }" })).send().await.unwrap();
        let text = response.text().await.unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["errors"][0]["extensions"], json!({ "code": "INTERNAL", "requestId": "trace-me-43" }));
        assert!(!text.contains("catalog_state"), "{text}");
    }

    /// Health and readiness.
    async fn health_and_readiness_answer(app: TestApp) {
        for path in ["/healthz", "/readyz"] {
            assert_eq!(app.anonymous.request(Method::GET, path).send().await.unwrap().status(), 200, "{path}");
        }
    }

    /// Queries and mutations work over the WebSocket as well, as the person who introduced themselves there.
    async fn the_websocket_runs_queries_too(app: TestApp) {
        let person = app.anonymous.sign_up("owner").await;
        let mut live = Live::subscribe(&person.client, "{ viewer { user { id } } }", json!({})).await;
        assert_eq!(live.expect_next().await, json!({ "viewer": { "user": { "id": person.id } } }));
        let mut anonymous = Live::subscribe(&app.anonymous, "{ viewer { user { id } } }", json!({})).await;
        assert_eq!(anonymous.expect_refusal().await, "UNAUTHENTICATED");
    }

    /// Server-sent events (graphql-sse, distinct connections): the same stream over plain HTTP.
    async fn server_sent_events_carry_subscriptions(app: TestApp) {
        use futures_util::StreamExt as _;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.consume(&[("projects", 10.0)], None).await.expect_no_errors();
        let document = "subscription($id: ID!) { quotaThresholdCrossed(organizationId: $id, after: \"dGhyZXNob2xkOjA\") { level } }";
        let request = organization.owner.client.request(Method::POST, "/graphql").header("Accept", "text/event-stream");
        let response = request.json(&json!({ "query": document, "variables": { "id": organization.id } })).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut stream = response.bytes_stream();
        let mut text = String::new();
        while text.matches("\"level\"").count() < 3 {
            let chunk = tokio::time::timeout(std::time::Duration::from_secs(10), stream.next()).await.expect("in time").unwrap().unwrap();
            text.push_str(&String::from_utf8_lossy(&chunk));
        }
        let at = |word: &str| text.find(word).unwrap_or_else(|| panic!("no {word} in {text}"));
        assert!(at("WARNING") < at("ALERT") && at("ALERT") < at("EXCEEDED"), "{text}");
        assert!(text.contains("event: next"), "{text}");
    }
}
