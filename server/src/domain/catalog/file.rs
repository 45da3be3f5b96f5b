//! The shape of a catalog file, before any of its words is checked. The file itself documents the format
//! (server/catalogs/hosting.toml, at the top).

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) catalog: Header,
    #[serde(default)]
    pub(super) meters: Vec<Meter>,
    #[serde(default)]
    pub(super) plans: Vec<Plan>,
    #[serde(default)]
    pub(super) add_ons: Vec<AddOn>,
    #[serde(default)]
    pub(super) resource_kinds: Vec<Kind>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) default_currency: String,
    pub(super) default_plan: String,
    pub(super) trial_plan: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Meter {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) unit: String,
    #[serde(default)]
    pub(super) scale: i64,
    pub(super) window: Option<String>,
    pub(super) thresholds: Option<Thresholds>,
    pub(super) counts: Option<String>,
    pub(super) failure_policy: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Thresholds {
    pub(super) warning: Option<i64>,
    pub(super) alert: Option<i64>,
    pub(super) exceeded: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) tier: i64,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default = "yes")]
    pub(super) public: bool,
    #[serde(default)]
    pub(super) trial_days: i64,
    #[serde(default)]
    pub(super) prices: BTreeMap<String, Price>,
    #[serde(default)]
    pub(super) limits: BTreeMap<String, Limit>,
}

const fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Price {
    pub(super) monthly: Option<Plain>,
    pub(super) annual: Option<Plain>,
    pub(super) annual_discount: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddOn {
    pub(super) key: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) prices: BTreeMap<String, Price>,
    #[serde(default)]
    pub(super) increases: BTreeMap<String, Plain>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kind {
    pub(super) key: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) pins_slug: bool,
    pub(super) parent: Option<String>,
    #[serde(default)]
    pub(super) needs: Vec<Need>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Need {
    pub(super) meter: String,
    pub(super) amount: Option<Plain>,
    pub(super) from: Option<String>,
    pub(super) percent: Option<i64>,
    pub(super) cap: Option<String>,
}

/// A limit in its short or its long form.
#[derive(Debug)]
pub(super) struct Limit {
    pub(super) amount: Plain,
    pub(super) policy: Option<String>,
    pub(super) grace: Option<Grace>,
    pub(super) overage: Option<BTreeMap<String, Plain>>,
    pub(super) overage_per: Option<Plain>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LongLimit {
    limit: Plain,
    policy: Option<String>,
    grace: Option<Grace>,
    overage: Option<BTreeMap<String, Plain>>,
    overage_per: Option<Plain>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Grace {
    pub(super) percent: i64,
    pub(super) days: i64,
}

/// A number to the last digit that was written, a word, or yes and no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Text(String),
    Flag(bool),
}

struct PlainVisitor;

impl Visitor<'_> for PlainVisitor {
    type Value = Plain;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a text or a boolean")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Plain, E> {
        Ok(Plain::Flag(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Plain, E> {
        Ok(Plain::Text(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Plain, E> {
        Ok(Plain::Text(value.to_string()))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Plain, E> {
        Ok(Plain::Text(value.to_string()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Plain, E> {
        Ok(Plain::Text(value.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor)
    }
}

struct LimitVisitor;

impl LimitVisitor {
    const fn short(limit: Plain) -> Limit {
        Limit {
            amount: limit,
            policy: None,
            grace: None,
            overage: None,
            overage_per: None,
        }
    }
}

impl<'de> Visitor<'de> for LimitVisitor {
    type Value = Limit;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount, \"unlimited\", a boolean, or { limit = …, policy = … }")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Limit, E> {
        PlainVisitor.visit_bool(value).map(Self::short)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Limit, E> {
        PlainVisitor.visit_i64(value).map(Self::short)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Limit, E> {
        PlainVisitor.visit_u64(value).map(Self::short)
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Limit, E> {
        PlainVisitor.visit_i128(value).map(Self::short)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Limit, E> {
        PlainVisitor.visit_str(value).map(Self::short)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Limit, A::Error> {
        let long = LongLimit::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Limit {
            amount: long.limit,
            policy: long.policy,
            grace: long.grace,
            overage: long.overage,
            overage_per: long.overage_per,
        })
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LimitVisitor)
    }
}
