//! What applying a catalog changes, as lines that a person reads before agreeing to it (CAT-8). Pure: it compares two
//! documents.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use bursar_entities::enums::FailurePolicy;

use super::document::{AddOn, Document, Header, Kind, Meter, Plan, Source};
use super::terms::{Change, Facts, changes};
use super::words::Word;

/// What happens to a thing of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is new.
    Added,
    /// It differs.
    Changed,
    /// It is not in the file any more.
    Removed,
}

/// One thing that applying a catalog changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What happens to it.
    pub fate: Fate,
    /// What it is, such as `plan professional`.
    pub subject: String,
    /// What differs in it; empty for what is removed.
    pub changes: Vec<Change>,
    /// What follows, such as `publishes version 3`.
    pub note: Option<String>,
}

/// What applying a catalog changes, or has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order of the file.
    pub lines: Vec<Line>,
    /// How many meters, plans, add-ons and resource kinds stay as they are.
    pub unchanged: usize,
}

impl Report {
    /// Whether anything changes.
    #[must_use]
    pub const fn is_change(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Adds what follows from the change of `subject`.
    pub(super) fn note(&mut self, subject: &str, note: impl Into<String>) {
        let line = self.lines.iter_mut().find(|line| line.subject == subject);
        if let Some(line) = line {
            line.note = Some(note.into());
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        let verb = if self.is_change() { "stay" } else { "all stay" };
        write!(f, "= {} things {verb} as they are", self.unchanged)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.fate {
            Fate::Added => '+',
            Fate::Changed => '~',
            Fate::Removed => '-',
        };
        write!(f, "{mark} {}", self.subject)?;
        if let Some(note) = &self.note {
            write!(f, " ({note})")?;
        }
        for change in &self.changes {
            match (&change.before, &change.after) {
                (None, Some(is)) => write!(f, "\n    {}: {is}", change.path)?,
                (Some(was), Some(is)) => write!(f, "\n    {}: {was} → {is}", change.path)?,
                (was, None) => {
                    write!(
                        f,
                        "\n    {}: {} → nothing",
                        change.path,
                        was.as_deref().unwrap_or("?")
                    )?;
                }
            }
        }
        Ok(())
    }
}

/// What applying `wanted` over `stored` changes.
pub(super) fn difference(stored: &Document, wanted: &Document) -> Report {
    let mut report = Report::default();
    let header = changes(&header_facts(&stored.header), &header_facts(&wanted.header));
    if !header.is_empty() {
        let fate = if stored.header.name.is_empty() {
            Fate::Added
        } else {
            Fate::Changed
        };
        let subject = "catalog".to_owned();
        report.lines.push(Line {
            fate,
            subject,
            changes: header,
            note: None,
        });
    }
    compare(&mut report, "meter", &stored.meters, &wanted.meters, true);
    compare(&mut report, "plan", &stored.plans, &wanted.plans, false);
    let (before, after) = (&stored.add_ons, &wanted.add_ons);
    compare(&mut report, "add-on", before, after, true);
    compare(
        &mut report,
        "resource kind",
        &stored.kinds,
        &wanted.kinds,
        true,
    );
    report
}

/// A thing of the catalog that can be compared.
trait Thing {
    fn key(&self) -> &str;
    fn facts(&self) -> Facts;
}

fn compare<T: Thing>(report: &mut Report, what: &str, stored: &[T], wanted: &[T], has_order: bool) {
    let before: BTreeMap<&str, &T> = stored.iter().map(|thing| (thing.key(), thing)).collect();
    let after: BTreeMap<&str, &T> = wanted.iter().map(|thing| (thing.key(), thing)).collect();
    for thing in wanted {
        let was = before.get(thing.key());
        let facts = was.map(|was| was.facts()).unwrap_or_default();
        let changes = changes(&facts, &thing.facts());
        if changes.is_empty() {
            report.unchanged += 1;
            continue;
        }
        let fate = if was.is_some() {
            Fate::Changed
        } else {
            Fate::Added
        };
        let subject = format!("{what} {}", thing.key());
        report.lines.push(Line {
            fate,
            subject,
            changes,
            note: None,
        });
    }
    for thing in stored
        .iter()
        .filter(|thing| !after.contains_key(thing.key()))
    {
        let subject = format!("{what} {}", thing.key());
        report.lines.push(Line {
            fate: Fate::Removed,
            subject,
            changes: Vec::new(),
            note: None,
        });
    }
    if has_order {
        report.lines.extend(order(what, stored, wanted));
    }
}

/// The line that tells that things which stay are shown in another order.
fn order<T: Thing>(what: &str, stored: &[T], wanted: &[T]) -> Option<Line> {
    let kept = |things: &[T], others: &[T]| -> Vec<String> {
        let others: BTreeSet<&str> = others.iter().map(Thing::key).collect();
        let keys = things.iter().map(Thing::key);
        keys.filter(|key| others.contains(key))
            .map(ToOwned::to_owned)
            .collect()
    };
    let (was, is) = (kept(stored, wanted), kept(wanted, stored));
    (was != is).then(|| Line {
        fate: Fate::Changed,
        subject: format!("order of {what}s"),
        changes: vec![Change {
            path: "order".to_owned(),
            before: Some(was.join(", ")),
            after: Some(is.join(", ")),
        }],
        note: None,
    })
}

fn header_facts(header: &Header) -> Facts {
    let mut facts = Facts::new();
    let mut fact = |path: &str, value: &str| {
        if !value.is_empty() {
            facts.insert(path.to_owned(), value.to_owned());
        }
    };
    fact("name", &header.name);
    fact("default_currency", &header.default_currency);
    fact("default_plan", &header.default_plan);
    fact(
        "trial_plan",
        header.trial_plan.as_deref().unwrap_or_default(),
    );
    facts
}

impl Thing for Meter {
    fn key(&self) -> &str {
        &self.key
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::from([
            ("name".to_owned(), self.name.clone()),
            ("kind".to_owned(), self.kind.word().to_owned()),
            ("unit".to_owned(), self.unit.clone()),
            ("scale".to_owned(), self.scale.to_string()),
        ]);
        let levels = &self.thresholds;
        let percents = format!(
            "{} / {} / {} %",
            levels.warning, levels.alert, levels.exceeded
        );
        facts.insert("thresholds".to_owned(), percents);
        if let Some(window) = self.window {
            facts.insert("window".to_owned(), window.word().to_owned());
        }
        if let Some(counts) = self.counts {
            facts.insert("counts".to_owned(), counts.word().to_owned());
        }
        if self.failure_policy != FailurePolicy::default() {
            let policy = self.failure_policy.word().to_owned();
            facts.insert("failure_policy".to_owned(), policy);
        }
        facts
    }
}

impl Thing for Plan {
    fn key(&self) -> &str {
        &self.key
    }

    fn facts(&self) -> Facts {
        let mut facts = self.terms.facts();
        facts.insert("name".to_owned(), self.name.clone());
        facts.insert("description".to_owned(), self.description.clone());
        facts.insert("tier".to_owned(), self.tier.to_string());
        facts.insert("public".to_owned(), self.public.to_string());
        facts
    }
}

impl Thing for AddOn {
    fn key(&self) -> &str {
        &self.key
    }

    fn facts(&self) -> Facts {
        Self::facts(self)
    }
}

impl Thing for Kind {
    fn key(&self) -> &str {
        &self.key
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::from([
            ("name".to_owned(), self.name.clone()),
            ("pins_slug".to_owned(), self.pins_slug.to_string()),
        ]);
        if let Some(parent) = &self.parent {
            facts.insert("parent".to_owned(), parent.clone());
        }
        for (position, need) in self.needs.iter().enumerate() {
            let amount = match need.source {
                Source::Fixed(amount) => amount.to_string(),
                Source::Requested => "as requested".to_owned(),
                Source::ParentShare(percent) => format!("{percent} % of the parent's"),
            };
            let cap = need
                .cap
                .as_ref()
                .map(|cap| format!(", at most {cap}"))
                .unwrap_or_default();
            let path = format!("needs.{}.{}", position + 1, need.meter);
            facts.insert(path, format!("{amount}{cap}"));
        }
        facts
    }
}
