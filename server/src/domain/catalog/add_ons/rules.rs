//! What an add-on may say, as a pure rule: what is named changes, everything else stays.

use std::collections::BTreeMap;

use bursar_entities::enums::MeterKind;
use bursar_entities::meter;

use super::edit::{AddOnEdit, IncreaseEdit};
use crate::domain::catalog::amount::Amount;
use crate::domain::catalog::document::AddOn;
use crate::domain::catalog::error::CatalogError;
use crate::domain::catalog::terms_edit::checked_price;

/// `add_on` with `edit` in it.
pub(super) fn edited(
    add_on: &AddOn,
    edit: AddOnEdit,
    meters: &[meter::Model],
) -> Result<AddOn, CatalogError> {
    let mut after = add_on.clone();
    after.name = edit.name.unwrap_or(after.name);
    after.description = edit.description.unwrap_or(after.description);
    if after.name.trim().is_empty() || after.name.chars().count() > 255 {
        let message = "A name has 1 to 255 characters";
        return Err(CatalogError::field(&["name"], message));
    }
    if after.description.chars().count() > 2_000 {
        let message = "A description has at most 2000 characters";
        return Err(CatalogError::field(&["description"], message));
    }
    if let Some(prices) = edit.prices {
        after.prices = BTreeMap::new();
        for (index, price) in prices.iter().enumerate() {
            let (place, minor) = checked_price(index, price)?;
            if after.prices.insert(place, minor).is_some() {
                let path = ["prices", &index.to_string(), "interval"];
                let message = "This currency and interval come twice";
                return Err(CatalogError::field(&path, message));
            }
        }
    }
    if let Some(increases) = edit.increases {
        after.increases = checked_increases(&increases, meters)?;
    }
    Ok(after)
}

fn checked_increases(
    increases: &[IncreaseEdit],
    meters: &[meter::Model],
) -> Result<BTreeMap<String, Amount>, CatalogError> {
    if increases.is_empty() {
        let message = "Say what one of it adds to which meter";
        return Err(CatalogError::field(&["increases"], message));
    }
    let mut checked = BTreeMap::new();
    for (index, increase) in increases.iter().enumerate() {
        let wrong = |field: &str, message: String| {
            CatalogError::field(&["increases", &index.to_string(), field], message)
        };
        let key = &increase.meter;
        let meter = meters.iter().find(|meter| meter.key == *key);
        let meter = meter.ok_or_else(|| wrong("meter", format!("There is no meter {key}")))?;
        let amount = Amount::new(increase.amount, meter.scale).map_err(|error| {
            wrong(
                "amount",
                format!("{} {} {error}", increase.amount, meter.unit),
            )
        })?;
        if amount.units == 0 || (meter.kind == MeterKind::Flag && amount.units != 1) {
            let most = if meter.kind == MeterKind::Flag {
                "is a flag: an add-on adds 1 to switch it on"
            } else {
                "must be raised by more than 0"
            };
            return Err(wrong("amount", format!("{key} {most}")));
        }
        if checked.insert(key.clone(), amount).is_some() {
            let message = format!("{key} comes twice; once is enough");
            return Err(wrong("meter", message));
        }
    }
    Ok(checked)
}
