//! Running other programs: quietly, or in full view with a copy kept to read afterwards.

use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Sender, channel};

use crate::failure::Failure;
use crate::workspace;

/// A command that starts in the repository's root.
pub(crate) fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.current_dir(workspace::root());
    for (variable, _) in std::env::vars_os() {
        if variable.to_str().is_some_and(describes_this_package) {
            command.env_remove(variable);
        }
    }
    command
}

/// What `cargo run` tells us about xtask. Passed on to another cargo it would look like a change to build scripts
/// that watch these variables (ring's does), and half the workspace would be compiled again.
fn describes_this_package(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_") || variable.starts_with("CARGO_MANIFEST_")
}

/// Runs a command with its output passed on line by line, and returns that output without colours.
///
/// # Errors
/// When the command cannot be started or ends with another code than 0.
pub(crate) fn show(command: &mut Command) -> Result<String, Failure> {
    let name = name(command);
    println!("$ {name}");
    for (variable, value) in colours() {
        command.env(variable, value);
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Failure::during(format!("cannot start `{name}`")))?;
    let (lines, seen) = channel();
    let out = child
        .stdout
        .take()
        .map(|pipe| pass_on(pipe, io::stdout(), lines.clone()));
    let err = child
        .stderr
        .take()
        .map(|pipe| pass_on(pipe, io::stderr(), lines));
    let text: String = seen.into_iter().collect();
    for thread in [out, err].into_iter().flatten() {
        let _ = thread.join();
    }
    let status = child
        .wait()
        .map_err(Failure::during(format!("cannot wait for `{name}`")))?;
    if status.success() {
        Ok(text)
    } else {
        Err(Failure::new(format!("`{name}`: {status}")))
    }
}

/// Runs a command in silence and returns what it printed.
///
/// # Errors
/// When the command cannot be started, or fails; then with what it said.
pub(crate) fn capture(command: &mut Command) -> Result<String, Failure> {
    let name = name(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(Failure::during(format!("cannot start `{name}`")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!(
        "`{name}`: {}\n{}",
        output.status,
        said.trim()
    )))
}

/// Whether a command can be started and succeeds, whatever it says.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Copies a pipe to the terminal and, without colours, to whoever reads `lines`.
fn pass_on(
    pipe: impl Read + Send + 'static,
    mut terminal: impl Write + Send + 'static,
    lines: Sender<String>,
) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            // A closed terminal must not stop the tests; their result is still wanted.
            let _ = terminal.write_all(&line).and_then(|()| terminal.flush());
            let _ = lines.send(without_colours(&String::from_utf8_lossy(&line)));
            line.clear();
        }
    })
}

/// Programs do not see our terminal through the pipe: tell them whether there is one.
fn colours() -> [(&'static str, &'static str); 2] {
    if io::stdout().is_terminal() {
        [("CARGO_TERM_COLOR", "always"), ("FORCE_COLOR", "1")]
    } else {
        [("CARGO_TERM_COLOR", "never"), ("NO_COLOR", "1")]
    }
}

/// Drops terminal escape sequences (`ESC [ … letter`).
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c == '\u{1b}' {
            rest.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}

/// The command as one would type it.
fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_kept_without_colours_from_both_pipes() {
        let mut script = command("sh");
        script.args(["-c", "printf 'a\\033[1;31mb\\033[0m\\n'; echo err >&2"]);
        let text = show(&mut script).unwrap();
        assert!(text.contains("ab\n"), "{text:?}");
        assert!(text.contains("err\n"), "{text:?}");
    }

    #[test]
    fn a_failing_command_is_a_failure_that_names_it() {
        let failure = show(command("sh").args(["-c", "exit 3"]))
            .unwrap_err()
            .to_string();
        assert!(
            failure.contains("sh -c exit 3") && failure.contains('3'),
            "{failure}"
        );
        assert!(
            capture(command("sh").args(["-c", "echo why >&2; exit 1"]))
                .unwrap_err()
                .to_string()
                .contains("why")
        );
        assert!(!succeeds(&mut command("/nowhere/at/all")));
    }
}
