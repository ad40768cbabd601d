//! What several tests need: the program, small scenarios, JSON Schema.

use assert_cmd::Command;
use loghaul::observe::Observation;
use loghaul::run::{Runner, Setup};
use loghaul::scenario::Scenario;
use loghaul::strategy::by_name;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// The three strategies, in the order of reports.
pub(crate) const STRATEGIES: [&str; 3] = ["native", "daemonset", "sidecar"];

/// Small and calm: nothing is lost, nothing waits.
pub(crate) const CALM: &str = "
name: calm
duration: 30s
warmup: 5s
cluster: { pools: [ { name: general, nodes: 3 } ] }
tenants:
  - name: shop
    count: 2
    workloads:
      - name: web
        replicas: 6
        logs: [ { stream: stdout, rate: 20/s, wants: { parse: json, store: web } } ]
  - name: audit
    workloads: [ { name: books, replicas: 3, logs: [ { stream: file, rate: 5/s, line: { constant: 400B } } ] } ]
";

/// Small, and everything goes wrong: an outage, a backend too small for what waits after it, files that rotate away
/// before they are read, a stream that not everybody can read.
pub(crate) const STORM: &str = "
name: storm
duration: 60s
cluster:
  pools: [ { name: general, nodes: 3 } ]
  kubelet: { containerLogMaxSize: 256Ki, containerLogMaxFiles: 2, containerLogMonitorInterval: 3s }
tenants:
  - name: shop
    count: 2
    workloads:
      - name: web
        replicas: 6
        logs: [ { stream: stdout, rate: 200/s, rotate: { size: 256Ki, files: 2 } } ]
  - name: audit
    workloads:
      - name: books
        replicas: 3
        logs: [ { stream: file, rate: 5/s, line: { constant: 400B }, fixed: true } ]
collection: { with: { memBufLimit: 200kB } }
backend: { capacity: 800kB/s, queue: 1s }
faults: [ { outage: { of: backend, at: 20s, for: 15s } } ]
";

/// The rows of the table, in their order.
pub(crate) const ROWS: [&str; 10] = [
    "log_types",
    "operations",
    "classified_storage",
    "tenant_isolation",
    "cluster_scale",
    "resource_use",
    "query",
    "customisation",
    "coupling",
    "fit",
];

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program, with nothing of the caller's environment that could change its output, and not for ever.
pub(crate) fn loghaul(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loghaul"));
    command.env_remove("COLUMNS").env_remove("NO_COLOR").env_remove("RAYON_NUM_THREADS");
    command.args(args).timeout(Duration::from_secs(400));
    command
}

/// What the program prints on standard output when all goes well.
pub(crate) fn stdout(args: &[&str]) -> String {
    let output = loghaul(args).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "loghaul {args:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// What the program says on standard error where it refuses input, with nothing on standard output.
pub(crate) fn refused(args: &[&str]) -> String {
    let output = loghaul(args).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "loghaul {args:?}");
    assert!(output.stdout.is_empty(), "loghaul {args:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The same as JSON.
pub(crate) fn json(args: &[&str]) -> Value {
    serde_json::from_str(&stdout(args)).unwrap()
}

/// A folder with files in it.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn with(name: &str, contents: impl AsRef<[u8]>) -> (Self, String) {
        let folder = Self::new();
        let path = folder.put(name, contents);
        (folder, path)
    }

    /// Writes a file and gives its path.
    pub(crate) fn put(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), contents).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Names of everything in it.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Files of a folder by their paths below it, with what they hold.
pub(crate) type Contents = BTreeMap<String, Vec<u8>>;

/// What a folder holds.
pub(crate) fn contents(folder: &Path) -> Contents {
    let mut all = Contents::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for path in std::fs::read_dir(next).into_iter().flatten().map(|entry| entry.unwrap().path()) {
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = std::fs::read(&path) {
                all.insert(name, bytes);
            }
        }
    }
    all
}

