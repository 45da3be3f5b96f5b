//! Reading a request's body up to the limit, with or without a declared length.

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::StreamExt as _;

use super::refusal::Refusal;
use crate::error::{Code, Error};

/// How many times the limit is read and thrown away before the answer, so that a caller who is still sending gets to
/// read it instead of a broken connection.
const DRAIN: usize = 8;

/// The whole body.
///
/// # Errors
/// 413 over `limit` bytes, 400 when the connection breaks off.
pub(in crate::http) async fn read(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<Vec<u8>, Refusal> {
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let drained = limit.saturating_mul(DRAIN);
    if declared.is_some_and(|length| length > drained) {
        return Err(too_large(limit));
    }
    let mut bytes = Vec::with_capacity(declared.unwrap_or_default().min(limit));
    let mut length = 0_usize;
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Refusal::malformed("The request's body broke off"))?;
        length = length.saturating_add(chunk.len());
        if length > drained {
            break;
        }
        if length <= limit {
            bytes.extend_from_slice(&chunk);
        }
    }
    if length > limit {
        Err(too_large(limit))
    } else {
        Ok(bytes)
    }
}

fn too_large(limit: usize) -> Refusal {
    let message = format!(
        "The request's body is larger than the {limit} bytes that this server accepts; send less at once"
    );
    Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        Error::new(Code::BadRequest, message).with("limit", limit),
    )
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::response::IntoResponse as _;

    use super::*;

    async fn status(chunks: usize, headers: &HeaderMap) -> Result<usize, StatusCode> {
        let chunk = || Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 10]));
        let body = Body::from_stream(futures_util::stream::iter(
            (0..chunks).map(move |_| chunk()),
        ));
        read(headers, body, 100)
            .await
            .map(|bytes| bytes.len())
            .map_err(|refusal| refusal.into_response().status())
    }

    #[tokio::test]
    async fn the_limit_holds_for_chunked_bodies() {
        let none = HeaderMap::new();
        assert_eq!(status(10, &none).await, Ok(100));
        assert_eq!(status(11, &none).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
        assert_eq!(
            status(100_000, &none).await,
            Err(StatusCode::PAYLOAD_TOO_LARGE)
        );
    }

    #[tokio::test]
    async fn a_hopeless_declared_length_is_refused_unread() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_LENGTH, "1000000".parse().expect("header"));
        assert_eq!(
            status(1, &headers).await,
            Err(StatusCode::PAYLOAD_TOO_LARGE)
        );
    }
}
