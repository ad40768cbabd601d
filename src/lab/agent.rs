//! Agents as data: how each is found, configured, started and stopped, and what it speaks.

use super::error::LabError;
use super::sink::Protocol;
use crate::units::SimTime;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The agents that ship, in the order of reports.
const EMBEDDED: [(&str, &str); 11] = [
    ("rsyslog", include_str!("../../lab/agents/rsyslog.yaml")),
    ("syslog-ng", include_str!("../../lab/agents/syslog-ng.yaml")),
    ("fluent-bit", include_str!("../../lab/agents/fluent-bit.yaml")),
    ("vector", include_str!("../../lab/agents/vector.yaml")),
    ("otel-collector", include_str!("../../lab/agents/otel-collector.yaml")),
    ("vlagent", include_str!("../../lab/agents/vlagent.yaml")),
    ("filebeat", include_str!("../../lab/agents/filebeat.yaml")),
    ("promtail", include_str!("../../lab/agents/promtail.yaml")),
    ("alloy", include_str!("../../lab/agents/alloy.yaml")),
    ("fluentd", include_str!("../../lab/agents/fluentd.yaml")),
    ("loongcollector", include_str!("../../lab/agents/loongcollector.yaml")),
];

/// How an agent is told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Signal {
    /// To end in good order.
    Term,
    /// As Ctrl-C.
    Int,
    /// As Ctrl-\.
    Quit,
    /// At once.
    Kill,
}

/// How an agent is told to stop, and how long it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// By which signal.
    pub signal: Signal,
    /// After so long it is killed.
    pub within: SimTime,
}

/// How an agent tells its version.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionOf {
    /// What it is asked with.
    args: Vec<String>,
    /// The version is the first word with a digit behind this text of its answer.
    after: String,
}

/// An agent, as its YAML says. Texts may hold places as Jinja knows them; [`Facts`] lists what can stand there.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Agent {
    /// Its name in rows and on the command line.
    pub name: String,
    /// A sentence on what this configuration does.
    pub about: String,
    /// The version that it has been run with; `never` where the configuration is from its documentation alone.
    pub tried: String,
    /// How to get it.
    pub get: String,
    /// Names of its program, of which the first that is found is taken: in `PATH`, or where a path stands.
    pub program: Vec<String>,
    version: Option<VersionOf>,
    /// What it sends.
    pub speaks: Option<Protocol>,
    /// Why it cannot be run, where it speaks nothing that the sink knows.
    #[serde(default)]
    pub because: String,
    /// What is done with lines, in a word or two joined by `+`, as rows say it.
    pub variant: String,
    /// Settings that plans may change, with their defaults.
    #[serde(default)]
    pub settings: BTreeMap<String, serde_json::Value>,
    /// Files that it needs in its work folder, by name.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Its command line; the first word is usually `{{ program }}`.
    pub command: Vec<String>,
    /// Environment that is set.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// How it is told to stop.
    pub stop: Stop,
    /// How long it may take until the first line of every file has come.
    #[serde(default = "quarter_of_a_minute")]
    pub ready_within: SimTime,
}

fn quarter_of_a_minute() -> SimTime {
    SimTime::from_secs(15)
}

/// What a configuration can name.
#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    /// The program.
    pub program: PathBuf,
    /// The folder above the one that the program lies in: `/usr` of `/usr/sbin/rsyslogd`.
    pub prefix: PathBuf,
    /// The machine's architecture, such as `x86_64`.
    pub machine: &'static str,
    /// A folder of this process's own: configuration, buffers, positions.
    pub work: PathBuf,
    /// `daemonset` or `sidecar`.
    pub layout: &'static str,
    /// What is to be tailed.
    pub inputs: Vec<Input>,
    /// Where the sink listens.
    pub host: String,
    /// The same.
    pub port: u16,
    /// Settings, the plan's over the agent's own.
    pub settings: BTreeMap<String, serde_json::Value>,
}

/// One thing to tail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Input {
    /// A file, or a pattern: a star stands for the folder that each file has.
    pub path: PathBuf,
    /// The folder that it lies in; of a pattern, the folder above those of all files.
    pub folder: PathBuf,
    /// The name of its files.
    pub name: String,
    /// Whether it is a pattern.
    pub many: bool,
}

/// An agent that has been found on this machine.
#[derive(Clone, Debug)]
pub struct Found {
    /// The agent.
    pub agent: Agent,
    /// Its program.
    pub program: PathBuf,
    /// Its version, or `unknown`.
    pub version: String,
}

/// The names of the agents that ship.
pub fn names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

/// The agents that ship.
///
/// # Errors
/// Data of the program are not what they should be: a defect.
pub fn embedded() -> Result<Vec<Agent>, LabError> {
    EMBEDDED.iter().map(|(name, text)| Agent::from_yaml(&format!("lab/agents/{name}.yaml"), text)).collect()
}

impl Agent {
    /// Reads an agent; `what` is what errors call it.
    ///
    /// # Errors
    /// It is no agent.
    pub fn from_yaml(what: &str, text: &str) -> Result<Self, LabError> {
        let agent: Self = serde_saphyr::from_str(text).map_err(|e| LabError::input(what, e.to_string()))?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if agent.name.is_empty() || !agent.name.chars().all(plain) {
            return Err(LabError::input(what, "name may hold letters, digits, - _ and . alone"));
        }
        if agent.program.is_empty() || agent.command.is_empty() {
            return Err(LabError::input(what, "program and command each need at least one word"));
        }
        Ok(agent)
    }

