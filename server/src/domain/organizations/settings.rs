//! The settings object (ORG-2): keys that Bursar knows are validated, keys that it does not know are kept as they are.

use std::str::FromStr;

use bursar_entities::enums::{ConnectionKind, ResourceStatus};
use bursar_entities::ids::{ConnectionId, OrganizationId, ResourceId};
use bursar_entities::{connection, resource, resource_kind};
use chrono_tz::Tz;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, PaginatorTrait, QueryFilter};
use serde_json::{Map, Value};

use crate::domain::access::REQUIRE_TWO_FACTOR;
use crate::domain::email;
use crate::error::{Code, Error, Result};

/// A settings object.
pub(super) type Settings = Map<String, Value>;

/// Most bytes that a settings object may take as JSON text.
const LARGEST: usize = 64 * 1024;
/// Where files may go (ORG-7).
const STORAGE_PROVIDERS: [&str; 6] = [
    "aws_s3",
    "cloudflare_r2",
    "backblaze_b2",
    "minio",
    "sftp",
    "ftp",
];
/// The languages of messages.
const LOCALES: [&str; 3] = ["en", "fr", "vi"];
/// The kind of resource that `default_server_id` names.
const SERVER: &str = "server";

/// `current` with the keys of `patch` laid over it; a key whose value is null goes away.
pub(super) fn merge(current: &Settings, patch: &Settings) -> Settings {
    let mut merged = current.clone();
    for (key, value) in patch {
        if value.is_null() {
            merged.remove(key);
        } else {
            merged.insert(key.clone(), value.clone());
        }
    }
    merged
}

/// `patch` with its known keys checked as far as that needs nothing but the values themselves.
pub(super) fn check(patch: Settings) -> Result<Settings> {
    patch
        .into_iter()
        .map(|(key, value)| Ok((key.clone(), check_one(&key, value)?)))
        .collect()
}

/// Refuses a settings object that has grown too large.
pub(super) fn check_size(settings: &Settings) -> Result<()> {
    let size = serde_json::to_string(settings).map_or(usize::MAX, |text| text.len());
    if size <= LARGEST {
        Ok(())
    } else {
        Err(Error::validation(
            "settings",
            "The settings would take more than 64 KiB; remove keys by setting them to null",
        ))
    }
}

fn check_one(key: &str, value: Value) -> Result<Value> {
    if value.is_null() {
        return Ok(value);
    }
    let one_of = |allowed: &[&str]| match value.as_str() {
        Some(text) if allowed.contains(&text) => Ok(value.clone()),
        _ => Err(wrong(
            key,
            &format!("must be one of {}", allowed.join(", ")),
        )),
    };
    match key {
        "timezone" => match value.as_str().map(Tz::from_str) {
            Some(Ok(zone)) => Ok(zone.name().into()),
            _ => Err(wrong(key, "must be an IANA time zone such as Europe/Paris")),
        },
        REQUIRE_TWO_FACTOR => match &value {
            Value::Bool(_) => Ok(value),
            _ => Err(wrong(key, "must be true or false")),
        },
        "default_storage_provider" => one_of(&STORAGE_PROVIDERS),
        "locale" => one_of(&LOCALES),
        "notification_email" => email::parse(key, value.as_str().unwrap_or_default())
            .map(Value::from)
            .map_err(|error| error.at(&["settings", key])),
        "default_server_id" | "default_git_connection_id" => match as_id::<ResourceId>(&value) {
            Some(_) => Ok(value),
            None => Err(wrong(key, "must be an id")),
        },
        _ if key.contains('\0') || holds_nul(&value) => {
            Err(wrong("", "must not hold the character U+0000"))
        }
        _ => Ok(value),
    }
}

/// Refuses ids in `patch` that name nothing in this organization.
pub(super) async fn check_references_in_tx(
    tx: &impl ConnectionTrait,
    organization: OrganizationId,
    patch: &Settings,
) -> Result<()> {
    if let Some(server) = patch.get("default_server_id").and_then(as_id::<ResourceId>)
        && !has_server(tx, organization, server).await?
    {
        return Err(wrong(
            "default_server_id",
            "names no server of this organization",
        ));
    }
    if let Some(id) = patch.get("default_git_connection_id").and_then(as_id)
        && !has_git_connection(tx, organization, id).await?
    {
        return Err(wrong(
            "default_git_connection_id",
            "names no Git connection of this organization",
        ));
    }
    Ok(())
}

