//! `createApiKey`.

use bursar_entities::api_key::{self, Model};
use bursar_entities::ids::OrganizationId;
use chrono::{DateTime, Utc};
use ipnet::IpNet;
use sea_orm::{EntityTrait, IntoActiveModel};
use secrecy::SecretString;

use super::{ApiKeyError, addresses, secret, words};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, PermissionSet, authorize_change};
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::quotas::lock_in_tx;
use crate::error::Result;

/// Longest name, in characters.
const LONGEST_NAME: usize = 100;

/// What a key is to be.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// In which organization.
    pub organization: OrganizationId,
    /// What to call it, 1 to 100 characters.
    pub name: String,
    /// Codes of the permissions that it is to hold.
    pub permissions: Vec<String>,
    /// From when on it does not work; never when absent.
    pub expires_at: Option<DateTime<Utc>>,
    /// Addresses and networks that it may be used from; empty for anywhere.
    pub allowed_ips: Vec<String>,
}

/// A key and its secret, which is told this once.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The key.
    pub key: Model,
    /// The secret.
    pub secret: SecretString,
}

/// Makes a key. Only a person may, and gives no permission that they do not hold.
///
/// # Errors
/// As [`authorize_change`] for `org.api_keys.manage`; `FORBIDDEN` for an API key, and with the permission that the
/// caller lacks; `VALIDATION` for a bad name, permission, address or time.
pub async fn create(app: &App, actor: &Actor, input: NewApiKey) -> Result<Shown> {
    let creator = actor.user()?.id;
    let organization = input.organization;
    let tx = app.db.begin().await?;
    // Locked first, so that a caller who is being removed makes no key any more.
    lock_in_tx(&*tx, organization).await?;
    let access = authorize_change(&*tx, actor, organization, Permission::ApiKeysManage).await?;
    let checked = Checked::new(app, &input)?;
    access.require_held(checked.permissions)?;
    let secret = secret::generate(app);
    let key = Model {
        id: app.new_id(),
        organization_id: organization,
        name: checked.name,
        prefix: secret::prefix(&secret),
        secret_hash: secret::hash(&secret).0.to_vec(),
        previous_prefix: None,
        previous_hash: None,
        previous_until: None,
        permissions: checked.permissions.codes().join(" "),
        allowed_ips: addresses::to_text(&checked.networks),
        created_by: Some(creator),
        created_at: app.now(),
        expires_at: input.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    api_key::Entity::insert(key.clone().into_active_model())
        .exec_without_returning(&*tx)
        .await?;
    append_in_tx(&*tx, app, actor, entry(&key)).await?;
    tx.commit().await?;
    Ok(Shown { key, secret })
}

/// What the log keeps of a new key: everything but its secret.
fn entry(key: &Model) -> Entry {
    Entry::new("api_key_created", "api_key")
        .organization(key.organization_id)
        .resource(key.id.0, &key.name)
        .value("name", key.name.as_str())
        .value("prefix", key.prefix.as_str())
        .value("permissions", words(&key.permissions))
        .value("allowedIps", words(&key.allowed_ips))
        .value("expiresAt", key.expires_at.map(|at| at.to_rfc3339()))
}

/// Input that has been found to be in order.
struct Checked {
    name: String,
    permissions: PermissionSet,
    networks: Vec<IpNet>,
}

impl Checked {
    fn new(app: &App, input: &NewApiKey) -> Result<Self, ApiKeyError> {
        if input.expires_at.is_some_and(|at| at <= app.now()) {
            return Err(ApiKeyError::ExpiresInThePast);
        }
        Ok(Self {
            name: name(&input.name)?,
            permissions: permissions(&input.permissions)?,
            networks: addresses::parse(&input.allowed_ips)?,
        })
    }
}

fn name(text: &str) -> Result<String, ApiKeyError> {
    let name = text.trim();
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count());
    if fits && !name.contains(char::is_control) {
        return Ok(name.to_owned());
    }
    Err(ApiKeyError::Name)
}

fn permissions(codes: &[String]) -> Result<PermissionSet, ApiKeyError> {
    if codes.is_empty() {
        return Err(ApiKeyError::NoPermission);
    }
    let named = |(index, code): (usize, &String)| {
        Permission::from_code(code).ok_or_else(|| ApiKeyError::NotAPermission {
            code: code.chars().take(64).collect(),
            index,
        })
    };
    codes.iter().enumerate().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::{ApiKeyError, name, permissions};

    #[test]
    fn a_name_is_short_and_on_one_line() {
        assert_eq!(name(" billing worker "), Ok("billing worker".to_owned()));
        for wrong in ["", "  ", "a\nb", &"é".repeat(101)] {
            assert_eq!(name(wrong), Err(ApiKeyError::Name), "{wrong:?}");
        }
        assert!(name(&"é".repeat(100)).is_ok());
    }

    #[test]
    fn permissions_exist_and_are_kept_once() {
        let codes = |codes: &[&str]| {
            let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
            permissions(&codes).map(|set| set.codes().join(" "))
        };
        assert_eq!(
            codes(&["org.quota.consume", "org.view", "org.view"]).as_deref(),
            Ok("org.view org.quota.consume")
        );
        assert_eq!(codes(&[]), Err(ApiKeyError::NoPermission));
        assert_eq!(
            codes(&["org.view", "org.everything"]),
            Err(ApiKeyError::NotAPermission {
                code: "org.everything".to_owned(),
                index: 1
            })
        );
    }
}
