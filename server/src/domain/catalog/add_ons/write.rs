//! Writing what an add-on costs and adds, for both ways in which a catalog is changed: by file and by hand.

use std::collections::HashSet;

use bursar_entities::ids::AddOnId;
use bursar_entities::{add_on_increase, add_on_price, meter, subscription_add_on};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Set};

use crate::app::App;
use crate::domain::catalog::document::AddOn;
use crate::error::{Error, Result};

/// Those of `add_ons` that some organization has.
pub(in crate::domain::catalog) async fn held(
    connection: &impl ConnectionTrait,
    add_ons: &[AddOnId],
) -> Result<HashSet<AddOnId>> {
    let rows: Vec<AddOnId> = subscription_add_on::Entity::find()
        .select_only()
        .column(subscription_add_on::Column::AddOnId)
        .distinct()
        .filter(subscription_add_on::Column::AddOnId.is_in(add_ons.iter().copied()))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Replaces the prices and increases of the add-on `id`; increases in the order of their meters.
pub(in crate::domain::catalog) async fn write_contents_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    id: AddOnId,
    contents: &AddOn,
    meters: &[meter::Model],
) -> Result<()> {
    add_on_price::Entity::delete_many()
        .filter(add_on_price::Column::AddOnId.eq(id))
        .exec(tx)
        .await?;
    add_on_increase::Entity::delete_many()
        .filter(add_on_increase::Column::AddOnId.eq(id))
        .exec(tx)
        .await?;
    let prices: Vec<_> = contents
        .prices
        .iter()
        .map(|((currency, interval), minor)| add_on_price::ActiveModel {
            id: Set(app.new_id()),
            add_on_id: Set(id),
            currency: Set(currency.clone()),
            billing_interval: Set(*interval),
            amount_minor: Set(*minor),
        })
        .collect();
    if !prices.is_empty() {
        add_on_price::Entity::insert_many(prices)
            .exec_without_returning(tx)
            .await?;
    }
    let mut increases = Vec::new();
    for (key, amount) in &contents.increases {
        let missing = || Error::internal(format!("an add-on names the unknown meter {key}"));
        let meter = meters.iter().find(|meter| meter.key == *key);
        increases.push((meter.ok_or_else(missing)?, amount.units));
    }
    increases.sort_by_key(|(meter, _)| meter.position);
    let rows: Vec<_> = increases
        .into_iter()
        .map(|(meter, units)| add_on_increase::ActiveModel {
            id: Set(app.new_id()),
            add_on_id: Set(id),
            meter_id: Set(meter.id),
            amount: Set(units),
        })
        .collect();
    if !rows.is_empty() {
        add_on_increase::Entity::insert_many(rows)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}
