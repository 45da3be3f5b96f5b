//! What the test makes through the API before and while the window is open.

use serde_json::{Value, json};

use crate::Outcome;
use crate::graph::{Graph, number, text};
use crate::server::Server;

/// The meter on which thresholds are crossed.
pub(crate) const METER: &str = "environments";
/// The organizations, the busy one first.
pub(crate) const ORGANIZATIONS: [&str; 3] = ["acme", "bolt", "cobalt"];
/// What each pays a month, in cents: new organizations start on this price.
pub(crate) const MONTHLY_PRICE: i64 = 1_900;

/// A server with organizations that pay.
pub(crate) struct Scene {
    graph: Graph,
    ids: Vec<String>,
}

/// The revenue report, in the figures the cards show.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Revenue {
    pub(crate) mrr: i64,
    pub(crate) arr: i64,
    pub(crate) active: i64,
    pub(crate) trial: i64,
}

/// A published version, as far as the test edits it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Published {
    pub(crate) version: i64,
    pub(crate) limit: i64,
    pub(crate) monthly_price: i64,
}

impl Scene {
    /// Puts a price on the plan new organizations start on, and makes three of them.
    pub(crate) async fn set(server: &Server) -> Outcome<Self> {
        let mut scene = Self {
            graph: Graph::sign_in(&server.url).await?,
            ids: Vec::new(),
        };
        scene.price_the_first_plan().await?;
        for slug in ORGANIZATIONS {
            let created = scene
                .graph
                .mutate(
                    "mutation($input: CreateOrganizationInput!) { payload: createOrganization(input: $input) { organization { id } userErrors { message } } }",
                    json!({ "name": slug, "slug": slug }),
                )
                .await?;
            scene.ids.push(text(&created, "/organization/id")?);
        }
        Ok(scene)
    }

    async fn price_the_first_plan(&self) -> Outcome<()> {
        self.graph
            .mutate(
                "mutation($input: UpdatePlanInput!) { payload: updatePlan(input: $input) { plan { key } userErrors { message } } }",
                json!({ "planKey": "free", "prices": [{ "currency": "USD", "interval": "MONTHLY", "amountMinor": MONTHLY_PRICE }] }),
            )
            .await?;
        let preview = self
            .graph
            .query(
                "query($input: PreviewPlanPublicationInput!) { previewPlanPublication(input: $input) { hash } }",
                json!({ "input": { "planKey": "free" } }),
            )
            .await?;
        let hash = text(&preview, "/previewPlanPublication/hash")?;
        self.graph
            .mutate(
                "mutation($input: PublishPlanInput!) { payload: publishPlan(input: $input) { planVersion { number } userErrors { message } } }",
                json!({ "planKey": "free", "previewHash": hash }),
            )
            .await?;
        Ok(())
    }

    /// What the API says about revenue.
    pub(crate) async fn revenue(&self) -> Outcome<Revenue> {
        let answer = self
            .graph
            .query(
                "{ revenue { mrr { amountMinor } arr { amountMinor } activeSubscriptions trialSubscriptions } }",
                Value::Null,
            )
            .await?;
        Ok(Revenue {
            mrr: number(&answer, "/revenue/mrr/amountMinor")?,
            arr: number(&answer, "/revenue/arr/amountMinor")?,
            active: number(&answer, "/revenue/activeSubscriptions")?,
            trial: number(&answer, "/revenue/trialSubscriptions")?,
        })
    }

    /// The published version of a plan: the limit on `meter` and the monthly price in dollars.
    pub(crate) async fn published(&self, plan: &str, meter: &str) -> Outcome<Published> {
        let answer = self
            .graph
            .query(
                "query($key: String!) { plan(key: $key) { currentVersion { number limits { meter { key } limit } \
                 prices { currency interval price { amountMinor } } } } }",
                json!({ "key": plan }),
            )
            .await?;
        let version = &answer["plan"]["currentVersion"];
        let find = |list: &str, matches: &dyn Fn(&Value) -> bool| -> Outcome<Value> {
            let items = version[list]
                .as_array()
                .ok_or_else(|| format!("no {list} in {answer}"))?;
            let found = items.iter().find(|item| matches(item)).cloned();
            Ok(found.ok_or_else(|| format!("nothing fitting among the {list} of {answer}"))?)
        };
        let limit = find("limits", &|limit| limit["meter"]["key"] == meter)?;
        let price = find("prices", &|price| {
            price["currency"] == "USD" && price["interval"] == "MONTHLY"
        })?;
        Ok(Published {
            version: number(version, "/number")?,
            limit: number(&limit, "/limit")?,
            monthly_price: number(&price, "/price/amountMinor")?,
        })
    }

    /// Gives an organization a limit of its own, so that percentages are plain.
    pub(crate) async fn limit(&self, organization: usize, limit: i64) -> Outcome<()> {
        self.graph
            .mutate(
                "mutation($input: SetQuotaOverrideInput!) { payload: setQuotaOverride(input: $input) { quota { used } userErrors { message } } }",
                json!({ "organizationId": self.ids[organization], "meter": METER, "limit": limit, "policy": "DENY", "reason": "end-to-end test" }),
            )
            .await?;
        Ok(())
    }

    /// Consumes quota and gives what is used then.
    pub(crate) async fn consume(&self, organization: usize, amount: i64) -> Outcome<i64> {
        let payload = self
            .graph
            .mutate(
                "mutation($input: ConsumeQuotaInput!) { payload: consumeQuota(input: $input) { decision { allowed used } userErrors { message } } }",
                json!({ "organizationId": self.ids[organization], "items": [{ "meter": METER, "amount": amount }] }),
            )
            .await?;
        if payload["decision"]["allowed"] != true {
            return Err(format!("consuming {amount} was refused: {payload}").into());
        }
        number(&payload, "/decision/used")
    }
}
