//! What ships as the hosting catalog reads back with the reference's figures.

use std::collections::BTreeMap;

use bursar_entities::enums::{BillingInterval, NeedSource};

use super::{World, hosting};
use crate::domain::catalog::{
    Amount, current_version, kind_by_key, kinds, limits_of, meters, meters_by_ids, needs_of,
    plan_by_key, prices_of, state,
};

/// The limits of the current version of `plan` as text, by meter.
pub(super) async fn limits(world: &World, plan: &str) -> BTreeMap<String, String> {
    let db = world.app.db.reader();
    let plan = plan_by_key(db, plan)
        .await
        .expect("reads")
        .expect("the plan");
    let version = current_version(db, plan.id)
        .await
        .expect("reads")
        .expect("a version");
    let limits = limits_of(db, &[version.id])
        .await
        .expect("reads")
        .remove(&version.id);
    let limits = limits.unwrap_or_default();
    let ids: Vec<_> = limits.iter().map(|limit| limit.meter_id).collect();
    let meters = meters_by_ids(db, &ids).await.expect("reads");
    let text = |limit: &bursar_entities::plan_limit::Model| {
        let scale = meters[&limit.meter_id].scale;
        limit.limit_amount.map_or("unlimited".to_owned(), |u| {
            Amount { units: u, scale }.to_string()
        })
    };
    limits
        .iter()
        .map(|limit| (meters[&limit.meter_id].key.clone(), text(limit)))
        .collect()
}

#[tokio::test]
async fn the_hosting_catalog_holds_the_figures_of_the_reference() {
    let world = hosting().await;
    let db = world.app.db.reader();
    let free = limits(&world, "free").await;
    for (meter, limit) in [
        ("projects", "10"),
        ("environments", "30"),
        ("servers", "5"),
        ("members", "20"),
        ("cpu", "20.0"),
        ("ram_mb", "40960"),
        ("disk_gb", "200"),
        ("cpu_per_env", "2.0"),
        ("ram_mb_per_env", "4096"),
        ("disk_gb_per_env", "20"),
    ] {
        assert_eq!(free[meter], limit, "{meter}");
    }
    assert!(
        limits(&world, "enterprise")
            .await
            .values()
            .all(|limit| limit == "unlimited")
    );
    for (plan, monthly, included) in [
        ("free", Some(0), "1"),
        ("starter", Some(2_900), "3"),
        ("professional", Some(7_900), "10"),
        ("business", Some(19_900), "25"),
        ("enterprise", None, "unlimited"),
    ] {
        let row = plan_by_key(db, plan)
            .await
            .expect("reads")
            .expect("the plan");
        let version = current_version(db, row.id)
            .await
            .expect("reads")
            .expect("a version");
        let prices = prices_of(db, &[version.id])
            .await
            .expect("reads")
            .remove(&version.id);
        let prices = prices.unwrap_or_default();
        let price = |interval| {
            let found = prices
                .iter()
                .find(|price| price.billing_interval == interval);
            found.map(|price| price.amount_minor)
        };
        assert_eq!(price(BillingInterval::Monthly), monthly, "{plan}");
        let annual = monthly.map(|minor| minor * 12 * 80 / 100);
        assert_eq!(price(BillingInterval::Annual), annual, "{plan}: 20 % off");
        let trial = if monthly.is_some_and(|minor| minor > 0) {
            14
        } else {
            0
        };
        assert_eq!(version.trial_days, trial, "{plan}");
        let limits = limits(&world, plan).await;
        assert_eq!(limits["servers_included"], included, "{plan}");
        assert_eq!(limits["environments_included"], included, "{plan}");
    }
    let state = state(db).await.expect("reads").expect("a catalog");
    assert_eq!(
        (state.name.as_str(), state.default_plan_key.as_str()),
        ("hosting", "free")
    );
    assert_eq!(state.trial_plan_key.as_deref(), Some("professional"));
}

#[tokio::test]
async fn resource_kinds_say_what_they_take() {
    let world = hosting().await;
    let db = world.app.db.reader();
    let keys: Vec<_> = kinds(db)
        .await
        .expect("reads")
        .into_iter()
        .map(|kind| kind.key)
        .collect();
    assert_eq!(
        keys,
        ["project", "server", "environment", "environment_replica"]
    );
    let environment = kind_by_key(db, "environment")
        .await
        .expect("reads")
        .expect("the kind");
    let replica = kind_by_key(db, "environment_replica")
        .await
        .expect("reads")
        .expect("the kind");
    assert!(environment.pins_slug && !replica.pins_slug);
    assert_eq!(replica.parent_kind_id, Some(environment.id));
    let needs = needs_of(db, &[environment.id, replica.id])
        .await
        .expect("reads");
    let meters = meters(db).await.expect("reads");
    let key = |id| {
        meters
            .iter()
            .find(|meter| meter.id == id)
            .expect("a meter")
            .key
            .as_str()
    };
    let told: Vec<_> = needs[&environment.id]
        .iter()
        .map(|need| {
            (
                key(need.meter_id),
                need.source,
                need.amount,
                need.cap_meter_id.map(key),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("environments", NeedSource::Fixed, Some(1), None),
            ("cpu", NeedSource::Requested, None, Some("cpu_per_env")),
            (
                "ram_mb",
                NeedSource::Requested,
                None,
                Some("ram_mb_per_env")
            ),
            (
                "disk_gb",
                NeedSource::Requested,
                None,
                Some("disk_gb_per_env")
            ),
        ]
    );
    let shares: Vec<_> = needs[&replica.id]
        .iter()
        .map(|need| (key(need.meter_id), need.percent))
        .collect();
    assert_eq!(
        shares,
        [
            ("cpu", Some(30)),
            ("ram_mb", Some(30)),
            ("disk_gb", Some(100))
        ]
    );
}
