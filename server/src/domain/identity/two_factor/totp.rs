//! The codes of authenticators: TOTP (RFC 6238) with HMAC-SHA-1, six digits and thirty seconds, which every authenticator
//! knows. Pure functions of a secret and a moment.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use url::Url;

/// Bytes of a secret: as long as the hash (RFC 4226, section 4, R6).
pub(super) const SECRET_BYTES: usize = 20;
/// Seconds that a code is shown for.
const PERIOD: i64 = 30;
/// Digits of a code.
const DIGITS: usize = 6;
/// Periods that a clock may be ahead or behind.
const DRIFT: i64 = 1;
/// Whose account it is, as authenticators show it.
const ISSUER: &str = "Bursar";

/// The period in which `code` is shown, when that is the present one, the one before or the one after, and later than
/// `spent`.
pub(super) fn step_of(
    secret: &SecretSlice<u8>,
    code: &str,
    now: DateTime<Utc>,
    spent: Option<i64>,
) -> Option<i64> {
    let present = now.timestamp().div_euclid(PERIOD);
    let mut found = None;
    // All of them, whichever fits, so that the time that it takes tells nothing.
    for step in present - DRIFT..=present + DRIFT {
        let fits: bool = show(secret, step).as_bytes().ct_eq(code.as_bytes()).into();
        if fits && spent.is_none_or(|spent| step > spent) {
            found = Some(step);
        }
    }
    found
}

/// Whether `text` looks like a code.
pub(super) fn is_code(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The code of a period, counted from 1970 (RFC 4226, section 5.3).
fn show(secret: &SecretSlice<u8>, step: i64) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.expose_secret()) else {
        // HMAC takes keys of any length. No code is empty.
        return String::new();
    };
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[19] & 0x0f);
    let word = hash[offset..offset + 4]
        .iter()
        .fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    format!("{:0DIGITS$}", (word & 0x7fff_ffff) % 1_000_000)
}

/// The secret as people type it (RFC 4648, base32 without padding).
pub(super) fn base32(secret: &SecretSlice<u8>) -> String {
    data_encoding::BASE32_NOPAD.encode(secret.expose_secret())
}

/// The address that authenticators read as a QR code (the Key URI Format of Google Authenticator).
pub(super) fn uri(secret: &SecretSlice<u8>, email: &str) -> Option<String> {
    let mut uri = Url::parse("otpauth://totp").ok()?;
    uri.set_path(&format!("{ISSUER}:{email}"));
    uri.query_pairs_mut()
        .append_pair("secret", &base32(secret))
        .append_pair("issuer", ISSUER)
        .append_pair("algorithm", "SHA1")
        .append_pair("digits", &DIGITS.to_string())
        .append_pair("period", &PERIOD.to_string());
    Some(uri.into())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use secrecy::SecretSlice;

    use super::{is_code, show, step_of, uri};

    fn secret() -> SecretSlice<u8> {
        b"12345678901234567890".to_vec().into()
    }

    #[test]
    fn the_test_vectors_of_the_specification() {
        // RFC 6238, appendix B, of which six digits are the last six of eight.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(show(&secret(), seconds / 30), code, "{seconds}");
        }
    }

    #[test]
    fn a_code_fits_one_period_around_its_own_and_never_twice() {
        let code = show(&secret(), 100);
        let at = |step: i64, second: i64| {
            DateTime::from_timestamp(step * 30 + second, 0).expect("in range")
        };
        for (now, spent, found) in [
            (at(98, 29), None, None),
            (at(99, 0), None, Some(100)),
            (at(100, 0), None, Some(100)),
            (at(101, 29), None, Some(100)),
            (at(102, 0), None, None),
            (at(100, 0), Some(99), Some(100)),
            (at(100, 0), Some(100), None),
            (at(100, 0), Some(101), None),
        ] {
            assert_eq!(
                step_of(&secret(), &code, now, spent),
                found,
                "{now} {spent:?}"
            );
        }
        assert_eq!(step_of(&secret(), "", at(100, 0), None), None);
        assert_eq!(step_of(&secret(), &code[1..], at(100, 0), None), None);
    }

    #[test]
    fn codes_are_six_digits() {
        assert!(is_code("012345"));
        for text in ["", "12345", "1234567", "12345a", "１２３４５６", "-12345"] {
            assert!(!is_code(text), "{text}");
        }
    }

    #[test]
    fn the_address_names_account_and_issuer() {
        let uri = uri(&secret(), "ada+x@example.com").expect("an address");
        assert_eq!(
            uri,
            "otpauth://totp/Bursar:ada+x@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Bursar&algorithm=SHA1&digits=6&period=30"
        );
    }
}
