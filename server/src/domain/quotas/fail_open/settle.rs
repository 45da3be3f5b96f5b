//! Recording what was granted without the database, once it answers again.

use bursar_entities::enums::UsageOperation;
use bursar_entities::ids::OrganizationId;

use super::entry::Entry;
use super::report::{self, Report, Reports};
use super::spool::Taken;
use crate::app::App;
use crate::domain::quotas::decide::Decision;
use crate::domain::quotas::engine::{Answer, Catalog};
use crate::error::{Code, Error, Result};

/// Most grants that are recorded at once.
const AT_ONCE: usize = 256;

/// Records what processes with this one's directory have granted without the database, and reports it in the audit log of
/// each organization. Gives the number of grants that were settled. What a crash interrupts is settled again: every grant
/// has its idempotency key, and every file is reported once.
///
/// # Errors
/// When the database does not answer; the files are kept, and settled by the next run.
pub async fn settle_open_grants(app: &App) -> Result<usize> {
    // While there is nothing to record them in, the files are left alone.
    drop(app.db.begin().await?);
    let taken = app.fail_open.spool.take().await.map_err(Error::internal)?;
    let (mut settled, mut failed) = (0, None);
    for file in taken {
        let entries = file.entries.len();
        match settle(app, file).await {
            Ok(()) => settled += entries,
            // One that cannot be settled must not keep the others.
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(settled), Err)
}

async fn settle(app: &App, file: Taken) -> Result<()> {
    let mut reports = Reports::new();
    for entries in file.entries.chunks(AT_ONCE) {
        record(app, entries, &mut reports).await?;
    }
    for (organization, report) in reports {
        report::append(app, file.id, organization, &report).await?;
    }
    app.fail_open
        .spool
        .remove(file)
        .await
        .map_err(Error::internal)
}

/// Has the engine record `entries`. One whose key stands for something else, a refusal or
/// another request, is recorded under a key of its own: it was granted all the same.
async fn record(app: &App, entries: &[Entry], reports: &mut Reports) -> Result<()> {
    let mut again = Vec::new();
    for (entry, answer) in ask(app, entries).await? {
        match answer {
            Ok(answer) if answer.replayed && answer.decisions.iter().any(was_refused) => {
                again.push(entry.under_its_own_key());
            }
            Err(error) if error.code == Code::Conflict => again.push(entry.under_its_own_key()),
            Ok(answer) => of(reports, entry).record(entry, &answer.decisions),
            Err(error) => of(reports, entry).leave_out(entry, &error),
        }
    }
    for (entry, answer) in ask(app, &again).await? {
        match answer {
            Ok(answer) => of(reports, entry).record(entry, &answer.decisions),
            Err(error) => of(reports, entry).leave_out(entry, &error),
        }
    }
    Ok(())
}

fn was_refused(decision: &Decision) -> bool {
    decision.operation == UsageOperation::Consume && !decision.allowed
}

/// The engine's answers to `entries`.
///
/// # Errors
/// When an answer is no fault of its entry: then everything is tried again.
async fn ask<'a>(app: &App, entries: &'a [Entry]) -> Result<Vec<(&'a Entry, Result<Answer>)>> {
    let known = |catalog: &Catalog| entries.iter().all(|entry| entry.call(catalog).is_some());
    let catalog = app.quotas.catalog(app.db.reader(), known).await?;
    let (mut asked, mut calls, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        if let Some(call) = entry.call(&catalog) {
            asked.push(entry);
            calls.push(call);
        } else {
            all.push((entry, Err(Error::not_found("A meter"))));
        }
    }
    let answers = app.quotas.submit_all(app, calls).await?;
    for (entry, answer) in asked.into_iter().zip(answers) {
        match answer {
            Err(error) if matches!(error.code, Code::Internal | Code::RateLimited) => {
                return Err(error);
            }
            answer => all.push((entry, answer)),
        }
    }
    Ok(all)
}

fn of<'a>(reports: &'a mut Reports, entry: &Entry) -> &'a mut Report {
    reports
        .entry(OrganizationId(entry.organization))
        .or_default()
}
