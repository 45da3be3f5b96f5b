//! The session against a server that rotates tokens.

use std::sync::atomic::AtomicI64;

use serde_json::json;

use super::*;
use crate::failure::FailureCode;
use crate::testing::{Bursar, TestServer, noon};
use crate::tls;
use crate::tokens::tests::FakeKeychain;
use crate::transport::Patience;

/// A console on a disk of its own, with a clock that can be turned.
struct Console {
    folder: tempfile::TempDir,
    keychain: Arc<FakeKeychain>,
    minutes: Arc<AtomicI64>,
    session: Arc<Session>,
}

impl Console {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keychain = Arc::new(FakeKeychain::default());
        let minutes = Arc::new(AtomicI64::new(0));
        let session = open(&folder, &keychain, &minutes);
        Self {
            folder,
            keychain,
            minutes,
            session,
        }
    }

    /// Quits and starts again.
    fn restart(&mut self) {
        self.session = open(&self.folder, &self.keychain, &self.minutes);
    }

    async fn sign_in(&self, server: &TestServer) -> Result<SessionState, Failure> {
        self.session
            .sign_in(server.address.clone(), credentials("correct"))
            .await
    }

    async fn stored(&self, server: &TestServer) -> Option<String> {
        let token = self.session.tokens.load(&server.address).await.unwrap();
        token.map(|token| token.expose_secret().to_owned())
    }
}

fn open(
    folder: &tempfile::TempDir,
    keychain: &Arc<FakeKeychain>,
    minutes: &Arc<AtomicI64>,
) -> Arc<Session> {
    let keychain: Arc<FakeKeychain> = Arc::clone(keychain);
    let minutes = Arc::clone(minutes);
    let transport = Transport::new(&tls::client_config().unwrap(), Patience::default());
    Session::resume(
        transport,
        TokenStore::new(keychain, folder.path()),
        folder.path(),
        Arc::new(move || noon() + TimeDelta::minutes(minutes.load(Ordering::SeqCst))),
    )
}

fn credentials(password: &str) -> Credentials {
    Credentials {
        email: "ada@example.com".into(),
        password: password.into(),
        totp_code: None,
    }
}

fn query() -> Operation {
    Operation {
        query: "{ viewer { id } }".into(),
        ..Operation::default()
    }
}

#[tokio::test]
async fn signing_in_shows_the_person_and_keeps_only_the_refresh_token() {
    let (server, console) = (TestServer::start().await, Console::new());
    assert!(!console.session.state().signed_in);
    let state = console.sign_in(&server).await.unwrap();
    assert_eq!(
        serde_json::to_value(state).unwrap(),
        json!({
            "signedIn": true, "server": server.address.to_string(), "email": "ada@example.com",
            "name": "Ada", "isSystemAdmin": true, "tokenStore": "keychain",
        })
    );
    assert_eq!(console.stored(&server).await.as_deref(), Some("refresh-1"));
    let on_disk = std::fs::read_to_string(console.folder.path().join("session.json")).unwrap();
    assert!(!on_disk.contains("access-1") && !on_disk.contains("refresh-1"));
}

#[tokio::test]
async fn a_wrong_password_is_said_in_the_servers_words() {
    let (server, console) = (TestServer::start().await, Console::new());
    let failure = console
        .session
        .sign_in(server.address.clone(), credentials("wrong"))
        .await
        .unwrap_err();
    assert_eq!(
        failure,
        Failure::unauthenticated("Wrong email or password.")
    );
    assert!(!console.session.state().signed_in);
    assert_eq!(console.stored(&server).await, None);
}

#[tokio::test]
async fn operations_run_with_the_access_token_and_come_back_as_they_are() {
    let (server, console) = (TestServer::start().await, Console::new());
    assert_eq!(
        console.session.run(&query()).await.unwrap_err().code,
        FailureCode::Unauthenticated
    );
    console.sign_in(&server).await.unwrap();
    let operation = Operation {
        variables: json!({ "a": [1, "ü"] }),
        ..query()
    };
    let answer = console.session.run(&operation).await.unwrap();
    assert_eq!(
        answer.data.unwrap(),
        json!({ "echo": { "a": [1, "ü"] }, "bearer": "Bearer access-1" })
    );
}