async fn has_server(
    tx: &impl ConnectionTrait,
    organization: OrganizationId,
    server: ResourceId,
) -> Result<bool> {
    let servers = Query::select()
        .column(resource_kind::Column::Id)
        .from(resource_kind::Entity)
        .and_where(resource_kind::Column::Key.eq(SERVER))
        .take();
    let found = resource::Entity::find_in(organization)
        .filter(resource::Column::Id.eq(server))
        .filter(resource::Column::Status.eq(ResourceStatus::Active))
        .filter(resource::Column::KindId.in_subquery(servers))
        .count(tx)
        .await?;
    Ok(found > 0)
}

async fn has_git_connection(
    tx: &impl ConnectionTrait,
    organization: OrganizationId,
    id: ConnectionId,
) -> Result<bool> {
    let found = connection::Entity::find_in(organization)
        .filter(connection::Column::Id.eq(id))
        .filter(connection::Column::Kind.eq(ConnectionKind::Git))
        .count(tx)
        .await?;
    Ok(found > 0)
}

fn as_id<I: FromStr>(value: &Value) -> Option<I> {
    value.as_str().and_then(|text| text.parse().ok())
}

/// PostgreSQL's `jsonb` cannot hold this character.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(fields) => fields
            .iter()
            .any(|(key, value)| key.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn wrong(key: &str, problem: &str) -> Error {
    let message = format!("The setting {key} {problem}").replace("  ", " ");
    let error = Error::new(Code::Validation, message);
    if key.is_empty() {
        error.at(&["settings"])
    } else {
        error.at(&["settings", key])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{Settings, check, check_size, merge};

    fn object(value: Value) -> Settings {
        match value {
            Value::Object(object) => object,
            other => panic!("{other} is not an object"),
        }
    }

    #[test]
    fn known_keys_are_validated_and_unknown_ones_kept() {
        let fine = object(json!({
            "timezone": "Asia/Ho_Chi_Minh",
            "default_storage_provider": "cloudflare_r2",
            "locale": "vi",
            "notification_email": "ops@example.com",
            "require_two_factor": true,
            "theme": { "accent": "#fff", "deep": [1, null, "x"] },
            "locale_note": null,
        }));
        assert_eq!(check(fine.clone()).expect("fine"), fine);
        for (key, value) in [
            ("timezone", json!("Mars/Olympus")),
            ("timezone", json!(7)),
            ("default_storage_provider", json!("dropbox")),
            ("locale", json!("de")),
            ("locale", json!(["en"])),
            ("notification_email", json!("nobody")),
            ("default_server_id", json!("x")),
            ("default_git_connection_id", json!(1)),
            ("require_two_factor", json!("yes")),
        ] {
            let patch = object(json!({ key: value }));
            assert_eq!(check(patch).expect_err(key).path, ["settings", key]);
        }
        assert!(check(object(json!({ "note": ["a\0"] }))).is_err());
    }

    #[test]
    fn null_removes_and_the_rest_stays() {
        let current = object(json!({ "locale": "fr", "a": 1, "b": 2 }));
        let patch = object(json!({ "locale": null, "b": { "c": 3 }, "gone": null }));
        assert_eq!(
            merge(&current, &patch),
            object(json!({ "a": 1, "b": { "c": 3 } }))
        );
    }

    #[test]
    fn settings_cannot_grow_without_bound() {
        assert!(check_size(&object(json!({ "a": "x".repeat(64_000) }))).is_ok());
        assert!(check_size(&object(json!({ "a": "x".repeat(70_000) }))).is_err());
    }

    fn settings() -> impl Strategy<Value = Settings> {
        let value = prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::from)];
        proptest::collection::btree_map("[a-c]{1,2}", value, 0..6)
            .prop_map(|map| map.into_iter().collect())
    }

    proptest! {
        #[test]
        fn merging_twice_is_merging_once(current in settings(), patch in settings()) {
            let once = merge(&current, &patch);
            prop_assert_eq!(&merge(&once, &patch), &once);
            for (key, value) in &patch {
                let expected = (!value.is_null()).then_some(value);
                prop_assert_eq!(once.get(key), expected);
            }
            for (key, value) in &current {
                if !patch.contains_key(key) {
                    prop_assert_eq!(once.get(key), Some(value));
                }
            }
        }
    }
}
