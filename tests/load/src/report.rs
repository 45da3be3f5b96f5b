//! The table that a run ends with, in Markdown, as it stands in docs/performance.md.

use std::fmt;

use crate::failure::{Outcome, failure};

/// What a figure should be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

/// One line of the table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) measure: &'static str,
    /// What Bursar did.
    pub(crate) ours: String,
    /// What it was compared with; empty where the target is absolute.
    pub(crate) baseline: String,
    /// The figure that the target is about.
    pub(crate) reached: f64,
    /// Its unit.
    pub(crate) unit: &'static str,
    /// What it should be.
    pub(crate) target: Target,
}

/// Everything that a run has found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Row {
    fn is_met(&self) -> bool {
        match self.target {
            Target::AtLeast(least) => self.reached >= least,
            Target::AtMost(most) => self.reached <= most,
        }
    }
}

impl Report {
    /// Adds a line to the table.
    pub(crate) fn row(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Adds a line below it: latencies, single rounds.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| measure | ours | baseline | reached | target | met |")?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        for row in &self.rows {
            let target = match row.target {
                Target::AtLeast(least) => format!("≥ {least}{}", row.unit),
                Target::AtMost(most) => format!("≤ {most}{}", row.unit),
            };
            let met = if row.is_met() { "yes" } else { "no" };
            writeln!(
                f,
                "| {} | {} | {} | {}{} | {target} | {met} |",
                row.measure,
                row.ours,
                row.baseline,
                figure(row.reached),
                row.unit
            )?;
        }
        writeln!(f)?;
        for note in &self.notes {
            writeln!(f, "- {note}")?;
        }
        Ok(())
    }
}

/// What stands around the last run in docs/performance.md.
const MARKS: [&str; 2] = ["<!-- run:start -->\n", "<!-- run:end -->"];

/// The page with `text` in the place of the last run.
pub(crate) fn record(page: &str, text: &str) -> Outcome<String> {
    let place = page
        .split_once(MARKS[0])
        .and_then(|(before, rest)| Some((before, rest.split_once(MARKS[1])?.1)));
    let (before, after) =
        place.ok_or_else(|| failure(format!("the page lacks the marks {MARKS:?}")))?;
    Ok(format!("{before}{}{text}{}{after}", MARKS[0], MARKS[1]))
}

/// A figure with three digits that matter.
fn figure(number: f64) -> String {
    match number.abs() {
        size if size >= 100.0 => format!("{number:.0}"),
        size if size >= 10.0 => format!("{number:.1}"),
        size if size >= 1.0 => format!("{number:.2}"),
        _ => format!("{number:.3}"),
    }
}

/// A rate per second, thousands apart: `172,000/s`.
pub(crate) fn per_second(rate: f64) -> String {
    format!("{}/s", thousands(rate))
}

/// A count with its thousands apart.
pub(crate) fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The median of some figures; NaN of none, which meets no target.
pub(crate) fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    match figures.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => figures[count / 2],
        count => f64::midpoint(figures[count / 2 - 1], figures[count / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert!((median([3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median([4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
        assert!(median([]).is_nan());
    }

    #[test]
    fn a_run_replaces_the_last() {
        let page = |run: &str| format!("a\n{}{run}{}\nb", MARKS[0], MARKS[1]);
        assert_eq!(record(&page("old"), "new").unwrap(), page("new"));
        assert!(record("a page without marks", "new").is_err());
    }

    #[test]
    fn the_table_says_whether_targets_are_met() {
        let row = |reached, target| Row {
            measure: "m",
            ours: per_second(172_345.0),
            baseline: per_second(999.0),
            reached,
            unit: "×",
            target,
        };
        let mut report = Report::default();
        report.row(row(10.4, Target::AtLeast(10.0)));
        report.row(row(0.121, Target::AtMost(0.12)));
        report.row(row(f64::NAN, Target::AtMost(1.0)));
        report.note("p50");
        let text = report.to_string();
        assert!(text.contains("| m | 172,345/s | 999/s | 10.4× | ≥ 10× | yes |"));
        assert!(text.contains("| 0.121× | ≤ 0.12× | no |"), "{text}");
        assert!(text.contains("| NaN× | ≤ 1× | no |"), "{text}");
        assert!(text.ends_with("\n- p50\n"));
    }
}
