//! How long files and functions may grow, as shares: one long table does no harm, a habit of long files does.

use super::rust_source::RustFile;

const MEDIAN_FILE: usize = 100;
const LONG_FILE: usize = 350;
const LONG_FUNCTION: usize = 45;

/// The measures that are exceeded, with the longest offenders, and Rust files without a module doc.
pub(super) fn breaches(rust: &[RustFile], front_end: &[(String, String)]) -> Vec<String> {
    let mut files: Vec<(usize, &str)> = rust
        .iter()
        .map(|file| (file.lines, file.path.as_str()))
        .collect();
    files.extend(
        front_end
            .iter()
            .map(|(path, text)| (text.lines().count(), path.as_str())),
    );
    let functions = rust.iter().flat_map(|file| &file.functions);
    let functions = functions
        .map(|(name, lines)| (*lines, name.as_str()))
        .collect();
    let undocumented = rust.iter().filter(|file| !file.has_module_doc);
    [
        exceeded("lines of the median file", 50, MEDIAN_FILE, files.clone()),
        exceeded("lines of files, 95th percentile", 95, LONG_FILE, files),
        exceeded(
            "lines of functions, 95th percentile",
            95,
            LONG_FUNCTION,
            functions,
        ),
    ]
    .into_iter()
    .flatten()
    .chain(undocumented.map(|file| format!("{} does not say why it exists (//!)", file.path)))
    .collect()
}

/// Says so when this percentile of the lengths is above the limit.
fn exceeded(
    what: &str,
    percent: usize,
    limit: usize,
    mut lengths: Vec<(usize, &str)>,
) -> Option<String> {
    lengths.sort_unstable();
    let rank = (lengths.len() * percent).div_ceil(100).saturating_sub(1);
    let (measured, _) = *lengths.get(rank)?;
    let longest: Vec<String> = lengths
        .iter()
        .rev()
        .take(10)
        .map(|(length, name)| format!("{name} {length}"))
        .collect();
    let report = || {
        format!(
            "{what}: {measured}, at most {limit}: {}",
            longest.join(", ")
        )
    };
    (measured > limit).then(report)
}

#[cfg(test)]
fn file(lines: usize) -> RustFile {
    let body = "\n".repeat(lines.saturating_sub(3));
    RustFile::parse("a/src/b.rs", &format!("//! Doc.\nfn f() {{{body}}}\n"))
}

#[test]
fn growth_is_caught() {
    let small = || (0..19).map(|_| file(40)).collect::<Vec<_>>();
    assert_eq!(breaches(&small(), &[]), [""; 0]);
    let mut one_long = small();
    one_long.push(file(900));
    assert_eq!(
        breaches(&one_long, &[]),
        [""; 0],
        "one in twenty may be long"
    );
    let mut two_long = one_long;
    two_long.push(file(900));
    assert_eq!(
        breaches(&two_long, &[]).len(),
        2,
        "two long files, each one long function"
    );
    let page = ("console/src/a.tsx".to_owned(), "\n".repeat(101));
    let pages: Vec<_> = std::iter::repeat_n(page, 20).collect();
    assert_eq!(breaches(&small(), &pages).len(), 1, "the median grows");
    let silent = RustFile::parse("a/src/b.rs", "fn f() {}");
    assert_eq!(breaches(&[silent], &[]).len(), 1);
}
