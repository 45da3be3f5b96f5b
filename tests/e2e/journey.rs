//! What a system admin does on their first day, step by step, each with a picture.

use crate::scene::{METER, MONTHLY_PRICE, ORGANIZATIONS, Published, Scene};
use crate::server::{EMAIL, PASSWORD, Server};
use crate::window::Window;
use crate::{Outcome, same, until};

/// The plan that is edited, and the meter whose limit changes.
const PLAN: &str = "starter";
const EDITED_METER: &str = "projects";
/// What the edited plan is to cost, as typed and in cents.
const NEW_PRICE: (&str, i64) = ("31.50", 3_150);

/// Walks the whole way. The server is killed and started again on it.
pub(crate) async fn walk(window: &Window, scene: &Scene, server: Server) -> Outcome<()> {
    sign_in(window, &server.url).await?;
    see_revenue(window, scene).await?;
    change_the_look(window).await?;
    publish_a_plan(window, scene).await?;
    watch_thresholds(window, scene).await?;
    let _server = survive_a_restart(window, scene, server).await?;
    see_the_organizations(window).await
}

async fn sign_in(window: &Window, url: &str) -> Outcome<()> {
    window.fill("sign-in-server", url).await?;
    window.fill("sign-in-email", EMAIL).await?;
    window.fill("sign-in-password", PASSWORD).await?;
    window.picture("01-sign-in").await?;
    window.click("sign-in-submit").await?;
    window.element("nav-revenue").await?;
    Ok(())
}

async fn see_revenue(window: &Window, scene: &Scene) -> Outcome<()> {
    let revenue = scene.revenue().await?;
    let organizations = i64::try_from(ORGANIZATIONS.len())?;
    same(
        "the API's MRR",
        &revenue.mrr,
        &(MONTHLY_PRICE * organizations),
    )?;
    same("the API's ARR", &revenue.arr, &(revenue.mrr * 12))?;
    window.click("nav-revenue").await?;
    window.shows("card-mrr", &dollars(revenue.mrr)).await?;
    window.shows("card-arr", &dollars(revenue.arr)).await?;
    window
        .shows("card-active", &revenue.active.to_string())
        .await?;
    window
        .shows("card-trial", &revenue.trial.to_string())
        .await?;
    window.find("[data-testid=\"mrr-chart\"] svg").await?;
    window.picture("02-revenue").await
}

async fn change_the_look(window: &Window) -> Outcome<()> {
    let page = window.find("html").await?;
    let before = page.attr("data-theme").await?;
    window.click("theme-toggle").await?;
    until("another theme", async || {
        let now = page.attr("data-theme").await?;
        Ok((now.is_some() && now != before).then_some(()))
    })
    .await?;
    window.picture("03-revenue-other-theme").await?;
    window.click("theme-toggle").await?;
    until("the first theme", async || {
        Ok((page.attr("data-theme").await? == before).then_some(()))
    })
    .await
}

async fn publish_a_plan(window: &Window, scene: &Scene) -> Outcome<()> {
    let before = scene.published(PLAN, EDITED_METER).await?;
    let limit = before.limit + 7;
    window.click("nav-plans").await?;
    window.element(&format!("plan-row-{PLAN}")).await?;
    window.picture("04-plans").await?;
    open_row(window, &format!("plan-row-{PLAN}")).await?;
    window.click("plan-edit").await?;
    window
        .fill(
            &format!("plan-limit-input-{EDITED_METER}"),
            &limit.to_string(),
        )
        .await?;
    window
        .fill("plan-price-input-USD-MONTHLY", NEW_PRICE.0)
        .await?;
    window.picture("05-plan-editing").await?;
    window.click("plan-save-draft").await?;
    window.element("plan-review").await?;
    same(
        "a draft changes nothing",
        &scene.published(PLAN, EDITED_METER).await?,
        &before,
    )?;
    window.click("plan-review").await?;
    window.element("plan-changes").await?;
    window.picture("06-plan-review").await?;
    window.click("plan-publish").await?;
    window
        .shows(
            "plan-published-version",
            &format!("v{}", before.version + 1),
        )
        .await?;
    window.picture("07-plan-published").await?;
    let expected = Published {
        version: before.version + 1,
        limit,
        monthly_price: NEW_PRICE.1,
    };
    same(
        "the published version",
        &scene.published(PLAN, EDITED_METER).await?,
        &expected,
    )
}

