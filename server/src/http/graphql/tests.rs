//! `/graphql` over HTTP, as the specification and the contract want it.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::http::testing::{doors, router};

const RESPONSE: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    text: String,
}

impl Answer {
    async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("body");
        Self {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).expect("UTF-8"),
        }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn header(&self, name: impl axum::http::header::AsHeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    fn code(&self) -> Value {
        self.json()["errors"][0]["extensions"]["code"].clone()
    }
}

async fn send(router: Router, request: Request<Body>) -> Answer {
    Answer::of(router.oneshot(request).await.expect("infallible")).await
}

fn post(accept: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, JSON)
        .header(header::ACCEPT, accept);
    request.body(body.into()).expect("request")
}

async fn ask(accept: &str, query: &str) -> Answer {
    send(
        router(),
        post(accept, json!({ "query": query }).to_string()),
    )
    .await
}

fn get(query: &str, accept: &str) -> Request<Body> {
    let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let request = Request::get(format!("/graphql?query={query}")).header(header::ACCEPT, accept);
    request.body(Body::empty()).expect("request")
}

#[tokio::test]
async fn the_answer_is_dressed_as_accepted() {
    for (accept, content_type) in [(RESPONSE, RESPONSE), (JSON, JSON), ("*/*", JSON)] {
        let answer = ask(accept, "{ hello(name: \"é\") }").await;
        assert_eq!(
            (answer.status, answer.json()),
            (StatusCode::OK, json!({ "data": { "hello": "hello é" } }))
        );
        assert_eq!(
            answer.header(header::CONTENT_TYPE),
            format!("{content_type}; charset=utf-8")
        );
    }
    let answer = ask("text/html", "{ hello }").await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::NOT_ACCEPTABLE, json!("BAD_REQUEST"))
    );
}

#[tokio::test]
async fn a_request_error_is_400_without_data_and_200_for_old_clients() {
    for query in [
        "{",
        "{ nothing }",
        "query($n: String!) { hello(name: $n) }",
        "{ hello(name: 3) }",
    ] {
        for (accept, status) in [(RESPONSE, StatusCode::BAD_REQUEST), (JSON, StatusCode::OK)] {
            let answer = ask(accept, query).await;
            assert_eq!(answer.status, status, "{query}: {}", answer.text);
            assert_eq!(answer.code(), "BAD_REQUEST", "{query}: {}", answer.text);
            assert!(
                answer.json().get("data").is_none(),
                "{query}: {}",
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn an_error_while_running_leaves_the_data() {
    let answer = ask(RESPONSE, "{ forbidden hello }").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.json()["data"],
        json!({ "forbidden": null, "hello": "hello " })
    );
    assert_eq!(
        answer.json()["errors"][0]["extensions"],
        json!({ "code": "FORBIDDEN", "permission": "org.view" })
    );
}

#[tokio::test]
async fn mutations_need_post_and_json() {
    assert_eq!(
        ask(RESPONSE, "mutation { bump }").await.json(),
        json!({ "data": { "bump": 1 } })
    );
    for accept in [RESPONSE, "text/event-stream"] {
        let answer = send(router(), get("mutation { bump }", accept)).await;
        assert_eq!(
            (answer.status, answer.header(header::ALLOW)),
            (StatusCode::METHOD_NOT_ALLOWED, "POST")
        );
        assert_eq!(answer.code(), "BAD_REQUEST");
    }
    let body = json!({ "query": "mutation { bump }" }).to_string();
    for content_type in [
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "",
    ] {
        let mut request = post(JSON, body.clone());
        request.headers_mut().remove(header::CONTENT_TYPE);
        if !content_type.is_empty() {
            request
                .headers_mut()
                .insert(header::CONTENT_TYPE, content_type.parse().expect("header"));
        }
        let answer = send(router(), request).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, json!("BAD_REQUEST")),
            "{content_type}"
        );
    }
}

#[tokio::test]
async fn queries_come_by_get_and_nothing_comes_by_other_methods() {
    let answer = send(router(), get("{ hello }", RESPONSE)).await;
    assert_eq!(
        (answer.status, answer.json()),
        (StatusCode::OK, json!({ "data": { "hello": "hello " } }))
    );
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let request = Request::builder()
            .method(method)
            .uri("/graphql")
            .body(Body::empty())
            .expect("request");
        let answer = send(router(), request).await;
        assert_eq!(
            (answer.status, answer.header(header::ALLOW)),
            (StatusCode::METHOD_NOT_ALLOWED, "GET, POST")
        );
        assert!(
            answer
                .headers
                .get(header::ACCESS_CONTROL_ALLOW_ORIGIN)
                .is_none(),
            "no CORS"
        );
    }
}