/// Puts back into a folder what it held, leaving what is temporary.
pub(crate) fn put_back(folder: &Path, old: &Contents) {
    for name in contents(folder).keys().filter(|name| !name.ends_with(".tmp")) {
        std::fs::remove_file(folder.join(name)).unwrap();
    }
    for (name, bytes) in old {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}

/// Sends a signal. Its receiver may have ended already, and is a zombie until it is waited for: that is no error.
#[cfg(unix)]
pub(crate) fn send(child: &Child, signal: &str) {
    let mut kill = std::process::Command::new("kill");
    kill.args(["-s", signal, &child.id().to_string()]).stderr(Stdio::null());
    assert!(kill.status().unwrap().success());
}

/// The words of the example at the end of a verb's help; what stands between apostrophes is one.
pub(crate) fn example(verb: &str) -> Vec<String> {
    let help = stdout(&[verb, "--help"]);
    let line = help.lines().find_map(|line| line.strip_prefix("Example: loghaul "));
    let line = line.unwrap_or_else(|| panic!("{verb} has no example: {help}"));
    let parts = line.split('\'').enumerate();
    let words = parts.flat_map(|(number, part)| match number % 2 {
        1 => vec![part.to_owned()],
        _ => part.split_whitespace().map(str::to_owned).collect(),
    });
    words.collect()
}

/// The examples of these verbs run.
pub(crate) fn examples_run(verbs: &[&str]) {
    for words in verbs.iter().map(|verb| example(verb)) {
        let output = loghaul(&words.iter().map(String::as_str).collect::<Vec<_>>()).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A folder holds files of these names, none of them empty.
pub(crate) fn holds(folder: &Path, names: &[&str]) {
    for name in names {
        assert!(folder.join(name).metadata().is_ok_and(|file| file.len() > 100), "{name}");
    }
}

/// The program refuses, in these words among others.
pub(crate) fn refused_saying(args: &[&str], words: &[&str]) {
    let message = refused(args);
    for word in words {
        assert!(message.contains(word), "{args:?}, no {word:?}: {message}");
    }
}

/// Everything in which a value is not what a JSON Schema asks for: types, keys, members of lists, words. (Patterns
/// of texts are left out.)
pub(crate) fn violations(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, schema, value, "", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(reference.trim_start_matches('#')).expect("references resolve");
        check(root, target, value, at, found);
    }
    if let Some(types) = schema.get("type") {
        let named = |name: &Value| match (name.as_str().unwrap(), value) {
            ("object", Value::Object(_))
            | ("array", Value::Array(_))
            | ("string", Value::String(_))
            | ("boolean", Value::Bool(_))
            | ("null", Value::Null)
            | ("number", Value::Number(_)) => true,
            ("integer", Value::Number(n)) => n.is_u64() || n.is_i64(),
            _ => false,
        };
        let fits = types.as_array().map_or_else(|| named(types), |all| all.iter().any(named));
        if !fits {
            found.push(format!("{at}: {value} is no {types}"));
        }
    }
    if let Some(constant) = schema.get("const")
        && constant != value
    {
        found.push(format!("{at}: {value} is not {constant}"));
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array)
        && !words.contains(value)
    {
        found.push(format!("{at}: {value} is none of {words:?}"));
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema.get(choice).and_then(Value::as_array)
            && choices.iter().all(|one| {
                let mut wrong = Vec::new();
                check(root, one, value, at, &mut wrong);
                !wrong.is_empty()
            })
        {
            found.push(format!("{at}: {value} is none of {choice}"));
        }
    }
    if let (Some(items), Value::Array(values)) = (schema.get("items"), value) {
        for (number, value) in values.iter().enumerate() {
            check(root, items, value, &format!("{at}/{number}"), found);
        }
    }
    let Value::Object(fields) = value else { return };
    for required in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        if !fields.contains_key(required.as_str().unwrap()) {
            found.push(format!("{at}: {required} is missing"));
        }
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (key, value) in fields {
        let at = format!("{at}/{key}");
        match (properties.and_then(|p| p.get(key)), schema.get("additionalProperties")) {
            (Some(property), _) => check(root, property, value, &at, found),
            (None, Some(Value::Bool(false))) => found.push(format!("{at}: is not in the schema")),
            (None, Some(other)) if other.is_object() => check(root, other, value, &at, found),
            _ => {}
        }
    }
}

/// One run of a scenario under a strategy that can run there.
pub(crate) fn observe(scenario: &Scenario, strategy: &str) -> Arc<Observation> {
    let setup = Setup::new(scenario, by_name(strategy).unwrap());
    assert_eq!(setup.infeasible(), None);
    Runner::new().observe(&[&setup], 1, 1).unwrap()[0][0].clone()
}

/// A figure is as arithmetic has it, within what randomness and rounding allow.
pub(crate) fn close(found: f64, expected: f64, within: f64, what: &str) {
    assert!((found - expected).abs() <= within, "{what}: {found}, expected {expected} give or take {within}");
}