#[tokio::test]
async fn twenty_requests_with_an_old_token_refresh_once() {
    let (server, console) = (TestServer::start().await, Console::new());
    console.sign_in(&server).await.unwrap();
    console.minutes.store(14, Ordering::SeqCst);
    console.session.run(&query()).await.unwrap();
    assert!(
        Bursar::list(&server.bursar.presented).is_empty(),
        "a minute is left"
    );
    server.bursar.refresh_takes.store(50, Ordering::SeqCst);
    console.minutes.store(15, Ordering::SeqCst);
    let all = futures_util::future::join_all((0..20).map(|_| {
        let session = Arc::clone(&console.session);
        async move { session.run(&query()).await.unwrap().data.unwrap()["bearer"].clone() }
    }));
    assert_eq!(all.await, vec![json!("Bearer access-2"); 20]);
    assert_eq!(*Bursar::list(&server.bursar.presented), ["refresh-1"]);
    assert_eq!(console.stored(&server).await.as_deref(), Some("refresh-2"));
}

#[tokio::test]
async fn a_refused_access_token_is_renewed_and_the_request_runs_once() {
    let (server, console) = (TestServer::start().await, Console::new());
    console.sign_in(&server).await.unwrap();
    Bursar::list(&server.bursar.revoked).insert("access-1".into());
    let all = futures_util::future::join_all((0..5).map(|_| {
        let session = Arc::clone(&console.session);
        async move { session.run(&query()).await.unwrap() }
    }));
    all.await;
    assert_eq!(*Bursar::list(&server.bursar.presented), ["refresh-1"]);
    assert_eq!(Bursar::list(&server.bursar.ran).len(), 5);
}

#[tokio::test]
async fn a_restart_continues_with_the_rotated_token() {
    let (server, mut console) = (TestServer::start().await, Console::new());
    console.sign_in(&server).await.unwrap();
    for expected in ["refresh-1", "refresh-2", "refresh-3"] {
        console.restart();
        let state = console.session.state();
        assert!(state.signed_in && state.is_system_admin);
        console.session.run(&query()).await.unwrap();
        assert_eq!(
            Bursar::list(&server.bursar.presented).last().unwrap(),
            expected
        );
    }
    assert_eq!(console.stored(&server).await.as_deref(), Some("refresh-4"));
}

