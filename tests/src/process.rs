//! The real binary as a process of its own: for tests that kill it, restart it, or run two of it on one database.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};

use crate::client::Client;
use crate::database::TestDatabase;

/// How long the server may take to listen.
const PATIENCE: Duration = Duration::from_mins(1);
/// Signs the tokens of all processes of a test, so that a session holds at each of them.
const SECRET: &str = "a-secret-of-the-tests-that-is-long-enough";

/// A running `bursar serve`. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    child: Child,
    output: Output,
    address: String,
}

/// A command that has ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Everything that it wrote to its standard output and error.
    pub output: String,
}

type Output = Arc<Mutex<String>>;

/// The binary under test: `BURSAR_BIN`, or `bursar` in the build folder that the tests were built into.
fn binary() -> PathBuf {
    let built = || {
        let test = std::env::current_exe().expect("the test executable has a path");
        let folder = test
            .parent()
            .and_then(Path::parent)
            .expect("a build folder");
        folder.join(format!("bursar{}", std::env::consts::EXE_SUFFIX))
    };
    let binary = std::env::var_os("BURSAR_BIN").map_or_else(built, PathBuf::from);
    assert!(
        binary.is_file(),
        "{} is missing: `cargo xtask test` builds it, or name one by BURSAR_BIN",
        binary.display()
    );
    binary
}

/// A command of the binary in `folder`, with no environment but what is given.
fn command(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(binary());
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("RUST_LOG", "bursar=info,warn")
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

impl Process {
    /// Runs a command of the binary to its end.
    pub async fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
        let output = command(folder, arguments, environment)
            .output()
            .await
            .expect("the binary starts");
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        Ended {
            code: output.status.code(),
            output: text,
        }
    }

    /// Runs a command of the binary and kills it as soon as it has written `text`; what it wrote until it was gone.
    pub async fn killed_at(
        folder: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
        text: &str,
    ) -> Ended {
        let mut child = command(folder, arguments, environment)
            .spawn()
            .expect("the binary starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut output = String::new();
        while let Ok(Some(line)) = lines.next_line().await {
            output.push_str(&line);
            output.push('\n');
            if output.contains(text) {
                child.kill().await.expect("the process can be killed");
            }
        }
        let status = child.wait().await.expect("its state is known");
        Ended {
            code: status.code(),
            output,
        }
    }

    /// Starts `bursar serve` on `database` and waits until it listens.
    pub async fn serve(folder: &Path, database: &TestDatabase) -> Self {
        Self::serve_with(folder, &[("BURSAR_DATABASE_URL", database.url())]).await
    }

    /// Starts `bursar serve` with this environment; port and key are set unless given.
    pub async fn serve_with(folder: &Path, environment: &[(&str, &str)]) -> Self {
        let mut all = vec![
            ("BURSAR_LISTEN", "127.0.0.1:0"),
            ("BURSAR_SECRET_KEY", SECRET),
            ("BURSAR_SIGN_IN_ATTEMPTS", "1000"),
        ];
        all.extend_from_slice(environment);
        let mut child = command(folder, &["serve"], &all)
            .spawn()
            .expect("the binary starts");
        let output = Output::default();
        collect(child.stdout.take().expect("piped"), &output);
        collect(child.stderr.take().expect("piped"), &output);
        let mut process = Self {
            child,
            output,
            address: String::new(),
        };
        process.address = process.wait_for_address().await;
        process
    }

    async fn wait_for_address(&mut self) -> String {
        let started = tokio::time::Instant::now();
        loop {
            if let Some(address) = address_in(&self.output()) {
                let ready = Client::new(&address)
                    .request(reqwest::Method::GET, "/readyz")
                    .send()
                    .await;
                if ready.is_ok_and(|response| response.status().is_success()) {
                    return address;
                }
            }
            let ended = self.child.try_wait().expect("its state is known");
            assert!(
                ended.is_none() && started.elapsed() < PATIENCE,
                "the server does not listen ({ended:?}):\n{}",
                self.output()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Everything that it has written so far.
    #[must_use]
    pub fn output(&self) -> String {
        self.output
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A client without credentials.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.address)
    }

    /// Kills it as the kernel does when memory runs out: no handler runs, nothing is flushed (SIGKILL).
    pub async fn kill(mut self) {
        self.child.kill().await.expect("the process can be killed");
    }
}

/// The first address of ours that is printed, whatever stands around it.
fn address_in(output: &str) -> Option<String> {
    let stem = "http://127.0.0.1:";
    output.match_indices(stem).find_map(|(at, _)| {
        let rest = &output[at + stem.len()..];
        let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
        // A line that is still being written may end in the middle of the number.
        let ended = rest.len() > port.len();
        (ended && port.parse::<u16>().is_ok_and(|port| port > 0)).then(|| format!("{stem}{port}"))
    })
}

fn collect(stream: impl AsyncRead + Unpin + Send + 'static, output: &Output) {
    let output = Arc::clone(output);
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            output.push_str(&line);
            output.push('\n');
        }
    });
}