    /// Looks for it; `given` is where the user says that it is.
    ///
    /// # Errors
    /// It is not there, or cannot be measured; the message says how to get it.
    pub fn find(&self, given: Option<&Path>) -> Result<Found, LabError> {
        if self.speaks.is_none() {
            return Err(LabError::input(&self.name, format!("cannot be measured: {}", self.because)));
        }
        let program = match given {
            Some(path) => Some(path.to_owned()).filter(|path| is_program(path)),
            None => self.program.iter().find_map(|name| in_path(name)),
        };
        let Some(program) = program else {
            let at = given.map_or_else(
                || format!("{} is not in PATH", self.program.join(" or ")),
                |path| format!("{} is no program", path.display()),
            );
            let problem = format!(
                "is not here: {at}; get it with: {}; or say where it is with --agent-bin {}=FILE",
                self.get, self.name
            );
            return Err(LabError::input(&self.name, problem));
        };
        // Relative paths would be sought in the work folder.
        let program =
            std::path::absolute(&program).map_err(LabError::system(format!("{}", program.display())))?;
        let version = self.version_of(&program);
        Ok(Found { agent: self.clone(), program, version })
    }

    fn version_of(&self, program: &Path) -> String {
        let asked = self.version.as_ref().and_then(|of| {
            let mut command = Command::new(program);
            command.args(&of.args).stdin(Stdio::null());
            let facts = Facts::without_inputs(program);
            for (name, value) in &self.env {
                command.env(name, render(value, &facts).ok()?);
            }
            let answer = command.output().ok()?;
            let text = [answer.stdout, answer.stderr].concat();
            let text = String::from_utf8_lossy(&text).into_owned();
            let behind = text.split_once(of.after.as_str())?.1.to_owned();
            let word = behind.split(|c: char| c.is_whitespace() || "(),\"".contains(c));
            let mut word = word.filter(|word| word.contains(|c: char| c.is_ascii_digit()));
            word.next().map(|word| word.trim_start_matches('v').to_owned())
        });
        asked.unwrap_or_else(|| "unknown".to_owned())
    }
}

fn is_program(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok() && path.is_file()
}

fn in_path(name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(|path| is_program(path));
    }
    // Daemons lie where root's PATH leads, which users often do not have.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|path| is_program(path))
}

impl Facts {
    /// What is known of a program before it is to tail anything.
    pub fn without_inputs(program: &Path) -> Self {
        let folder = program.parent().unwrap_or(program);
        Self {
            program: program.to_owned(),
            prefix: folder.parent().unwrap_or(folder).to_owned(),
            machine: std::env::consts::ARCH,
            work: PathBuf::new(),
            layout: "daemonset",
            inputs: Vec::new(),
            host: "127.0.0.1".to_owned(),
            port: 0,
            settings: BTreeMap::new(),
        }
    }
}

/// Fills in the places of a text.
///
/// # Errors
/// It names what there is not, or is no template.
pub fn render(text: &str, facts: &Facts) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Lines that hold a tag alone leave nothing behind.
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build().map_err(|error| format!("{error:#}"))?);
    let facts = minijinja::Value::from(Serde(facts));
    environment.render_str(text, facts).map_err(|error| format!("{error:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(layout: &'static str) -> Facts {
        let inputs = match layout {
            "daemonset" => vec![Input {
                path: "/logs/*/app.log".into(),
                folder: "/logs".into(),
                name: "app.log".into(),
                many: true,
            }],
            _ => vec![Input {
                path: "/logs/0003/app.log".into(),
                folder: "/logs/0003".into(),
                name: "app.log".into(),
                many: false,
            }],
        };
        Facts {
            work: "/work-of-agent".into(),
            layout,
            inputs,
            port: 4321,
            ..Facts::without_inputs(Path::new("/usr/sbin/agent"))
        }
    }

    #[test]
    fn every_agent_that_ships_is_named_as_its_file_and_renders_in_both_layouts() {
        let agents = embedded().unwrap();
        assert_eq!(agents.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), names().collect::<Vec<_>>());
        for agent in agents.iter().filter(|a| a.speaks.is_some()) {
            for layout in ["daemonset", "sidecar"] {
                let facts = Facts { settings: agent.settings.clone(), ..facts(layout) };
                let mut all = String::new();
                for text in agent.files.values().chain(&agent.command).chain(agent.env.values()) {
                    all += &render(text, &facts).unwrap_or_else(|e| panic!("{} {layout}: {e}", agent.name));
                }
                // Each knows what to read and where to send.
                let input = if layout == "daemonset" { "/logs" } else { "/logs/0003" };
                assert!(all.contains(input) && all.contains("4321"), "{} {layout}: {all}", agent.name);
                assert!(all.contains("/work-of-agent"), "{}: {all}", agent.name);
            }
        }
    }

    #[test]
    fn an_agent_that_is_missing_says_how_to_get_it() {
        let mut agent = embedded().unwrap().swap_remove(0);
        agent.program = vec!["no-such-program-anywhere".into()];
        let error = agent.find(None).unwrap_err();
        assert!(error.is_input());
        let text = error.to_string();
        assert!(text.contains("no-such-program-anywhere is not in PATH"), "{text}");
        assert!(text.contains(&agent.get) && text.contains("--agent-bin rsyslog=FILE"), "{text}");
    }

    #[test]
    fn an_unknown_place_and_an_unknown_field_are_errors() {
        assert!(render("{{ nothing }}", &facts("sidecar")).is_err());
        let error = Agent::from_yaml("mine.yaml", "name: mine\ncolour: red\n").unwrap_err();
        assert!(error.to_string().contains("mine.yaml") && error.to_string().contains("colour"), "{error}");
    }
}