#[tokio::test]
async fn the_rotated_token_is_stored_even_when_the_caller_is_gone() {
    let (server, console) = (TestServer::start().await, Console::new());
    console.sign_in(&server).await.unwrap();
    server.bursar.refresh_takes.store(50, Ordering::SeqCst);
    console.minutes.store(20, Ordering::SeqCst);
    let session = Arc::clone(&console.session);
    let caller = tokio::spawn(async move { session.access().await });
    while Bursar::list(&server.bursar.presented).is_empty() {
        tokio::task::yield_now().await;
    }
    caller.abort();
    while console.stored(&server).await.as_deref() != Some("refresh-2") {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_refused_refresh_token_ends_the_session_and_says_so_once() {
    let (server, mut console) = (TestServer::start().await, Console::new());
    console.sign_in(&server).await.unwrap();
    let mut endings = console.session.endings();
    server.bursar.refuse_refresh.store(true, Ordering::SeqCst);
    console.minutes.store(20, Ordering::SeqCst);
    let all = futures_util::future::join_all((0..5).map(|_| {
        let session = Arc::clone(&console.session);
        async move { session.run(&query()).await.unwrap_err().code }
    }));
    assert_eq!(all.await, [FailureCode::Unauthenticated; 5]);
    assert_eq!(endings.recv().await.unwrap().server, server.address);
    assert!(endings.try_recv().is_err());
    assert!(!console.session.state().signed_in);
    assert_eq!(console.stored(&server).await, None);
    console.restart();
    assert!(!console.session.state().signed_in);
}

#[tokio::test]
async fn a_server_in_trouble_or_away_costs_nobody_the_session() {
    let (server, console) = (TestServer::start().await, Console::new());
    console.sign_in(&server).await.unwrap();
    console.minutes.store(20, Ordering::SeqCst);
    server.bursar.troubled.store(true, Ordering::SeqCst);
    let failure = console.session.run(&query()).await.unwrap_err();
    assert_eq!(failure, Failure::bad_response("Slow down."));
    server.bursar.troubled.store(false, Ordering::SeqCst);
    let stopped = server.kill().await;
    let failure = console.session.run(&query()).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::Offline);
    assert!(console.session.state().signed_in);
    let server = stopped.restart().await;
    console.session.run(&query()).await.unwrap();
    assert_eq!(console.stored(&server).await.as_deref(), Some("refresh-2"));
}

#[tokio::test]
async fn an_expiry_that_says_nothing_is_ignored_until_a_refusal() {
    let (server, console) = (TestServer::start().await, Console::new());
    console.minutes.store(60, Ordering::SeqCst);
    console.sign_in(&server).await.unwrap();
    for _ in 0..3 {
        console.session.run(&query()).await.unwrap();
    }
    assert!(Bursar::list(&server.bursar.presented).is_empty());
    Bursar::list(&server.bursar.revoked).insert("access-1".into());
    console.session.run(&query()).await.unwrap();
    assert_eq!(Bursar::list(&server.bursar.presented).len(), 1);
}

#[tokio::test]
async fn signing_out_tells_the_server_and_leaves_nothing() {
    let (server, mut console) = (TestServer::start().await, Console::new());
    console.sign_in(&server).await.unwrap();
    console.restart();
    console.session.sign_out().await.unwrap();
    assert_eq!(*Bursar::list(&server.bursar.signed_out), ["refresh-1"]);
    assert_eq!(console.stored(&server).await, None);
    assert_eq!(std::fs::read_dir(console.folder.path()).unwrap().count(), 0);
    console.session.sign_out().await.unwrap();
}

#[tokio::test]
async fn signing_out_works_without_the_server() {
    let (server, console) = (TestServer::start().await, Console::new());
    console.sign_in(&server).await.unwrap();
    let stopped = server.kill().await;
    console.session.sign_out().await.unwrap();
    assert!(!console.session.state().signed_in);
    assert_eq!(console.stored(&stopped.restart().await).await, None);
}

#[tokio::test]
async fn signing_in_elsewhere_ends_the_first_session() {
    let (first, second, console) = (
        TestServer::start().await,
        TestServer::start().await,
        Console::new(),
    );
    console.sign_in(&first).await.unwrap();
    let state = console.sign_in(&second).await.unwrap();
    assert_eq!(state.server, Some(second.address.clone()));
    assert_eq!(*Bursar::list(&first.bursar.signed_out), ["refresh-1"]);
    assert_eq!(console.stored(&first).await, None);
    assert_eq!(console.stored(&second).await.as_deref(), Some("refresh-1"));
}

#[tokio::test]
async fn without_any_store_the_session_lives_in_memory() {
    let (server, mut console) = (TestServer::start().await, Console::new());
    console.keychain.locked.store(true, Ordering::Relaxed);
    // A file where the folder should be: nothing can be written.
    let blocked = console.folder.path().join("blocked");
    std::fs::write(&blocked, b"").unwrap();
    let transport = Transport::new(&tls::client_config().unwrap(), Patience::default());
    let keychain: Arc<FakeKeychain> = Arc::clone(&console.keychain);
    console.session = Session::resume(
        transport,
        TokenStore::new(keychain, &blocked.join("in")),
        &blocked.join("in"),
        Arc::new(noon),
    );
    assert!(console.sign_in(&server).await.unwrap().signed_in);
    Bursar::list(&server.bursar.revoked).insert("access-1".into());
    console.session.run(&query()).await.unwrap();
    Bursar::list(&server.bursar.revoked).insert("access-2".into());
    console.session.run(&query()).await.unwrap();
    assert_eq!(
        *Bursar::list(&server.bursar.presented),
        ["refresh-1", "refresh-2"]
    );
}
