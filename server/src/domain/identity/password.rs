//! Passwords: their rules, and Argon2id (RFC 9106), off the async threads.

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};

pub(super) use super::hashing::turn;
use super::hashing::{Turn, run};
use crate::app::App;
use crate::error::{Error, Result};

/// Characters that a password may have.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=128;

/// What an unknown address is checked against: a hash of the parameters that real ones have, of no password, so that
/// it takes the same time as a wrong password.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$YnVyc2FyLW5vYm9keSE$\
                       q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k";

/// Refuses a password that is too short to be safe or too long to be meant.
pub(super) fn check(field: &str, password: &SecretString) -> Result<()> {
    if LENGTH.contains(&password.expose_secret().chars().count()) {
        Ok(())
    } else {
        Err(Error::validation(
            field,
            format!(
                "A password has {} to {} characters",
                LENGTH.start(),
                LENGTH.end()
            ),
        ))
    }
}

/// The PHC string of `password` with a new salt.
pub(crate) async fn hash(app: &App, password: SecretString) -> Result<String> {
    let turn = turn().await?;
    let salt = app.random_bytes::<16>();
    run(turn, move || {
        let hash: PasswordHash = Argon2::default()
            .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
            .map_err(Error::internal)?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether `password` is the one that `stored` was made of. Without `stored` it is not, and that takes as long.
pub(super) async fn verify(
    turn: &Turn,
    stored: Option<String>,
    password: SecretString,
) -> Result<bool> {
    run(turn.clone(), move || {
        let known = stored.is_some();
        let phc = stored.unwrap_or_else(|| NOBODYS.to_owned());
        let hash = PasswordHash::new(&phc).map_err(Error::internal)?;
        let right = Argon2::default()
            .verify_password(password.expose_secret().as_bytes(), &hash)
            .is_ok();
        Ok(known && right)
    })
    .await
}

#[cfg(test)]
mod tests {
    use argon2::{Argon2, PasswordHash, PasswordHasher};
    use secrecy::SecretString;

    use super::{NOBODYS, check, turn, verify};

    #[test]
    fn the_length_counts_characters_not_bytes() {
        for (password, fine) in [
            ("1234567".to_owned(), false),
            ("12345678".to_owned(), true),
            ("é".repeat(8), true),
            ("é".repeat(128), true),
            ("x".repeat(129), false),
        ] {
            let outcome = check("password", &SecretString::from(password.as_str()));
            assert_eq!(outcome.is_ok(), fine, "{password}");
        }
    }

    #[test]
    fn an_unknown_address_costs_what_a_wrong_password_costs() {
        let nobodys = PasswordHash::new(NOBODYS).expect("a PHC string");
        let real: PasswordHash = Argon2::default()
            .hash_password_with_salt(b"x", b"0123456789abcdef")
            .expect("hash");
        assert_eq!(nobodys.algorithm, real.algorithm);
        assert_eq!(nobodys.version, real.version);
        assert_eq!(nobodys.params, real.params);
        assert_eq!(
            nobodys.hash.expect("hash").len(),
            real.hash.expect("hash").len()
        );
    }

    #[tokio::test]
    async fn only_the_right_password_of_somebody_is_right() {
        let stored: PasswordHash = Argon2::default()
            .hash_password_with_salt(b"correct horse", b"0123456789abcdef")
            .expect("hash");
        let turn = turn().await.expect("a turn");
        for (known, password, right) in [
            (true, "correct horse", true),
            (true, "correct horsf", false),
            (false, "correct horse", false),
            (false, "", false),
        ] {
            let stored = known.then(|| stored.to_string());
            let outcome = verify(&turn, stored, SecretString::from(password)).await;
            assert_eq!(outcome.expect("verified"), right, "{known} {password}");
        }
    }
}
