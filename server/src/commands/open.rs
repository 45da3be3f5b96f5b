//! From a configuration to an [`App`]: directory, secret key, connection and migrations.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use secrecy::SecretString;

use super::CommandError;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Database;

/// Opens everything, creating the SQLite file and its secret key where they are missing; `migrate` brings the tables
/// up to date.
pub(super) async fn open(mut config: Config, migrate: bool) -> Result<App, CommandError> {
    if let Some(directory) = config
        .database
        .sqlite_file()
        .as_deref()
        .and_then(Path::parent)
    {
        fs::create_dir_all(directory)?;
    }
    if config.secret.key.is_none()
        && let Some(file) = &config.secret.file
    {
        config.secret.key = Some(secret_key(file)?);
    }
    let db = Database::connect(&config.database.url).await?;
    if migrate {
        db.migrate().await?;
    }
    let clock = if config.http.test_clock {
        Clock::adjustable()
    } else {
        Clock::system()
    };
    Ok(App::new(db, clock, config))
}

/// The key in `file`; a new one, readable by its owner only, where there is no file.
fn secret_key(file: &Path) -> Result<SecretString, CommandError> {
    match fs::read_to_string(file) {
        Ok(key) if key.trim().len() >= 32 => return Ok(SecretString::from(key.trim())),
        Ok(_) => {
            let text = format!(
                "{} holds no key of 32 characters or more; restore it from your backup",
                file.display()
            );
            return Err(CommandError::Unsound(text));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let key = hex::encode(crate::app::random_bytes::<32>());
    // Written aside and linked into place, so that a crash leaves a whole key or none, and of two processes that start
    // at once both end up with the same one.
    let aside = file.with_extension(format!("{}.new", std::process::id()));
    let mut options = fs::OpenOptions::new();
    let mut out = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&aside)?;
    out.write_all(key.as_bytes())?;
    out.sync_all()?;
    let linked = fs::hard_link(&aside, file);
    fs::remove_file(&aside)?;
    match linked {
        Ok(()) => Ok(SecretString::from(key)),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => secret_key(file),
        Err(error) => Err(error.into()),
    }
}
