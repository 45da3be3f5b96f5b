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
