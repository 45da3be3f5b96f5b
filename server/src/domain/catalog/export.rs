//! Writing the catalog of a database as a file (CAT-8): applying what comes out changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use bursar_entities::enums::{BillingInterval, FailurePolicy, MeterKind, OverQuotaPolicy};

use super::amount::Amount;
use super::document::{AddOn, Document, Kind, Limit, Meter, Need, Plan, Source, Thresholds};
use super::stored::load;
use super::terms::discount_of;
use super::words::Word;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::authorize_system_admin;
use crate::domain::money;
use crate::error::Result;

/// The catalog of this database as a file, without drafts and without plans that are withdrawn from sale.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN` for all but system admins.
pub async fn export(app: &App, actor: &Actor) -> Result<String> {
    authorize_system_admin(actor)?;
    Ok(load(app.db.reader(), false).await?.document.to_toml())
}

impl Document {
    /// The document as a catalog file.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        write(&mut out, self);
        out
    }
}

/// Appends a line. Writing to a `String` cannot fail.
macro_rules! line {
    ($out:expr, $($argument:tt)*) => {{
        let _ = writeln!($out, $($argument)*);
    }};
}

fn write(out: &mut String, document: &Document) {
    let header = &document.header;
    line!(out, "[catalog]");
    line!(out, "name = {}", quoted(&header.name));
    line!(
        out,
        "default_currency = {}",
        quoted(&header.default_currency)
    );
    line!(out, "default_plan = {}", quoted(&header.default_plan));
    if let Some(plan) = &header.trial_plan {
        line!(out, "trial_plan = {}", quoted(plan));
    }
    document
        .meters
        .iter()
        .for_each(|meter| write_meter(out, meter));
    document
        .plans
        .iter()
        .for_each(|plan| write_plan(out, plan, &document.meters));
    document
        .add_ons
        .iter()
        .for_each(|add_on| write_add_on(out, add_on, &document.meters));
    document.kinds.iter().for_each(|kind| write_kind(out, kind));
}

fn write_meter(out: &mut String, meter: &Meter) {
    line!(out, "\n[[meters]]");
    line!(out, "key = {}", quoted(&meter.key));
    line!(out, "name = {}", quoted(&meter.name));
    line!(out, "kind = {}", quoted(meter.kind.word()));
    line!(out, "unit = {}", quoted(&meter.unit));
    if meter.scale != 0 {
        line!(out, "scale = {}", meter.scale);
    }
    if let Some(window) = meter.window {
        line!(out, "window = {}", quoted(window.word()));
    }
    let Thresholds {
        warning,
        alert,
        exceeded,
    } = meter.thresholds;
    if meter.thresholds != Thresholds::default() {
        line!(
            out,
            "thresholds = {{ warning = {warning}, alert = {alert}, exceeded = {exceeded} }}"
        );
    }
    if let Some(counts) = meter.counts {
        line!(out, "counts = {}", quoted(counts.word()));
    }
    if meter.failure_policy != FailurePolicy::default() {
        let policy = quoted(meter.failure_policy.word());
        line!(out, "failure_policy = {policy}");
    }
}

fn write_plan(out: &mut String, plan: &Plan, meters: &[Meter]) {
    line!(out, "\n[[plans]]");
    line!(out, "key = {}", quoted(&plan.key));
    line!(out, "name = {}", quoted(&plan.name));
    line!(out, "tier = {}", plan.tier);
    if !plan.description.is_empty() {
        line!(out, "description = {}", quoted(&plan.description));
    }
    if !plan.public {
        line!(out, "public = false");
    }
    if plan.terms.trial_days != 0 {
        line!(out, "trial_days = {}", plan.terms.trial_days);
    }
    write_prices(out, "plans", &plan.terms.prices);
    if !plan.terms.limits.is_empty() {
        line!(out, "\n[plans.limits]");
    }
    for meter in meters {
        if let Some(limit) = plan.terms.limits.get(&meter.key) {
            line!(
                out,
                "{} = {}",
                bare(&meter.key),
                limit_text(limit, meter.kind)
            );
        }
    }
}

fn write_add_on(out: &mut String, add_on: &AddOn, meters: &[Meter]) {
    line!(out, "\n[[add_ons]]");
    line!(out, "key = {}", quoted(&add_on.key));
    line!(out, "name = {}", quoted(&add_on.name));
    if !add_on.description.is_empty() {
        line!(out, "description = {}", quoted(&add_on.description));
    }
    write_prices(out, "add_ons", &add_on.prices);
    line!(out, "\n[add_ons.increases]");
    for meter in meters {
        if let Some(amount) = add_on.increases.get(&meter.key) {
            line!(out, "{} = {}", bare(&meter.key), plain(*amount, meter.kind));
        }
    }
}

