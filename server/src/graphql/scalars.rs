//! The graph's own scalars (contract.md, graph conventions), and ids.

use std::str::FromStr;

use async_graphql::{
    ID, InputValueError, InputValueResult, Number, Scalar, ScalarType, SimpleObject, Value,
};
use bursar_entities::ids::TypedId;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use uuid::Uuid;

use crate::error::{Error, Result};

/// Largest magnitude that every JSON reader keeps exactly: 2^53.
const LARGEST: i64 = 1 << 53;

/// An amount of a meter or of money: a JSON number, exact to the meter's scale (at most 6 decimal places), at most 2^53
/// in magnitude.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity(pub Decimal);

/// An amount of a meter or of money: a JSON number, exact to the meter's scale (at most 6 decimal places), at most 2^53
/// in magnitude.
#[Scalar(name = "Quantity")]
impl ScalarType for Quantity {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::Number(number) = value else {
            return Err(InputValueError::expected_type(value));
        };
        let text = number.to_string();
        let decimal = Decimal::from_str(&text).or_else(|_| Decimal::from_scientific(&text));
        match decimal {
            Ok(amount) if amount.abs() <= Decimal::from(LARGEST) => Ok(Self(amount.normalize())),
            _ => Err(InputValueError::custom(
                "a Quantity is a decimal number of at most 2^53 in magnitude",
            )),
        }
    }

    fn to_value(&self) -> Value {
        let amount = self.0.normalize();
        let number = match amount.to_i64() {
            Some(whole) if amount.is_integer() => Some(Number::from(whole)),
            _ => amount.to_string().parse().ok().and_then(Number::from_f64),
        };
        number.map_or(Value::Null, Value::Number)
    }
}

impl Quantity {
    /// `units` of 10^-`scale` each.
    #[must_use]
    pub fn from_units(units: i64, scale: i16) -> Self {
        Self(Decimal::new(
            units,
            u32::try_from(scale).unwrap_or_default(),
        ))
    }
}

impl From<i64> for Quantity {
    fn from(whole: i64) -> Self {
        Self(Decimal::from(whole))
    }
}

/// An ISO 4217 currency code in capitals, such as `USD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrencyCode(pub String);

/// An ISO 4217 currency code in capitals, such as `USD`.
#[Scalar(name = "CurrencyCode")]
impl ScalarType for CurrencyCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(code) if iso_currency::Currency::from_code(code).is_some() => {
                Ok(Self(code.clone()))
            }
            Value::String(_) => Err(InputValueError::custom(
                "not an ISO 4217 currency code such as USD",
            )),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A calendar day, such as `2026-11-20` (RFC 3339 full-date), in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A calendar day, such as `2026-11-20` (RFC 3339 full-date), in UTC.
#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        // chrono accepts shortened numbers too; RFC 3339 has exactly ten characters.
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d");
        match day {
            Ok(day) if text.len() == 10 => Ok(Self(day)),
            _ => Err(InputValueError::custom(
                "a Date is a day such as 2026-11-20",
            )),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A JSON object: settings and audit details only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonObject(pub serde_json::Map<String, serde_json::Value>);

/// A JSON object: settings and audit details only.
#[Scalar(name = "JSONObject")]
impl ScalarType for JsonObject {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value.into_json() {
            Ok(serde_json::Value::Object(object)) => Ok(Self(object)),
            _ => Err(InputValueError::custom("a JSONObject is an object")),
        }
    }

    fn to_value(&self) -> Value {
        Value::from_json(serde_json::Value::Object(self.0.clone())).unwrap_or_default()
    }
}

/// An amount of money (CAT-9).
#[derive(Clone, Debug, SimpleObject)]
pub struct Money {
    /// The amount in minor units of the currency: cents for USD, whole units for VND and XOF.
    amount_minor: Quantity,
    /// The currency.
    currency: CurrencyCode,
    /// The amount for people, such as `29.00 USD`; format `amountMinor` yourself for other conventions.
    formatted: String,
}

impl Money {
    /// `minor` units of `currency`.
    #[must_use]
    pub fn new(minor: i64, currency: &str) -> Self {
        Self {
            amount_minor: Quantity::from(minor),
            currency: CurrencyCode(currency.to_owned()),
            formatted: crate::domain::money::format(minor, currency),
        }
    }
}

/// The typed id in `id`. One that is malformed is as good as one that does not exist.
pub(crate) fn parse_id<I: TypedId>(id: &ID, what: &str) -> Result<I> {
    Uuid::parse_str(id)
        .map(I::from_uuid)
        .map_err(|_| Error::not_found(what))
}

/// The graph's form of an id.
pub(crate) fn id(id: impl TypedId) -> ID {
    ID(id.uuid().to_string())
}
