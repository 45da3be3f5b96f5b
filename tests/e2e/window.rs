//! The window, seen and used as a person would: by what is on it.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::home::Home;
use crate::programs::Programs;
use crate::{Outcome, until};

/// WebDriver's key code for Control, held until the end of what is typed with it.
const CONTROL: char = '\u{e009}';

/// Calls back when finite animations are over and two more frames were drawn.
const DRAWN: &str = "
    const done = arguments[arguments.length - 1];
    const finite = document.getAnimations()
        .filter((animation) => Number.isFinite(animation.effect.getComputedTiming().endTime))
        .map((animation) => animation.finished.catch(() => undefined));
    const frame = () => new Promise(requestAnimationFrame);
    Promise.all(finite).then(frame).then(frame).then(() => done(true));
";

/// An open window with the driver that moves it.
pub(crate) struct Window {
    client: Client,
    driver: Child,
    artifacts: PathBuf,
}

impl Window {
    /// Starts the console under the driver.
    pub(crate) async fn open(programs: &Programs, home: &Home) -> Outcome<Self> {
        let (port, native_port) = free_ports().await?;
        let log = std::fs::File::create(programs.artifacts.join("driver.log"))?;
        let driver = Command::new(&programs.driver)
            .args([
                "--port",
                &port.to_string(),
                "--native-port",
                &native_port.to_string(),
            ])
            .envs(home.environment())
            .env("LANGUAGE", "en")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        until("the driver's port", async || {
            Ok(TcpStream::connect(("127.0.0.1", port)).await.ok().map(drop))
        })
        .await?;
        let capabilities = json!({
            "browserName": "wry",
            "tauri:options": { "application": programs.console },
        });
        let capabilities = capabilities.as_object().cloned().unwrap_or_default();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        Ok(Self {
            client,
            driver,
            artifacts: programs.artifacts.clone(),
        })
    }

    /// Closes the window and ends the driver, with whatever it started.
    pub(crate) async fn close(mut self) -> Outcome<()> {
        let closed = self.client.close().await;
        if let Some(id) = self.driver.id() {
            // The driver ends its own children on SIGTERM, but not when it is killed.
            Command::new("kill")
                .args(["-TERM", &id.to_string()])
                .status()
                .await?;
            tokio::time::timeout(Duration::from_secs(10), self.driver.wait()).await??;
        }
        Ok(closed?)
    }

    /// The element with this `data-testid`, as soon as it is there.
    pub(crate) async fn element(&self, id: &str) -> Outcome<Element> {
        self.find(&by_id(id)).await
    }

    /// The first element that fits a CSS selector, as soon as it is there.
    pub(crate) async fn find(&self, css: &str) -> Outcome<Element> {
        until(css, async || {
            answered(self.client.find(Locator::Css(css)).await)
        })
        .await
    }

    /// How many elements fit a CSS selector now.
    pub(crate) async fn count(&self, css: &str) -> Outcome<usize> {
        Ok(self.client.find_all(Locator::Css(css)).await?.len())
    }

    /// Clicks an element, as soon as it can be clicked.
    pub(crate) async fn click(&self, id: &str) -> Outcome<()> {
        self.click_css(&by_id(id)).await
    }

    /// Clicks the first element that fits a CSS selector, as soon as it can be clicked.
    pub(crate) async fn click_css(&self, css: &str) -> Outcome<()> {
        until(&format!("{css} to be clickable"), async || {
            let Some(element) = answered(self.client.find(Locator::Css(css)).await)? else {
                return Ok(None);
            };
            if !answered(element.is_enabled().await)?.unwrap_or_default() {
                return Ok(None);
            }
            passing(element.click().await)
        })
        .await
    }

    /// Replaces what is in a field by typing.
    pub(crate) async fn fill(&self, id: &str, text: &str) -> Outcome<()> {
        let field = self.element(id).await?;
        field.click().await?;
        field.send_keys(&format!("{CONTROL}a")).await?;
        field.send_keys(text).await?;
        until(&format!("“{text}” in {id}"), async || {
            Ok(field.prop("value").await?.filter(|value| value == text))
        })
        .await?;
        Ok(())
    }

    /// Waits until an element shows exactly this text.
    pub(crate) async fn shows(&self, id: &str, text: &str) -> Outcome<()> {
        self.waits_for(id, "text", text, async |element| {
            // The driver's own idea of visible text is empty where CSS would cut it off.
            element.prop("textContent").await
        })
        .await
    }

    /// Waits until an attribute of an element has this value.
    pub(crate) async fn has(&self, id: &str, attribute: &str, value: &str) -> Outcome<()> {
        self.waits_for(id, attribute, value, async |element| {
            element.attr(attribute).await
        })
        .await
    }

    async fn waits_for(
        &self,
        id: &str,
        what: &str,
        expected: &str,
        read: impl AsyncFn(Element) -> Result<Option<String>, CmdError>,
    ) -> Outcome<()> {
        let css = by_id(id);
        let mut last = None;
        let waited = until(what, async || {
            let Some(element) = answered(self.client.find(Locator::Css(&css)).await)? else {
                return Ok(None);
            };
            last = answered(read(element).await)?.flatten();
            Ok((last.as_deref() == Some(expected)).then_some(()))
        });
        let waited = waited.await;
        waited.map_err(|error| {
            format!("{id}: the {what} is {last:?}, not {expected:?} ({error})").into()
        })
    }

    /// Takes a picture of the window, once what is on the page has been drawn.
    pub(crate) async fn picture(&self, name: &str) -> Outcome<()> {
        self.client.execute_async(DRAWN, Vec::new()).await?;
        let png = self.client.screenshot().await?;
        Ok(std::fs::write(
            self.artifacts.join(format!("{name}.png")),
            png,
        )?)
    }

    /// Keeps what the window shows when a step failed; failing at that too changes nothing.
    pub(crate) async fn keep_failure(&self) {
        drop(self.picture("failure").await);
        if let Ok(source) = self.client.source().await {
            drop(std::fs::write(self.artifacts.join("failure.html"), source));
        }
    }
}

fn by_id(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

/// `None` for what passes on a page that is being drawn: not there yet, replaced, covered.
fn passing<T>(outcome: Result<T, CmdError>) -> Outcome<Option<T>> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(CmdError::Standard(error))
            if matches!(
                error.error,
                ErrorStatus::NoSuchElement
                    | ErrorStatus::StaleElementReference
                    | ErrorStatus::ElementClickIntercepted
                    | ErrorStatus::ElementNotInteractable
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// The same of a question, which changes nothing: one that the driver has dropped without an answer is asked again.
fn answered<T>(outcome: Result<T, CmdError>) -> Outcome<Option<T>> {
    match outcome {
        Err(CmdError::FailedC(_)) => Ok(None),
        outcome => passing(outcome),
    }
}

/// Two ports that were free a moment ago.
async fn free_ports() -> Outcome<(u16, u16)> {
    let one = TcpListener::bind(("127.0.0.1", 0)).await?;
    let two = TcpListener::bind(("127.0.0.1", 0)).await?;
    Ok((one.local_addr()?.port(), two.local_addr()?.port()))
}
