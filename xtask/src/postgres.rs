//! A PostgreSQL cluster for one run of the tests: made, used and thrown away.
//!
//! It listens on a free loopback port only. For tests it does not care for its data: no fsync, no full pages, no waiting
//! for the log. PostgreSQL refuses to run as root, so root lends it another user.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::process::{capture, command, succeeds};
use crate::scratch::Scratch;

/// What a crash of the machine may cost.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Everything: nobody misses the data of a test.
    None,
    /// Nothing, as in production; what is measured must pay for it.
    Full,
}

/// A running cluster. Dropping it stops and removes it.
pub(crate) struct Cluster {
    url: String,
    scratch: Scratch,
}

impl Cluster {
    /// Makes and starts a cluster whose superuser is `postgres`, without a password.
    ///
    /// # Errors
    /// When PostgreSQL is not installed, or does not start; then with its own words.
    pub(crate) fn start(durability: Durability) -> Result<Self, Failure> {
        let programs =
            programs().ok_or_else(|| Failure::new("no PostgreSQL server programs found"))?;
        let user = user()?;
        let postgres = |program: &str| as_user(user, &programs.join(program));
        let stop = format!(
            "{} stop --pgdata=data --mode=immediate",
            typed(&as_user(user, &programs.join("pg_ctl")))
        );
        let scratch = Scratch::new("postgres", &stop)?;
        if let Some(user) = user {
            capture(command("chown").arg(user).arg(scratch.path()))?;
        }
        let data = scratch.path().join("data");
        capture(
            postgres("initdb")
                .current_dir(scratch.path())
                .args([
                    "--username=postgres",
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--locale=C",
                ])
                .args(["--no-sync", "--pgdata"])
                .arg(&data),
        )?;
        let port = free_port()?;
        capture(
            postgres("pg_ctl")
                .current_dir(scratch.path())
                .args(["start", "--wait", "--silent", "--log=log", "--pgdata"])
                .arg(&data)
                .arg(format!("--options={}", settings(port, durability))),
        )
        .map_err(Failure::during(
            "the throwaway PostgreSQL cluster does not start",
        ))?;
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        Ok(Self { url, scratch })
    }

    /// Where its data and its log lie.
    pub(crate) fn folder(&self) -> &Path {
        self.scratch.path()
    }

    /// Where to connect, as the superuser.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

/// Server settings. No Unix socket: its path may be longer than the system allows.
fn settings(port: u16, durability: Durability) -> String {
    let durable = match durability {
        Durability::None => "off",
        Durability::Full => "on",
    };
    format!(
        "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= \
         -c fsync={durable} -c full_page_writes={durable} -c synchronous_commit={durable} -c max_connections=300 \
         -c shared_buffers=256MB -c max_wal_size=2GB -c autovacuum_naptime=60s"
    )
}

/// The folder of `initdb` and `pg_ctl`: the newest of Debian's, or the one of the `PATH`'s `pg_config`.
pub(crate) fn programs() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| {
        ["initdb", "pg_ctl", "postgres"]
            .iter()
            .all(|program| folder.join(program).exists())
    };
    let debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let version = |entry: &std::fs::DirEntry| -> u32 {
        entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
            .unwrap_or(0)
    };
    let mut folders: Vec<_> = debian
        .map(|entry| (version(&entry), entry.path().join("bin")))
        .collect();
    folders.sort();
    let newest = folders
        .into_iter()
        .map(|(_, folder)| folder)
        .rfind(|folder| complete(folder));
    newest.or_else(|| {
        let said = capture(command("pg_config").arg("--bindir")).ok()?;
        Some(PathBuf::from(said.trim())).filter(complete)
    })
}

/// The user to run as when we are root; `None` means ourselves.
fn user() -> Result<Option<&'static str>, Failure> {
    if capture(command("id").arg("-u"))?.trim() != "0" {
        return Ok(None);
    }
    ["postgres", "nobody"]
        .into_iter()
        .find(|user| succeeds(command("id").arg(user)))
        .map(Some)
        .ok_or_else(|| {
            Failure::new("PostgreSQL refuses to run as root, and there is no other user")
        })
}

fn as_user(user: Option<&str>, program: &Path) -> Command {
    let Some(user) = user else {
        return command(program);
    };
    let mut command = command("runuser");
    command.args(["-u", user, "--"]).arg(program);
    command
}

/// A command for a shell script; none of the words needs more than simple quotes.
fn typed(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| format!("'{}'", word.to_string_lossy()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A port that was free a moment ago; the system does not hand it out again soon.
fn free_port() -> Result<u16, Failure> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(Failure::during("no free loopback port"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_answers_while_it_lives_and_leaves_nothing() {
        for (durability, fsync) in [(Durability::None, "off"), (Durability::Full, "on")] {
            let cluster = Cluster::start(durability).unwrap();
            let psql = || {
                let mut psql = command("psql");
                psql.args([cluster.url(), "-Atc", "show fsync"]);
                psql
            };
            assert_eq!(capture(&mut psql()).unwrap().trim(), fsync);
            let mut afterwards = psql();
            let folder = cluster.folder().to_owned();
            drop(cluster);
            assert!(!succeeds(&mut afterwards));
            assert!(!folder.exists());
        }
    }
}
