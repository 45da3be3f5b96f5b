//! The three mutations that make, renew and end a session, and how their payloads read.
//!
//! These are the only documents the Rust side knows; everything else comes from the front end.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::graphql::{Answer, Operation};

macro_rules! session_payload {
    () => {
        "{ session { accessToken refreshToken expiresAt } viewer { isSystemAdmin user { email name } } \
         userErrors { message } }"
    };
}

/// What the server granted: the tokens and whose they are.
pub(super) struct Grant {
    pub(super) access_token: SecretString,
    pub(super) refresh_token: SecretString,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) viewer: Option<Viewer>,
}

/// The person behind a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Viewer {
    pub(super) is_system_admin: bool,
    pub(super) user: Option<User>,
}

/// The user, absent for an API key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct User {
    pub(super) email: String,
    pub(super) name: String,
}

/// The server's decision on a sign-in or a refresh.
pub(super) enum Verdict {
    /// Here are the tokens.
    Granted(Box<Grant>),
    /// No, with the server's reason for the person.
    Refused(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    session: Option<Session>,
    viewer: Option<Viewer>,
    #[serde(default)]
    user_errors: Vec<UserError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    access_token: String,
    refresh_token: String,
    expires_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct UserError {
    message: String,
}

pub(super) fn sign_in(email: &str, password: &str, totp_code: Option<&str>) -> Operation {
    let mut input = json!({ "email": email, "password": password });
    if let Some(code) = totp_code {
        input["totpCode"] = code.into();
    }
    operation(
        "SignIn",
        concat!(
            "mutation SignIn($input: SignInInput!) { payload: signIn(input: $input) ",
            session_payload!(),
            " }"
        ),
        &input,
    )
}

pub(super) fn refresh(refresh_token: &str) -> Operation {
    operation(
        "RefreshSession",
        concat!(
            "mutation RefreshSession($input: RefreshSessionInput!) { payload: refreshSession(input: $input) ",
            session_payload!(),
            " }"
        ),
        &json!({ "refreshToken": refresh_token }),
    )
}

pub(super) fn sign_out(refresh_token: &str) -> Operation {
    operation(
        "SignOut",
        "mutation SignOut($input: SignOutInput!) { payload: signOut(input: $input) { signedOut } }",
        &json!({ "refreshToken": refresh_token }),
    )
}

fn operation(name: &str, query: &str, input: &Value) -> Operation {
    Operation {
        query: query.to_owned(),
        variables: json!({ "input": input }),
        operation_name: Some(name.to_owned()),
    }
}

/// Reads the answer to [`sign_in`] or [`refresh`].
///
/// Only a clear no is a refusal. A server in trouble (rate limit, internal error) must not cost the
/// person their session, so that is a failure instead.
pub(super) fn verdict(answer: Answer) -> Result<Verdict, Failure> {
    if answer.has_code("UNAUTHENTICATED") {
        return Ok(Verdict::Refused(
            answer
                .first_message()
                .unwrap_or("The server refused.")
                .to_owned(),
        ));
    }
    if let Some(message) = answer.first_message() {
        return Err(Failure::bad_response(message));
    }
    let payload = answer
        .data
        .and_then(|mut data| data.get_mut("payload").map(Value::take))
        .unwrap_or_default();
    let payload: Payload = serde_json::from_value(payload).map_err(|_| {
        Failure::bad_response("The server's answer about the session is not as expected.")
    })?;
    Ok(match payload.session {
        Some(session) if payload.user_errors.is_empty() => Verdict::Granted(Box::new(Grant {
            access_token: session.access_token.into(),
            refresh_token: session.refresh_token.into(),
            expires_at: session.expires_at,
            viewer: payload.viewer,
        })),
        _ => Verdict::Refused(reasons(&payload.user_errors)),
    })
}

fn reasons(errors: &[UserError]) -> String {
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    if messages.is_empty() {
        "The server refused.".to_owned()
    } else {
        messages.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::failure::FailureCode;

    fn read(answer: Value) -> Result<Verdict, Failure> {
        verdict(serde_json::from_value(answer).unwrap())
    }

    #[test]
    fn a_grant_is_read() {
        let verdict = read(json!({ "data": { "payload": {
            "session": { "accessToken": "a", "refreshToken": "r", "expiresAt": "2026-11-20T12:00:00Z" },
            "viewer": { "isSystemAdmin": true, "user": { "email": "a@example.com", "name": "Ada" } },
            "userErrors": []
        } } }));
        let Ok(Verdict::Granted(grant)) = verdict else {
            panic!("refused")
        };
        assert_eq!(grant.access_token.expose_secret(), "a");
        assert_eq!(grant.refresh_token.expose_secret(), "r");
        assert_eq!(grant.expires_at.to_rfc3339(), "2026-11-20T12:00:00+00:00");
        assert!(grant.viewer.unwrap().is_system_admin);
    }

    #[test]
    fn a_clear_no_is_a_refusal() {
        for answer in [
            json!({ "data": { "payload": { "session": null, "viewer": null, "userErrors": [{ "message": "No." }] } } }),
            json!({ "data": null, "errors": [{ "message": "No.", "extensions": { "code": "UNAUTHENTICATED" } }] }),
        ] {
            let Ok(Verdict::Refused(reason)) = read(answer) else {
                panic!("not refused")
            };
            assert_eq!(reason, "No.");
        }
    }

    #[test]
    fn a_server_in_trouble_is_a_failure_and_not_a_refusal() {
        for answer in [
            json!({ "data": null, "errors": [{ "message": "Slow down.", "extensions": { "code": "RATE_LIMITED" } }] }),
            json!({ "data": { "payload": { "session": { "accessToken": 1 } } } }),
            json!({ "data": {} }),
        ] {
            assert_eq!(read(answer).err().unwrap().code, FailureCode::BadResponse);
        }
    }
}