#[tokio::test]
async fn malformed_requests_are_400_in_graphql_form() {
    let bodies = [
        "{ \"not a JSON",
        "",
        "[]",
        "{}",
        r#"{"query":0}"#,
        r#"{"query":"{hello}","variables":[]}"#,
    ];
    for body in bodies {
        for accept in [RESPONSE, JSON] {
            let answer = send(router(), post(accept, body)).await;
            assert_eq!(
                (answer.status, answer.code()),
                (StatusCode::BAD_REQUEST, json!("BAD_REQUEST")),
                "{body}"
            );
            assert!(answer.header(header::CONTENT_TYPE).starts_with(accept));
        }
    }
}

#[tokio::test]
async fn a_large_body_is_413() {
    let body = json!({ "query": "{ hello }", "padding": "x".repeat(2 << 20) }).to_string();
    let answer = send(router(), post(JSON, body)).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::PAYLOAD_TOO_LARGE, json!("BAD_REQUEST"))
    );
}

#[tokio::test]
async fn batches_have_one_answer_each_in_order_up_to_a_limit() {
    let batch = json!([{ "query": "{ hello }" }, { "query": "{" }, { "query": "mutation { bump }" },
        { "query": "subscription { forever }" }]);
    let answer = send(router(), post(RESPONSE, batch.to_string())).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json()[0], json!({ "data": { "hello": "hello " } }));
    assert_eq!(
        answer.json()[1]["errors"][0]["extensions"]["code"],
        "BAD_REQUEST"
    );
    assert_eq!(answer.json()[2], json!({ "data": { "bump": 1 } }));
    assert!(
        answer.json()[3]["errors"][0]["message"]
            .as_str()
            .is_some_and(|m| m.contains("batch"))
    );
    let batch: Vec<Value> = (0..50).map(|_| json!({ "query": "{ hello }" })).collect();
    let answer = send(router(), post(JSON, json!(batch).to_string())).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::BAD_REQUEST, json!("BAD_REQUEST"))
    );
    assert!(answer.text.contains("50 operations"), "{}", answer.text);
}

#[tokio::test]
async fn costly_operations_are_refused_before_they_run() {
    let aliases: String = (0..500)
        .map(|n| format!("a{n}: hello"))
        .collect::<Vec<_>>()
        .join(" ");
    let deep = format!("{}{}", "{ items { nodes ".repeat(20), "}".repeat(40));
    for query in [
        format!("{{{aliases}}}"),
        deep,
        "{ items(first: 2000000) { nodes { id } } }".into(),
    ] {
        let answer = ask(RESPONSE, &query).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, json!("TOO_COMPLEX")),
            "{}",
            answer.text
        );
        let extensions = &answer.json()["errors"][0]["extensions"];
        assert!(
            extensions["measured"].as_u64() > extensions["limit"].as_u64(),
            "{extensions}"
        );
    }
}

#[tokio::test]
async fn an_operation_that_takes_too_long_is_stopped() {
    let mut doors = doors();
    doors.limits.request_timeout = std::time::Duration::from_millis(20);
    let request = post(JSON, json!({ "query": "{ slow }" }).to_string());
    let answer = send(crate::http::router(doors, axum::Router::new()), request).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::INTERNAL_SERVER_ERROR, json!("INTERNAL"))
    );
    assert_eq!(
        answer.json()["errors"][0]["extensions"]["requestId"],
        "fresh"
    );
}

#[tokio::test]
async fn a_defect_is_an_internal_error_that_says_nothing() {
    let answer = ask(RESPONSE, "{ defect }").await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::INTERNAL_SERVER_ERROR, json!("INTERNAL"))
    );
    assert!(!answer.text.contains("secret"), "{}", answer.text);
}

#[tokio::test]
async fn credentials_decide_who_asks_and_bad_ones_are_401() {
    let with = |token: &str| {
        let mut request = post(RESPONSE, json!({ "query": "{ whoami }" }).to_string());
        request
            .headers_mut()
            .insert(header::AUTHORIZATION, token.parse().expect("header"));
        request
            .headers_mut()
            .insert(header::ACCEPT_LANGUAGE, "vi".parse().expect("header"));
        request
            .headers_mut()
            .insert("x-request-id", "caller-1".parse().expect("header"));
        request
    };
    let answer = send(router(), with("Bearer good")).await;
    assert_eq!(
        answer.json(),
        json!({ "data": { "whoami": "System Vi Some(\"caller-1\")" } })
    );
    assert_eq!(answer.header("x-request-id"), "caller-1");

    let answer = send(router(), with("Bearer stale")).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::UNAUTHORIZED, json!("UNAUTHENTICATED"))
    );
    assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer");

    let answer = send(router(), with("Bearer outage")).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        answer.json()["errors"][0]["extensions"],
        json!({ "code": "INTERNAL", "requestId": "caller-1" })
    );
    assert!(!answer.text.contains("10.0.0.3"), "{}", answer.text);
    assert_eq!(
        ask(JSON, "{ whoami }").await.header("x-request-id"),
        "fresh"
    );
}

