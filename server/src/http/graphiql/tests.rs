//! The page as a browser meets it, and the bundle against its sources.

use std::collections::BTreeSet;
use std::path::Path as FilePath;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt;

use super::*;

async fn get_with(path: &str, headers: &[(HeaderName, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let response = router::<()>()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let (parts, body) = response.into_parts();
    (
        parts.status,
        parts.headers,
        to_bytes(body, usize::MAX).await.unwrap().to_vec(),
    )
}

#[tokio::test]
async fn the_page_names_only_files_that_are_there() {
    let (status, headers, body) = get_with("/", &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[CONTENT_TYPE], "text/html; charset=utf-8");
    assert!(
        headers[CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap()
            .contains("default-src 'none'")
    );
    let page = String::from_utf8(body).unwrap();
    let named: Vec<&str> = page
        .split('"')
        .filter(|text| text.starts_with('/') && text.contains('.'))
        .collect();
    assert!(named.len() >= 3, "{named:?}");
    for path in named {
        let (status, headers, body) = get_with(path, &[]).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(
            !headers.contains_key(CONTENT_ENCODING) && !body.is_empty(),
            "{path}"
        );
    }
    assert!(
        !page.contains("://"),
        "the page names another origin: {page}"
    );
}

#[tokio::test]
async fn the_script_starts_workers_that_are_there() {
    let (_, _, script) = get_with("/assets/graphiql/graphiql.js", &[]).await;
    let script = String::from_utf8(script).unwrap();
    for worker in ASSETS
        .iter()
        .filter(|asset| asset.name.contains(".worker."))
    {
        assert!(
            script.contains(&format!("/assets/graphiql/{}", worker.name)),
            "{}",
            worker.name
        );
    }
}

#[tokio::test]
async fn compression_is_for_those_who_take_it() {
    let path = "/assets/graphiql/graphiql.css";
    let (_, plain_headers, plain) = get_with(path, &[(ACCEPT_ENCODING, "gzip;q=0, br")]).await;
    assert!(!plain_headers.contains_key(CONTENT_ENCODING));
    let (_, headers, packed) = get_with(path, &[(ACCEPT_ENCODING, "br, gzip;q=0.8")]).await;
    assert_eq!(headers[CONTENT_ENCODING], "gzip");
    assert_eq!(headers[VARY], "accept-encoding");
    assert_eq!(headers[CONTENT_TYPE], "text/css; charset=utf-8");
    let mut unpacked = Vec::new();
    GzDecoder::new(packed.as_slice())
        .read_to_end(&mut unpacked)
        .unwrap();
    assert!(unpacked == plain && packed.len() < plain.len());
}

#[tokio::test]
async fn a_known_tag_is_answered_without_a_body() {
    let (_, headers, _) = get_with("/", &[]).await;
    let tag = headers[ETAG].to_str().unwrap();
    let (status, _, body) = get_with("/", &[(IF_NONE_MATCH, &format!("\"other\", {tag}"))]).await;
    assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
    let (status, _, _) = get_with("/", &[(IF_NONE_MATCH, "\"other\"")]).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_not_in_the_bundle_is_not_found() {
    for path in [
        "/assets/graphiql/sources.sha256",
        "/assets/graphiql/..%2f..%2fCargo.toml",
    ] {
        assert_eq!(get_with(path, &[]).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

/// `cargo xtask update` writes the digests of what it built the bundle from; they must still be those of the sources.
#[test]
fn the_bundle_is_as_new_as_its_sources() {
    let project = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("assets/graphiql");
    let recorded = std::fs::read_to_string(project.join("bundle/sources.sha256")).unwrap();
    let recorded: BTreeSet<String> = recorded.lines().map(str::to_owned).collect();
    let mut present = BTreeSet::new();
    for folder in ["", "build", "src"] {
        for entry in std::fs::read_dir(project.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.strip_prefix(&project).unwrap().to_str().unwrap();
                let digest = hex::encode(Sha256::digest(std::fs::read(&path).unwrap()));
                present.insert(format!("{digest}  {name}"));
            }
        }
    }
    assert_eq!(recorded, present, "run `cargo xtask update`");
}
