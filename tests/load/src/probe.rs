//! The machine that figures come from: without its flush time and its versions a ratio says little.

use std::fs::File;
use std::io::Write as _;
use std::time::{Duration, Instant};

use sea_orm::sqlx::{self, Connection as _, Row as _, SqliteConnection};

use crate::failure::Outcome;
use crate::histogram::milliseconds;

/// Flushes that the median is taken of.
const FLUSHES: usize = 200;
/// What is appended before each of them: a page of PostgreSQL.
const PAGE: [u8; 8 << 10] = [7; 8 << 10];

/// The machine and the versions, as lines of a Markdown list.
pub(crate) async fn describe() -> Outcome<String> {
    let build = if cfg!(debug_assertions) {
        "**a debug build, whose figures mean nothing**"
    } else {
        "a release build"
    };
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = std::thread::available_parallelism()?;
    Ok(format!(
        "- Bursar {}, {build}; Linux {}, {cores} cores ({})\n- {}; SQLite {}\n- fdatasync of an 8 KiB append: median {} of {FLUSHES}\n",
        env!("CARGO_PKG_VERSION"),
        kernel.trim(),
        processor(),
        postgres().await?,
        sqlite().await?,
        milliseconds(flush()?),
    ))
}

fn processor() -> String {
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    about
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown", |rest| rest.trim_matches([' ', '\t', ':']))
        .to_owned()
}

/// Version and durability: without fsync PostgreSQL's figures compare nothing that anybody should run.
async fn postgres() -> Outcome<String> {
    let mut connection = crate::plain::connect_to_cluster().await?;
    let mut setting = async |name: &str| -> Outcome<String> {
        let row = sqlx::query("SELECT current_setting($1)").bind(name.to_owned());
        Ok(row.fetch_one(&mut connection).await?.try_get(0)?)
    };
    Ok(format!(
        "PostgreSQL {}, fsync {}, synchronous_commit {}, full_page_writes {}",
        setting("server_version").await?,
        setting("fsync").await?,
        setting("synchronous_commit").await?,
        setting("full_page_writes").await?,
    ))
}

async fn sqlite() -> Outcome<String> {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await?;
    let row = sqlx::query("SELECT sqlite_version()")
        .fetch_one(&mut connection)
        .await?;
    Ok(row.try_get(0)?)
}

/// The median time of a flush after an append, in the folder for temporary files, where databases of a run lie too.
fn flush() -> Outcome<Duration> {
    let mut file: File = tempfile::tempfile()?;
    let mut times = Vec::with_capacity(FLUSHES);
    for _ in 0..FLUSHES {
        file.write_all(&PAGE)?;
        let start = Instant::now();
        file.sync_data()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times[FLUSHES / 2])
}
