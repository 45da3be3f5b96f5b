//! Files that are either whole or absent.
//!
//! A console that is killed while it writes must not come back with half a token or half a list
//! of profiles, so every file is written beside its place and moved there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Reads a whole file; `None` where there is none.
///
/// # Errors
/// Any failure of the file system except absence.
pub(crate) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces a file in one step; only its owner can read it (mode 0600 where there are modes).
///
/// # Errors
/// Any failure of the file system; the earlier content is then still in place.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = beside(path);
    remove(&beside)?;
    let mut file = create_private(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

/// Removes a file; no error where there is none.
///
/// # Errors
/// Any failure of the file system except absence.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_removed_quietly() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deeper").join("file.json");
        assert_eq!(read(&path).unwrap(), None);
        replace(&path, b"a long first content").unwrap();
        replace(&path, b"second").unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), b"second");
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert_eq!(read(&path).unwrap(), None);
    }

    #[test]
    fn what_a_killed_console_left_beside_does_not_matter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.json");
        fs::write(beside(&path), b"half").unwrap();
        replace(&path, b"whole").unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), b"whole");
        assert!(!beside(&path).exists());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        replace(&path, b"secret").unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
