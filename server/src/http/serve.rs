//! Accepting connections until told to stop, and stopping without cutting anybody off in the middle of an answer.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

use super::Drain;

/// How long requests and streams may take to end once the server stops.
const PATIENCE: Duration = Duration::from_secs(30);

/// Serves `router` on `listener` until `shutdown` completes. Then it accepts nothing more, lets requests in flight
/// finish, closes `WebSocket`s with 1001 and ends event streams, and returns.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    drain: Drain,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps Nagle's algorithm");
        }
    });
    let announce = drain.clone();
    let (stopped, stop) = tokio::sync::oneshot::channel();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(async move {
        shutdown.await;
        announce.begin();
        // The receiver is gone only when serving has already ended.
        let _ended = stopped.send(());
    });
    let impatience = async {
        if stop.await.is_ok() {
            tokio::time::sleep(PATIENCE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        result = served => result?,
        () = impatience => tracing::warn!("requests did not end in time"),
    }
    drain.finished(PATIENCE).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn a_request_in_flight_is_answered_before_the_server_stops() {
        let (arrived, finish, stop) = (
            Arc::new(Notify::new()),
            Arc::new(Notify::new()),
            Arc::new(Notify::new()),
        );
        let (inside, wait) = (Arc::clone(&arrived), Arc::clone(&finish));
        let slow = || async move {
            inside.notify_one();
            wait.notified().await;
            "done"
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let drain = Drain::new();
        let mut stream = drain.enter();
        let shutdown = Arc::clone(&stop);
        let router = Router::new().route("/", get(slow));
        let server = tokio::spawn(serve(listener, router, drain, async move {
            shutdown.notified().await;
        }));

        let mut client = TcpStream::connect(address).await.expect("it listens");
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .expect("sent");
        arrived.notified().await;
        stop.notify_one();
        stream.begun().await;
        assert!(
            !server.is_finished(),
            "it waits for the request and for the stream"
        );
        finish.notify_one();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.expect("an answer");
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"),
            "{answer}"
        );
        assert!(!server.is_finished(), "it waits for the stream");
        drop(stream);
        server.await.expect("no panic").expect("no failure");
        TcpStream::connect(address)
            .await
            .expect_err("nobody listens");
    }
}
