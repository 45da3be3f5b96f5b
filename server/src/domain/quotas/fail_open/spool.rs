//! The files of what was granted without the database. A line is flushed to the disk before it is acknowledged, so that
//! neither a crash of this process nor one of the machine loses it.
//!
//! Each process writes to a file of its own, which it keeps locked. Whoever settles takes every file that nobody holds, so
//! what a process left behind that never came back is settled by another.

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bursar_entities::ids::OrganizationId;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::entry::Entry;
use crate::domain::quotas::decide::Decision;
use crate::domain::quotas::record::Fingerprint;

/// How the files are called, around an id.
const PREFIX: &str = "open-grants-";
const SUFFIX: &str = ".jsonl";

/// Most grants of a process that may wait to be recorded.
const MOST: usize = 100_000;

/// What has been granted under a key, until it is recorded.
pub(super) type Granted = (Fingerprint, Vec<Decision>);

/// The files of one directory.
pub(super) struct Spool {
    directory: Arc<Path>,
    current: Mutex<Current>,
}

/// What this process writes at present.
#[derive(Default)]
pub(super) struct Current {
    file: Option<Arc<File>>,
    keys: HashMap<(OrganizationId, String), Granted>,
}

/// A file that nobody writes any more, held by whoever settles it.
pub(super) struct Taken {
    /// Which one: the same whenever it is tried again.
    pub(super) id: Uuid,
    pub(super) entries: Vec<Entry>,
    path: PathBuf,
    _held: File,
}

impl Spool {
    pub(super) fn new(directory: PathBuf) -> Self {
        Self {
            directory: directory.into(),
            current: Mutex::default(),
        }
    }

    /// The file that is written at present; one at a time, so that a key is granted once.
    pub(super) async fn current(&self) -> tokio::sync::MutexGuard<'_, Current> {
        self.current.lock().await
    }

    /// Writes `entry` to the disk; a new file is called after it.
    pub(super) async fn append(&self, current: &mut Current, entry: &Entry) -> io::Result<()> {
        let id = entry.id;
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let (directory, file) = (Arc::clone(&self.directory), current.file.clone());
        // After a failure the next line goes to another file.
        current.file = None;
        let written = tokio::task::spawn_blocking(move || {
            let file = match file {
                Some(file) => file,
                None => Arc::new(create(&directory, id)?),
            };
            let before = file.metadata()?.len();
            let written = (&*file).write_all(&line).and_then(|()| file.sync_data());
            if let Err(error) = written {
                // The caller hears that nothing was granted, so nothing may be found there later.
                file.set_len(before)?;
                return Err(error);
            }
            io::Result::Ok(file)
        });
        current.file = Some(written.await.map_err(io::Error::other)??);
        Ok(())
    }

    /// Ends the present file, and takes the files that nobody writes.
    pub(super) async fn take(&self) -> io::Result<Vec<Taken>> {
        let mut current = self.current().await;
        current.file = None;
        let directory = Arc::clone(&self.directory);
        tokio::task::spawn_blocking(move || take_all(&directory))
            .await
            .map_err(io::Error::other)?
    }

    /// Ends `taken`, all of which is recorded and reported.
    pub(super) async fn remove(&self, taken: Taken) -> io::Result<()> {
        let mut current = self.current().await;
        for entry in &taken.entries {
            let key = (OrganizationId(entry.organization), entry.key.clone());
            current.keys.remove(&key);
        }
        tokio::task::spawn_blocking(move || std::fs::remove_file(&taken.path))
            .await
            .map_err(io::Error::other)?
    }
}

impl Current {
    /// What has been granted under `key`.
    pub(super) fn granted(&self, organization: OrganizationId, key: &str) -> Option<&Granted> {
        self.keys.get(&(organization, key.to_owned()))
    }

    /// Whether nothing more may be granted before something is recorded.
    pub(super) fn is_full(&self) -> bool {
        self.keys.len() >= MOST
    }

    /// Remembers what has been granted under `key`.
    pub(super) fn remember(&mut self, organization: OrganizationId, key: String, granted: Granted) {
        self.keys.insert((organization, key), granted);
    }
}

/// A new file, held by this process, whose name is on the disk as well.
fn create(directory: &Path, id: Uuid) -> io::Result<File> {
    std::fs::create_dir_all(directory)?;
    let path = directory.join(format!("{PREFIX}{id}{SUFFIX}"));
    let file = OpenOptions::new()
        .create_new(true)
        .append(true)
        .open(path)?;
    file.try_lock()?;
    File::open(directory)?.sync_all()?;
    Ok(file)
}

fn take_all(directory: &Path) -> io::Result<Vec<Taken>> {
    let files = match std::fs::read_dir(directory) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut all = Vec::new();
    for file in files {
        let path = file?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let id = name
            .and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX))
            .and_then(|id| id.parse().ok());
        let Some(id) = id else { continue };
        match take_one(path, id) {
            Ok(taken) => all.extend(taken),
            Err(error) => {
                tracing::error!(file = %id, %error, "a file of grants cannot be read");
            }
        }
    }
    Ok(all)
}

/// The file at `path`, unless another process holds it.
fn take_one(path: PathBuf, id: Uuid) -> io::Result<Option<Taken>> {
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        // Whoever held it has settled it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut entries = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        match serde_json::from_slice(line) {
            Ok(entry) if line.ends_with(b"\n") => entries.push(entry),
            // Cut off by a crash or a full disk, and therefore never acknowledged.
            _ => {
                let file = path.display();
                tracing::warn!(%file, "a line that was not written to its end is left out");
            }
        }
    }
    Ok(Some(Taken {
        id,
        entries,
        path,
        _held: file,
    }))
}
