//! Parts of a run in processes of their own, so that their memory and processor time are told apart: this same program
//! with a role, asked and answering in lines of JSON.

use std::process::Stdio;

use clap::ValueEnum as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines, Stdin, stdin};
use tokio::process::{ChildStdin, ChildStdout, Command};

use crate::failure::{Outcome, failure};
use crate::options::Role;

/// A running part.
pub(crate) struct Child {
    process: tokio::process::Child,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

/// An answer, or why there is none.
#[derive(Serialize, Deserialize)]
enum Answer<T> {
    Done(T),
    Failed(String),
}

impl Child {
    /// Starts a part, with as many open files as the system allows.
    pub(crate) fn start(role: Role) -> Outcome<Self> {
        let name = role.to_possible_value().ok_or("a role has a name")?;
        let mut process = Command::new("sh")
            .args(["-c", "ulimit -n \"$(ulimit -Hn)\"; exec \"$0\" \"$@\""])
            .arg(std::env::current_exe()?)
            .args(["--role", name.get_name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let questions = process.stdin.take().ok_or("stdin is piped")?;
        let answers = process.stdout.take().ok_or("stdout is piped")?;
        Ok(Self {
            process,
            questions,
            answers: BufReader::new(answers).lines(),
        })
    }

    /// Its process id; the shell has become the program.
    pub(crate) fn pid(&self) -> Outcome<u32> {
        self.process
            .id()
            .ok_or_else(|| failure("a part of the run has ended"))
    }

    /// Asks, and waits for the answer.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &mut self,
        question: &impl Serialize,
    ) -> Outcome<T> {
        let mut line = serde_json::to_vec(question)?;
        line.push(b'\n');
        self.questions.write_all(&line).await?;
        let line = self
            .answers
            .next_line()
            .await?
            .ok_or_else(|| failure("a part of the run has ended"))?;
        match serde_json::from_str(&line)? {
            Answer::Done(answer) => Ok(answer),
            Answer::Failed(why) => Err(failure(why)),
        }
    }
}

/// The other end: what a part is asked.
pub(crate) struct Questions {
    lines: Lines<BufReader<Stdin>>,
}

impl Questions {
    /// From the standard input.
    pub(crate) fn listen() -> Self {
        Self {
            lines: BufReader::new(stdin()).lines(),
        }
    }

    /// The next question; none when the run is over.
    pub(crate) async fn next<T: DeserializeOwned>(&mut self) -> Outcome<Option<T>> {
        let Some(line) = self.lines.next_line().await? else {
            return Ok(None);
        };
        Ok(Some(serde_json::from_str(&line)?))
    }
}

/// Answers a question.
pub(crate) fn answer<T: Serialize>(outcome: Outcome<T>) -> Outcome<()> {
    let answer = match outcome {
        Ok(answer) => Answer::Done(answer),
        Err(why) => Answer::Failed(why.to_string()),
    };
    crate::terminal::result(&serde_json::to_string(&answer)?);
    Ok(())
}
