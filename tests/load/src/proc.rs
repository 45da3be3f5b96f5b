//! What processes have used of the machine, as Linux tells it in `/proc`: processor time and resident memory.

use std::fs;
use std::time::Duration;

use crate::failure::{Outcome, failure};

/// The kernel counts processor time in hundredths of a second for user space (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// What `/proc/<pid>/stat` says of one process.
struct Stat {
    parent: u32,
    /// Ticks in user and kernel mode.
    own: u32,
    /// The same of children that have ended and were waited for.
    ended_children: u32,
}

/// Processor time of a process so far.
pub(crate) fn cpu(pid: u32) -> Outcome<Duration> {
    Ok(TICK * stat(pid)?.own)
}

/// Resident memory of a process, in bytes.
pub(crate) fn resident(pid: u32) -> Outcome<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kibibytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().strip_suffix("kB"))
        .and_then(|number| number.trim().parse::<u64>().ok());
    kibibytes
        .map(|kibibytes| kibibytes << 10)
        .ok_or_else(|| failure(format!("/proc/{pid}/status does not tell VmRSS")))
}

/// The processes of a PostgreSQL cluster on this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cluster {
    postmaster: u32,
}

impl Cluster {
    /// The cluster that `backend`, one of its connections' processes, belongs to.
    pub(crate) fn of_backend(backend: u32) -> Outcome<Self> {
        let stat = stat(backend)
            .map_err(|_| failure("PostgreSQL does not run on this machine: no database CPU"))?;
        Ok(Self {
            postmaster: stat.parent,
        })
    }

    /// Processor time of all of its processes so far: backends, the writers of log and pages, and those that have ended.
    pub(crate) fn cpu(self) -> Outcome<Duration> {
        let postmaster = stat(self.postmaster)?;
        let mut ticks = postmaster.own + postmaster.ended_children;
        for entry in fs::read_dir("/proc")?.flatten() {
            let pid = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok());
            // A process that has ended meanwhile is among the postmaster's ended children.
            if let Some(Ok(stat)) = pid.map(stat)
                && stat.parent == self.postmaster
            {
                ticks += stat.own;
            }
        }
        Ok(TICK * ticks)
    }
}

fn stat(pid: u32) -> Outcome<Stat> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat"))?)
        .ok_or_else(|| failure(format!("/proc/{pid}/stat has another form")))
}

/// The fields after the name, which stands in brackets and may hold anything (proc(5)).
fn parse(line: &str) -> Option<Stat> {
    let (_, rest) = line.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<u32>().ok();
    Some(Stat {
        parent: number(1)?,
        own: number(11)? + number(12)?,
        ended_children: number(13)? + number(14)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_mislead() {
        let line = "7 (a) (b) S 3 7 7 0 -1 4194560 1 2 3 4 50 6 700 8 20 0 1 0 99 0 0";
        let stat = parse(line).unwrap();
        assert_eq!((stat.parent, stat.own, stat.ended_children), (3, 56, 708));
        assert!(parse("nothing").is_none());
    }

    #[test]
    fn this_process_uses_memory_and_belongs_to_its_parent() {
        let own = std::process::id();
        assert!(resident(own).unwrap() > 100 << 10);
        let cluster = Cluster::of_backend(own).unwrap();
        assert_eq!(cluster.postmaster, std::os::unix::process::parent_id());
        assert!(cluster.cpu().unwrap() >= cpu(own).unwrap());
    }
}