/// Prices by currency and interval.
type Prices = BTreeMap<(String, BillingInterval), i64>;

fn write_prices(out: &mut String, table: &str, all: &Prices) {
    if !all.is_empty() {
        line!(out, "\n[{table}.prices]");
    }
    let currencies: BTreeSet<&String> = all.keys().map(|(code, _)| code).collect();
    for currency in currencies {
        line!(out, "{currency} = {{ {} }}", prices(all, currency));
    }
}

/// Minor units of `currency` as a catalog writes them.
fn money_text(units: i64, currency: &str) -> String {
    let scale = i16::try_from(money::exponent(currency)).unwrap_or(2);
    let mut value = Amount { units, scale }.value();
    value.rescale(money::exponent(currency));
    format!("\"{value}\"")
}

fn prices(all: &Prices, currency: &str) -> String {
    let price = |interval| all.get(&(currency.to_owned(), interval)).copied();
    let text = |units| money_text(units, currency);
    match (
        price(BillingInterval::Monthly),
        price(BillingInterval::Annual),
    ) {
        (Some(monthly), Some(annual)) => match discount_of(monthly, annual) {
            Some(percent) => format!("monthly = {}, annual_discount = {percent}", text(monthly)),
            None => format!("monthly = {}, annual = {}", text(monthly), text(annual)),
        },
        (Some(monthly), None) => format!("monthly = {}", text(monthly)),
        (None, annual) => format!("annual = {}", text(annual.unwrap_or_default())),
    }
}

/// An amount, or yes and no of a flag.
fn plain(amount: Amount, kind: MeterKind) -> String {
    if kind == MeterKind::Flag {
        (amount.units != 0).to_string()
    } else {
        amount.to_string()
    }
}

fn limit_text(limit: &Limit, kind: MeterKind) -> String {
    let amount = match limit.amount {
        Some(amount) => plain(amount, kind),
        None => quoted(&limit.text()),
    };
    let mut fields = Vec::new();
    if limit.policy != OverQuotaPolicy::Deny {
        fields.push(format!("policy = {}", quoted(limit.policy.word())));
    }
    if let Some(grace) = limit.grace {
        fields.push(format!(
            "grace = {{ percent = {}, days = {} }}",
            grace.percent, grace.days
        ));
    }
    if let Some(overage) = &limit.overage {
        let prices: Vec<String> = overage
            .prices
            .iter()
            .map(|(currency, minor)| format!("{currency} = {}", money_text(*minor, currency)))
            .collect();
        fields.push(format!("overage = {{ {} }}", prices.join(", ")));
        fields.push(format!("overage_per = {}", overage.per));
    }
    if fields.is_empty() {
        amount
    } else {
        format!("{{ limit = {amount}, {} }}", fields.join(", "))
    }
}

fn write_kind(out: &mut String, kind: &Kind) {
    line!(out, "\n[[resource_kinds]]");
    line!(out, "key = {}", quoted(&kind.key));
    line!(out, "name = {}", quoted(&kind.name));
    if kind.pins_slug {
        line!(out, "pins_slug = true");
    }
    if let Some(parent) = &kind.parent {
        line!(out, "parent = {}", quoted(parent));
    }
    if kind.needs.is_empty() {
        return;
    }
    line!(out, "needs = [");
    for need in &kind.needs {
        line!(out, "  {{ {} }},", need_text(need));
    }
    line!(out, "]");
}

fn need_text(need: &Need) -> String {
    let source = match need.source {
        Source::Fixed(amount) => format!("amount = {amount}"),
        Source::Requested => "from = \"request\"".to_owned(),
        Source::ParentShare(percent) => format!("from = \"parent\", percent = {percent}"),
    };
    let cap = need
        .cap
        .as_ref()
        .map(|cap| format!(", cap = {}", quoted(cap)))
        .unwrap_or_default();
    format!("meter = {}, {source}{cap}", quoted(&need.meter))
}

/// `text` as a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// `key` as a TOML key: bare where it may be.
fn bare(key: &str) -> String {
    if key.contains('.') {
        quoted(key)
    } else {
        key.to_owned()
    }
}
