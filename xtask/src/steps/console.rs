//! The steps that are npm scripts: the console's front end, and other people's clients.

use crate::failure::Failure;
use crate::machine;
use crate::npm::Project;
use crate::process::show;
use crate::{skips, workspace};

fn console() -> Project {
    Project::at("console")
}

fn script(name: &str) -> Result<String, Failure> {
    show(&mut console().script(name))
}

pub(super) fn install() -> Result<(), Failure> {
    console().install()
}

pub(super) fn lint() -> Result<(), Failure> {
    script("lint").map(drop)
}

pub(super) fn typecheck() -> Result<(), Failure> {
    script("typecheck").map(drop)
}

pub(super) fn codegen() -> Result<(), Failure> {
    script("codegen:check").map(drop)
}

pub(super) fn unit() -> Result<(), Failure> {
    skips::none(&script("test")?)
}

pub(super) fn bundle() -> Result<(), Failure> {
    script("build").map(drop)
}

pub(super) fn ui() -> Result<(), Failure> {
    let mut run = console().script("test:ui");
    if let Some(chromium) = machine::chromium() {
        run.env("CHROMIUM", chromium);
    }
    skips::none(&show(&mut run)?)
}

/// The audits and clients of npm against the server that `build` left: graphql-http, graphql-ws, graphql-sse, Relay.
pub(super) fn clients() -> Result<(), Failure> {
    let clients = Project::at("tests/clients");
    clients.install()?;
    let mut run = clients.script("test");
    skips::none(&show(run.env("BURSAR_BIN", workspace::binary("bursar")))?)
}