#[tokio::test]
async fn results_come_as_events_where_events_are_accepted() {
    let events = "event: next\ndata: {\"data\":{\"count\":0}}\n\nevent: next\ndata: {\"data\":{\"count\":1}}\n\n\
                  event: complete\ndata: \ndata: \n\n";
    let answer = ask("text/event-stream", "subscription { count(to: 2) }").await;
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (StatusCode::OK, events)
    );
    assert_eq!(answer.header(header::CONTENT_TYPE), "text/event-stream");
    let answer = send(
        router(),
        get("subscription { count(to: 2) }", "text/event-stream"),
    )
    .await;
    assert_eq!(answer.text, events);
    let answer = ask("text/event-stream", "mutation { bump }").await;
    assert_eq!(
        answer.text,
        "event: next\ndata: {\"data\":{\"bump\":1}}\n\nevent: complete\ndata: \ndata: \n\n"
    );
    let both = format!("{RESPONSE}, text/event-stream");
    assert!(
        ask(&both, "{ hello }")
            .await
            .header(header::CONTENT_TYPE)
            .starts_with(RESPONSE)
    );
    assert_eq!(
        ask(&both, "subscription { count(to: 2) }").await.text,
        events
    );
}

#[tokio::test]
async fn what_is_wrong_before_the_stream_is_a_plain_answer() {
    for query in [
        "subscription { nothing }",
        "subscription {",
        "subscription { count }",
    ] {
        let answer = ask("text/event-stream", query).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, json!("BAD_REQUEST")),
            "{query}"
        );
    }
    let answer = ask(RESPONSE, "subscription { forever }").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text.contains("text/event-stream"), "{}", answer.text);
    let mut request = post(
        "text/event-stream",
        json!({ "query": "{ hello }" }).to_string(),
    );
    request
        .headers_mut()
        .insert("x-graphql-event-stream-token", "t".parse().expect("header"));
    assert!(
        send(router(), request)
            .await
            .text
            .contains("distinct connections")
    );
}

#[tokio::test]
async fn a_stream_that_fails_says_so_and_ends() {
    let answer = ask("text/event-stream", "subscription { expiring }").await;
    let events: Vec<&str> = answer.text.split("\n\n").collect();
    assert!(
        events[0].contains("{\"data\":{\"expiring\":1}}"),
        "{}",
        answer.text
    );
    assert!(events[1].contains("CURSOR_EXPIRED"), "{}", answer.text);
    assert!(events[2].starts_with("event: complete"), "{}", answer.text);
    let answer = ask("text/event-stream", "subscription { defect }").await;
    assert!(
        answer.text.contains("INTERNAL") && answer.text.contains("event: complete"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn a_stream_ends_when_the_server_stops() {
    let doors = doors();
    let drain = doors.drain.clone();
    let request = post(
        "text/event-stream",
        json!({ "query": "subscription { forever }" }).to_string(),
    );
    let response = crate::http::router(doors, axum::Router::new())
        .oneshot(request)
        .await
        .expect("infallible");
    drain.begin();
    let answer = Answer::of(response).await;
    assert!(
        !answer.text.contains("complete"),
        "the client is to come again: {}",
        answer.text
    );
    drain.finished(std::time::Duration::from_mins(1)).await;
}

#[tokio::test]
async fn answers_are_compressed_and_event_streams_are_not() {
    let compressed = |accept| {
        let query = json!({ "query": "subscription { count(to: 100) }" }).to_string();
        let items = json!({ "query": "{ items(first: 100) { nodes { id } } }" }).to_string();
        let mut request = post(accept, if accept == JSON { items } else { query });
        request
            .headers_mut()
            .insert(header::ACCEPT_ENCODING, "gzip".parse().expect("header"));
        async {
            router()
                .oneshot(request)
                .await
                .expect("infallible")
                .headers()
                .get(header::CONTENT_ENCODING)
                .cloned()
        }
    };
    assert_eq!(
        compressed(JSON).await,
        Some("gzip".parse().expect("header"))
    );
    assert_eq!(compressed("text/event-stream").await, None);
}

#[tokio::test]
async fn the_other_doors_answer() {
    let get = |path: &str| Request::get(path).body(Body::empty()).expect("request");
    assert!(
        send(router(), get("/schema.graphql"))
            .await
            .text
            .contains("type Query")
    );
    assert_eq!(
        send(router(), get("/healthz")).await.json(),
        json!({ "status": "ok" })
    );
    assert_eq!(
        send(router(), get("/readyz")).await.json(),
        json!({ "status": "ready" })
    );
    let mut closed = doors();
    closed.http.introspection = false;
    closed.readiness = std::sync::Arc::new(|| Box::pin(async { Err("no database".into()) }));
    let closed = crate::http::router(closed, axum::Router::new());
    assert_eq!(
        send(closed.clone(), get("/schema.graphql")).await.status,
        StatusCode::NOT_FOUND
    );
    let answer = send(closed, get("/readyz")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json()["reason"], "no database");
}
