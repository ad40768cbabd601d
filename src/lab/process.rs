//! An agent as a process: started in its own group and folder, ended whatever happens.

use super::agent::{Agent, Facts, Found, Signal, render};
use super::error::LabError;
use rustix::process::{Pid, Signal as Sys, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How often the end of a process is looked for.
const LOOK: Duration = Duration::from_millis(5);

/// A running agent. It is killed with all that it has started when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    agent: Agent,
    output: PathBuf,
    ended: Option<ExitStatus>,
}

/// How processes are started.
#[derive(Clone, Debug, Default)]
pub struct Launcher {
    /// This program: it starts the agent in its own place after it has seen to it that the agent ends with the lab,
    /// even if the lab is killed. Without it the agent is started directly.
    pub program: Option<PathBuf>,
    /// The cgroup to start in.
    pub cgroup: Option<PathBuf>,
}

impl Process {
    /// Writes the agent's files into its work folder and starts it.
    ///
    /// # Errors
    /// Its configuration cannot be made, or it cannot be started.
    pub fn start(found: &Found, facts: &Facts, launcher: &Launcher) -> Result<Self, LabError> {
        let agent = &found.agent;
        let fill = |what: &str, text: &str| {
            render(text, facts).map_err(|problem| LabError::input(format!("{}, {what}", agent.name), problem))
        };
        let work = &facts.work;
        std::fs::create_dir_all(work)
            .map_err(LabError::system(format!("cannot create {}", work.display())))?;
        for (name, text) in &agent.files {
            let path = work.join(name);
            let folder = path.parent().unwrap_or(work);
            let text = fill(&format!("file {name}"), text)?;
            let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text));
            written.map_err(LabError::system(format!("cannot write {}", path.display())))?;
        }
        let words: Vec<String> =
            agent.command.iter().map(|word| fill("command", word)).collect::<Result<_, _>>()?;
        let mut command = match &launcher.program {
            Some(program) => {
                let mut command = Command::new(program);
                command.args(["lab", "exec"]);
                if let Some(cgroup) = &launcher.cgroup {
                    command.arg("--cgroup").arg(cgroup);
                }
                command.arg("--").args(&words);
                command
            }
            None => {
                let mut command = Command::new(&words[0]);
                command.args(&words[1..]);
                command
            }
        };
        for (name, value) in &agent.env {
            command.env(name, fill(&format!("env {name}"), value)?);
        }
        let output = work.join("output.txt");
        let open = || File::options().create(true).append(true).open(&output);
        let streams = open().and_then(|out| Ok((out, open()?)));
        let (out, err) = streams.map_err(LabError::system(format!("cannot write {}", output.display())))?;
        command.stdin(Stdio::null()).stdout(out).stderr(err).current_dir(work).process_group(0);
        let child = command.spawn().map_err(LabError::system(format!("cannot start {}", words[0])))?;
        Ok(Self { child, agent: agent.clone(), output, ended: None })
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, where it has. What it had started ends with it.
    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        let pid = Pid::from_raw(self.child.id().cast_signed()).filter(|_| self.ended.is_none());
        if let Some(pid) = pid {
            // Looked at without being waited for: until then its number is its own, and so is its group's.
            let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            if matches!(waitid(WaitId::Pid(pid), look), Ok(Some(_))) {
                let _ = kill_process_group(pid, Sys::KILL);
                self.ended = self.child.wait().ok();
            }
        }
        self.ended
    }

    /// Kills it at once, as a crash or the kernel would.
    pub fn kill(&mut self) {
        self.signal(Sys::KILL);
        self.ended = self.child.wait().ok();
    }

    /// Tells it to stop, and kills it where it does not in its time; returns whether it stopped by itself.
    pub fn stop(&mut self) -> bool {
        let asked = Instant::now();
        self.signal(match self.agent.stop.signal {
            Signal::Term => Sys::TERM,
            Signal::Int => Sys::INT,
            Signal::Quit => Sys::QUIT,
            Signal::Kill => Sys::KILL,
        });
        let within = Duration::from_nanos(self.agent.stop.within.as_ns());
        while self.has_ended().is_none() {
            if asked.elapsed() >= within {
                self.kill();
                return false;
            }
            std::thread::park_timeout(LOOK);
        }
        true
    }

    /// The last lines that it printed, at most so many bytes.
    pub fn last_words(&self, most: usize) -> String {
        last_words(&self.output, most)
    }

    /// Its number is its own until it has been waited for, so that nobody else is hit.
    fn signal(&mut self, signal: Sys) {
        if self.has_ended().is_none()
            && let Some(pid) = Pid::from_raw(self.child.id().cast_signed())
        {
            // It may end between the two.
            let _ = kill_process_group(pid, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Sys::KILL);
        if self.ended.is_none() {
            let _ = self.child.wait();
        }
    }
}

fn last_words(path: &Path, most: usize) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    let tail = &bytes[bytes.len().saturating_sub(most)..];
    String::from_utf8_lossy(tail).trim().to_owned()
}

/// How a process ended, in words.
pub fn ending(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "an unknown end".to_owned(),
    }
}

/// Becomes another program, which ends when the lab does; joins a cgroup first where one is named. What
/// `loghaul lab exec` does.
///
/// # Errors
/// The cgroup cannot be joined, or the program cannot be started. It does not return otherwise.
pub fn become_program(words: &[String], cgroup: Option<&Path>) -> Result<std::convert::Infallible, LabError> {
    if let Some(cgroup) = cgroup {
        let joined = std::fs::write(cgroup.join("cgroup.procs"), std::process::id().to_string());
        joined.map_err(LabError::system(format!("cannot join {}", cgroup.display())))?;
    }
    let bound = rustix::process::set_parent_process_death_signal(Some(Sys::KILL));
    bound.map_err(|e| LabError::system("cannot be bound to the lab")(e.into()))?;
    let Some((program, args)) = words.split_first() else {
        return Err(LabError::input("lab exec", "needs a program to become"));
    };
    Err(LabError::system(format!("cannot start {program}"))(Command::new(program).args(args).exec()))
}
