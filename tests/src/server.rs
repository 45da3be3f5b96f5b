//! The doors of a server in the test's own process, opened as `bursar serve` opens them.

use bursar::app::App;
use tokio::net::TcpListener;

/// Opens the doors on a port of their own; the address.
pub(crate) async fn listen(app: &App) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let app = app.clone();
    tokio::spawn(async move {
        bursar::http::serve_app(&app, listener, std::future::pending())
            .await
            .expect("the doors stay open");
    });
    format!("http://{address}")
}