async fn watch_thresholds(window: &Window, scene: &Scene) -> Outcome<()> {
    for organization in 0..ORGANIZATIONS.len() {
        scene.limit(organization, 100).await?;
    }
    window.click("nav-feed").await?;
    window.has("feed-status", "data-status", "live").await?;
    same("used", &scene.consume(0, 79).await?, &79)?;
    for (amount, level) in [(1, "WARNING"), (15, "ALERT"), (5, "EXCEEDED")] {
        scene.consume(0, amount).await?;
        window.find(&crossing(ORGANIZATIONS[0], level)).await?;
    }
    each_once(window, &[(0, "WARNING"), (0, "ALERT"), (0, "EXCEEDED")]).await?;
    window.picture("08-feed").await
}

async fn survive_a_restart(window: &Window, scene: &Scene, server: Server) -> Outcome<Server> {
    let killed = server.kill().await?;
    window
        .find("[data-testid=\"feed-status\"]:not([data-status=\"live\"])")
        .await?;
    let server = killed.restart().await?;
    // Consumed before the window is back: it must arrive by replay or live, but once.
    scene.consume(1, 80).await?;
    window.has("feed-status", "data-status", "live").await?;
    window.find(&crossing(ORGANIZATIONS[1], "WARNING")).await?;
    scene.consume(1, 15).await?;
    window.find(&crossing(ORGANIZATIONS[1], "ALERT")).await?;
    each_once(
        window,
        &[
            (0, "WARNING"),
            (0, "ALERT"),
            (0, "EXCEEDED"),
            (1, "WARNING"),
            (1, "ALERT"),
        ],
    )
    .await?;
    window.picture("09-feed-after-restart").await?;
    Ok(server)
}

async fn see_the_organizations(window: &Window) -> Outcome<()> {
    window.click("nav-organizations").await?;
    for (slug, level) in [(ORGANIZATIONS[0], "EXCEEDED"), (ORGANIZATIONS[1], "ALERT")] {
        let bar = format!(
            "[data-testid=\"organization-row-{slug}\"] [data-testid=\"quota-bar-{METER}\"][data-level=\"{level}\"]"
        );
        window.find(&bar).await?;
    }
    window.picture("10-organizations").await
}

/// Follows the link of a row.
async fn open_row(window: &Window, id: &str) -> Outcome<()> {
    window.click_css(&format!("[data-testid=\"{id}\"] a")).await
}

/// A crossing in the feed.
fn crossing(organization: &str, level: &str) -> String {
    format!(
        "[data-testid=\"feed-event\"][data-organization=\"{organization}\"][data-meter=\"{METER}\"][data-level=\"{level}\"]"
    )
}

/// Checks that the feed shows these crossings, each once, and no other.
async fn each_once(window: &Window, crossings: &[(usize, &str)]) -> Outcome<()> {
    for (organization, level) in crossings {
        let shown = window
            .count(&crossing(ORGANIZATIONS[*organization], level))
            .await?;
        same(
            &format!("{level} of {}", ORGANIZATIONS[*organization]),
            &shown,
            &1,
        )?;
    }
    same(
        "events in the feed",
        &window.count("[data-testid=\"feed-event\"]").await?,
        &crossings.len(),
    )
}

/// Cents as the cards write them.
fn dollars(cents: i64) -> String {
    let whole = (cents / 100).to_string();
    let groups: Vec<&str> = whole
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    format!("${}.{:02}", groups.join(","), cents % 100)
}
