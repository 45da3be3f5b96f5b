//! The limits on what an operation may cost, checked before anything is run (OPS-4).

mod measure;

use async_graphql::Variables;
use async_graphql::parser::types::ExecutableDocument;

use crate::config::LimitsConfig;
use crate::error::{Code, Error, Result};
use measure::{Cost, Measure, Unmeasurable};

/// The deepest that introspection may go: a type wrapped nine times, as generators ask for, is 14 levels down.
const INTROSPECTION_DEPTH: u64 = 20;
/// How many lists of fields, interfaces and so on may nest in an introspection; each one multiplies the answer.
const INTROSPECTION_LISTS: u64 = 2;

/// Refuses `document` when one of its operations exceeds a limit.
///
/// # Errors
/// `TOO_COMPLEX` naming what was measured and the limit; `BAD_REQUEST` for fragments that spread each other in a circle.
pub(super) fn check(
    document: &ExecutableDocument,
    variables: &Variables,
    limits: &LimitsConfig,
) -> Result<()> {
    let mut measure = Measure::new(document, variables);
    measure.fragments().map_err(unmeasurable)?;
    let mut expanded = 0_u64;
    for (_, operation) in document.operations.iter() {
        let cost = measure.operation(&operation.node).map_err(unmeasurable)?;
        within(&cost, limits)?;
        // Validation visits every operation of the document, whichever of them is run.
        expanded = expanded.saturating_add(cost.selections);
    }
    limit(
        "expands to",
        expanded,
        "selections",
        limits.complexity as u64,
    )
}

/// Whether `document` asks for the schema itself.
pub(super) fn introspects(document: &ExecutableDocument, variables: &Variables) -> bool {
    let mut measure = Measure::new(document, variables);
    document.operations.iter().any(|(_, operation)| {
        measure
            .operation(&operation.node)
            .is_ok_and(|cost| cost.introspection_depth > 0)
    })
}

fn within(cost: &Cost, limits: &LimitsConfig) -> Result<()> {
    limit("is", cost.depth, "levels deep", limits.depth as u64)?;
    limit(
        "introspects",
        cost.introspection_depth,
        "levels deep",
        INTROSPECTION_DEPTH,
    )?;
    limit(
        "introspects",
        cost.introspection_lists,
        "lists inside one another",
        INTROSPECTION_LISTS,
    )?;
    limit("has", cost.aliases, "aliases", limits.aliases as u64)?;
    limit(
        "expands to",
        cost.selections,
        "selections",
        limits.complexity as u64,
    )?;
    limit("costs", cost.complexity, "points", limits.complexity as u64)
}

fn limit(verb: &str, measured: u64, what: &str, limit: u64) -> Result<()> {
    if measured <= limit {
        return Ok(());
    }
    let message =
        format!("The operation {verb} {measured} {what}; this server accepts at most {limit}");
    Err(Error::new(Code::TooComplex, message)
        .with("measured", measured)
        .with("limit", limit))
}

fn unmeasurable(reason: Unmeasurable) -> Error {
    match reason {
        Unmeasurable::Circle(fragment) => Error::new(
            Code::BadRequest,
            format!("The fragment \"{fragment}\" spreads itself"),
        ),
        Unmeasurable::Nesting(limit) => {
            let message = format!(
                "The document's selections and fragments nest more than {limit} levels deep"
            );
            Error::new(Code::TooComplex, message).with("limit", limit)
        }
    }
}

#[cfg(test)]
mod tests;
