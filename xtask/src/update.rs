//! Regenerates every file that is made from others and committed: the tests only compare.

use std::fs;

use crate::failure::Failure;
use crate::npm::Project;
use crate::process::{capture, command, show};
use crate::steps::rust::cargo;
use crate::workspace;

/// Regenerates them all, in the order in which they depend on each other.
///
/// # Errors
/// When one of the generators fails.
pub(crate) fn update() -> Result<(), Failure> {
    crate::machine::prepare(&["console", "graphiql", "tests"])?;
    graphiql()?;
    schema()?;
    documents()?;
    domain_graph()
}

/// The GraphiQL page that the server carries.
fn graphiql() -> Result<(), Failure> {
    let graphiql = Project::at("server/assets/graphiql");
    graphiql.install()?;
    show(&mut graphiql.script("build")).map(drop)
}

/// schema.graphql, from the server's types.
fn schema() -> Result<(), Failure> {
    show(cargo(&["build"]).args(["--bin", "bursar"]))?;
    let text = capture(command(workspace::binary("bursar")).arg("schema"))?;
    let file = workspace::root().join("schema.graphql");
    fs::write(&file, text).map_err(Failure::during(format!("cannot write {}", file.display())))
}

/// The console's typed documents, from schema.graphql.
fn documents() -> Result<(), Failure> {
    let console = Project::at("console");
    console.install()?;
    show(&mut console.script("codegen")).map(drop)
}

/// The graph of the domain's features in docs/architecture.md, from their `use` lines.
fn domain_graph() -> Result<(), Failure> {
    let mut test = cargo(&["nextest", "run"]);
    test.args(["--test", "it", "--filterset"])
        .arg("test(=architecture::the_docs_draw_the_domain)");
    show(test.env("UPDATE_DOCS", "1")).map(drop)
}
