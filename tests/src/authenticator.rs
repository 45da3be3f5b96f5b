//! Somebody's authenticator: shows codes after RFC 6238, written independently of the product's own.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha1::Sha1;

use crate::answer::Answer;
use crate::app::TestApp;
use crate::client::Client;
use crate::factories::{PASSWORD, Person};

/// Holds one secret, and looks at the clock of the server.
#[derive(Clone, Debug)]
pub struct Authenticator {
    secret: Vec<u8>,
}

impl Authenticator {
    /// One that was given `secret` in base32.
    pub fn new(secret: &str) -> Self {
        let secret = BASE32_NOPAD.decode(secret.as_bytes());
        Self {
            secret: secret.expect("a secret in base32"),
        }
    }

    /// What it shows now.
    pub fn code(&self, app: &TestApp) -> String {
        self.code_at(app, 0)
    }

    /// What it shows so many periods of thirty seconds from now.
    pub fn code_at(&self, app: &TestApp, periods: i64) -> String {
        let counter = app.app.now().timestamp() / 30 + periods;
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.secret).expect("any length");
        mac.update(&u64::try_from(counter).expect("after 1970").to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let at = usize::from(hash[hash.len() - 1] % 16);
        let four = [hash[at] & 127, hash[at + 1], hash[at + 2], hash[at + 3]];
        format!("{:06}", u32::from_be_bytes(four) % 1_000_000)
    }

    /// Six digits that it shows neither now nor a little earlier or later.
    pub fn wrong_code(&self, app: &TestApp) -> String {
        let near: Vec<String> = (-2..=2).map(|n| self.code_at(app, n)).collect();
        (0..6)
            .map(|digit| digit.to_string().repeat(6))
            .find(|code| !near.contains(code))
            .expect("five codes are not six")
    }
}

impl Person {
    /// Switches two-factor authentication on; the authenticator, whose present code is spent, and the recovery codes.
    pub async fn enable_two_factor(&self, app: &TestApp) -> (Authenticator, Vec<String>) {
        let begun = self
            .client
            .mutate("enableTwoFactor", json!({ "password": PASSWORD }), "secret")
            .await
            .expect_no_errors();
        let authenticator = Authenticator::new(&begun.text("enableTwoFactor.secret"));
        let input = json!({ "totpCode": authenticator.code(app) });
        let confirmed = self
            .client
            .mutate("confirmTwoFactor", input, "recoveryCodes")
            .await
            .expect_no_errors();
        let codes = confirmed.list("confirmTwoFactor.recoveryCodes").iter();
        let codes = codes.filter_map(|code| code.as_str().map(ToOwned::to_owned));
        (authenticator, codes.collect())
    }
}

impl Client {
    /// Signs in with a code beside the password; the answer with the session.
    pub async fn sign_in_with(&self, email: &str, password: &str, code: Option<&str>) -> Answer {
        self.anonymous()
            .mutate(
                "signIn",
                json!({ "email": email, "password": password, "totpCode": code }),
                "session { accessToken refreshToken expiresAt } viewer { twoFactorEnabled user { id } }",
            )
            .await
    }
}
