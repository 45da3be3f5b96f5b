//! A server process on a database of its own, which can be killed and started again.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::fs::OpenOptions;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::programs::Programs;
use crate::{Outcome, PATIENCE};

/// The first system admin of the server.
pub(crate) const EMAIL: &str = "admin@example.com";
/// Their password.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A running server.
pub(crate) struct Server {
    program: PathBuf,
    folder: PathBuf,
    log: PathBuf,
    process: Child,
    /// Such as `http://127.0.0.1:41234`.
    pub(crate) url: String,
}

impl Server {
    /// Starts it on any free port; its database lives in `folder`.
    pub(crate) async fn start(programs: &Programs, folder: &Path) -> Outcome<Self> {
        let log = programs.artifacts.join("server.log");
        drop(std::fs::remove_file(&log));
        Self::run(
            programs.server.clone(),
            folder.to_owned(),
            log,
            "127.0.0.1:0",
        )
        .await
    }

    /// Kills it without a warning; the database stays as it is at that moment.
    pub(crate) async fn kill(mut self) -> Outcome<Killed> {
        self.process.kill().await?;
        Ok(Killed(self))
    }

    async fn run(program: PathBuf, folder: PathBuf, log: PathBuf, listen: &str) -> Outcome<Self> {
        let database = folder.join("bursar.db");
        let mut process = Command::new(&program)
            .arg("serve")
            .current_dir(&folder)
            .env(
                "BURSAR_DATABASE_URL",
                format!("sqlite://{}?mode=rwc", database.display()),
            )
            .env("BURSAR_LISTEN", listen)
            .env("BURSAR_ADMIN_EMAIL", EMAIL)
            .env("BURSAR_ADMIN_PASSWORD", PASSWORD)
            .env(
                "BURSAR_SECRET_KEY",
                "end-to-end-secret-key-of-enough-length-0123456789",
            )
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::from(
                std::fs::OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(&log)?,
            ))
            .kill_on_drop(true)
            .spawn()?;
        let output = process
            .stdout
            .take()
            .ok_or("the server has no standard output")?;
        let url = timeout(PATIENCE, announced_url(output, &log))
            .await
            .map_err(|_| format!("the server did not say its URL; see {}", log.display()))??;
        Ok(Self {
            program,
            folder,
            log,
            process,
            url,
        })
    }
}

/// A server that was killed.
pub(crate) struct Killed(Server);

impl Killed {
    /// Starts it again on the same port and database.
    pub(crate) async fn restart(self) -> Outcome<Server> {
        let Server {
            program,
            folder,
            log,
            url,
            ..
        } = self.0;
        let listen = url.trim_start_matches("http://").to_owned();
        Server::run(program, folder, log, &listen).await
    }
}

/// Reads the output up to the line with the URL, then lets the rest flow into the log.
async fn announced_url(output: tokio::process::ChildStdout, log: &Path) -> Outcome<String> {
    let mut log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .await?;
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await? {
        log.write_all(format!("{line}\n").as_bytes()).await?;
        let Some(at) = line.find("http://127.0.0.1:") else {
            continue;
        };
        let url: String = line[at..]
            .chars()
            .take_while(|c| !c.is_whitespace())
            .collect();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                drop(log.write_all(format!("{line}\n").as_bytes()).await);
            }
        });
        return Ok(url.trim_end_matches(['/', '.', ',']).to_owned());
    }
    Err("the server ended before it said its URL".into())
}
