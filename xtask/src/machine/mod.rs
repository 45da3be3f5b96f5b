//! What the tests need from the machine: looked up first, installed only where it is lacking.
//!
//! Debian and Ubuntu are prepared without a question (as root, or with a sudo that asks for no password). Any other
//! system gets one list of what is missing and how to get it.

mod cargo_tools;
mod debian;
mod needs;
mod node;

use std::path::PathBuf;

use crate::failure::Failure;
use needs::{NEEDS, Need};

/// The WebDriver server in front of the console's window.
pub(crate) fn tauri_driver() -> PathBuf {
    cargo_tools::tauri_driver()
}

/// The Chromium that the front end's tests drive.
pub(crate) fn chromium() -> Option<PathBuf> {
    needs::CHROMIUM.iter().find_map(|name| needs::on_path(name))
}

/// Makes sure that everything is there which the steps or groups of these names need.
///
/// # Errors
/// When something is missing that cannot be installed here; it names all of it at once.
pub(crate) fn prepare(names: &[&str]) -> Result<(), Failure> {
    let concerns = |uses: &[&str]| uses.iter().any(|name| names.contains(name));
    let lacking: Vec<&Need> = NEEDS
        .iter()
        .filter(|need| concerns(need.uses) && !need.is_met())
        .collect();
    if !lacking.is_empty() {
        if !debian::can_install() {
            return Err(Failure::new(instructions(&lacking)));
        }
        debian::install(&lacking)?;
        refuse_the_rest(&lacking)?;
    }
    if concerns(node::USES) {
        node::ensure()?;
    }
    cargo_tools::ensure(concerns)
}

/// Every step or group that something is needed for.
#[cfg(test)]
pub(crate) fn uses() -> impl Iterator<Item = &'static str> {
    let needs = NEEDS.iter().flat_map(|need| need.uses);
    needs.chain(node::USES).chain(cargo_tools::uses()).copied()
}

/// After the packages are installed, all must be there.
fn refuse_the_rest(wanted: &[&Need]) -> Result<(), Failure> {
    let lacking: Vec<&Need> = wanted
        .iter()
        .copied()
        .filter(|need| !need.is_met())
        .collect();
    if lacking.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(instructions(&lacking)))
    }
}

/// One list of all that is missing, with the way to get each.
fn instructions(lacking: &[&Need]) -> String {
    let mut lines = vec!["The tests need what this machine lacks:".to_owned()];
    lines.extend(
        lacking
            .iter()
            .map(|need| format!("  - {}: {}", need.what, need.sign)),
    );
    let packages = debian::packages(lacking).join(" ");
    lines.push(format!(
        "On Debian or Ubuntu: sudo apt-get install {packages}"
    ));
    lines.push(
        "On another system, install what provides the above, then run this again.".to_owned(),
    );
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use needs::Sign;

    #[test]
    fn all_that_is_missing_comes_in_one_list() {
        let need = |what, package| Need {
            what,
            sign: Sign::Program(&["no-such-program"]),
            packages: package,
            uses: &["rust"],
        };
        let (one, two) = (
            need("one thing", &["pkg-a"]),
            need("another", &["pkg-b", "pkg-a"]),
        );
        assert!(!one.is_met());
        let text = instructions(&[&one, &two]);
        assert!(
            text.contains("one thing: the program no-such-program"),
            "{text}"
        );
        assert!(
            text.contains("another") && text.contains("install pkg-a pkg-b"),
            "{text}"
        );
        assert!(refuse_the_rest(&[&one]).is_err());
    }
}
