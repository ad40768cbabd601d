//! `loghaul lab` with agents that are made to fail: a shell that tails one file and sends what it reads over TCP, honestly
//! or not. What the account says of each follows from what the agent does, line by line.
//!
//! Real agents are measured by `.ci/run`.

use super::support::{Folder, loghaul};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A plan of one short set-up: one file, 200 lines/s.
const PLAN: &str = "
name: short
question: What becomes of every line?
table: rotation
repetitions: 1
lead: 0s
window: WINDOW
drain: 60s
set: { rate: 200, payload: 120B }
";

/// An agent that is a pipe of a shell: `PIPE` reads lines and writes what is to be sent to descriptor 3.
const AGENT: &str = r#"
name: NAME
about: made to fail
tried: never
get: it is part of this test
program: [bash]
speaks: syslog
variant: fake
command: ["{{ program }}", -c, 'echo $$ > {{ work }}/pid; exec 3<>/dev/tcp/{{ host }}/{{ port }}; tail -q -n +1 -F {{ inputs[0].folder }}/0000/app.log PIPE']
stop: { signal: TERM, within: 5s }
readyWithin: READY
"#;

/// The folder of a test: a plan and an agent.
struct Test {
    _folder: Folder,
    plan: String,
    dir: std::path::PathBuf,
}

impl Test {
    fn new(window: &str) -> Self {
        let (folder, plan) = Folder::with("plan.yaml", PLAN.replace("WINDOW", window));
        let dir = Path::new(&plan).parent().unwrap().to_owned();
        std::fs::create_dir(dir.join("work")).unwrap();
        Self { _folder: folder, plan, dir }
    }

    fn path(&self, name: &str) -> String {
        self.dir.join(name).display().to_string()
    }

    fn agent(&self, name: &str, pipe: &str, ready: &str) -> String {
        let file = self.path(&format!("{name}.yaml"));
        let text = AGENT.replace("NAME", name).replace("PIPE", pipe).replace("READY", ready);
        std::fs::write(&file, text).unwrap();
        file
    }

    fn args(&self, agents: &[&str]) -> Vec<String> {
        let (out, work) = (self.path("out"), self.path("work"));
        let mut args: Vec<String> =
            ["lab", "run", &self.plan, "--out", &out, "--work", &work, "--no-prediction"]
                .map(str::to_owned)
                .to_vec();
        for agent in agents {
            let name = Path::new(agent).file_stem().unwrap().to_str().unwrap().to_owned();
            args.extend(["--agent-file".to_owned(), (*agent).to_owned(), "--agent".to_owned(), name]);
        }
        args
    }

    fn run(&self, agents: &[&str]) -> Output {
        let args = self.args(agents);
        loghaul(&args.iter().map(String::as_str).collect::<Vec<_>>()).output().unwrap()
    }

    /// The only row that a run wrote.
    fn row(&self) -> BTreeMap<String, String> {
        let mut reader = csv::Reader::from_path(self.path("out/rotation.csv")).unwrap();
        let mut rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1);
        rows.pop().unwrap()
    }

    /// Measures an agent; returns lines written, delivered once, twice, missing, garbage and damaged, and the row.
    fn account(&self, pipe: &str) -> ([u64; 6], BTreeMap<String, String>) {
        let output = self.run(&[&self.agent("fake", pipe, "60s")]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let row = self.row();
        let count = |column: &str| row[column].parse().unwrap();
        // 200 lines in each second, and the one by which the lab sees that agents are ready.
        assert_eq!(count("sent") % 200, 1, "{row:?}");
        (["sent", "recv_unique", "dup", "lost", "garbage", "damaged"].map(count), row)
    }
}

#[test]
fn an_honest_agent_delivers_every_line_once_and_a_missing_one_is_no_reason_to_stop() {
    let test = Test::new("1s");
    let honest = test.agent("honest", ">&3", "60s");
    let missing = test.agent("missing", ">&3", "60s");
    let text = std::fs::read_to_string(&missing).unwrap();
    std::fs::write(&missing, text.replace("[bash]", "[no-such-program-anywhere]")).unwrap();
    let output = test.run(&[&missing, &honest]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    assert!(
        errors.contains("no-such-program-anywhere is not in PATH; get it with: it is part of this test"),
        "{errors}"
    );
    let row = test.row();
    assert_eq!((row["agent"].as_str(), row["sent"].as_str()), ("honest", row["recv_unique"].as_str()));
    assert_eq!(["dup", "lost", "garbage", "damaged", "foreign"].map(|c| row[c].as_str()), ["0"; 5]);
    assert!(row["notes"].is_empty() && !row["kernel"].is_empty(), "{row:?}");
    // Nothing is left of where it worked.
    assert_eq!(std::fs::read_dir(test.path("work")).unwrap().count(), 0);
}

#[test]
fn an_agent_that_sends_twice_has_as_many_duplicates_as_lines() {
    let ([written, delivered, twice, missing, garbage, _], _) = Test::new("1s").account("| sed -u p >&3");
    assert_eq!((delivered, twice, missing, garbage), (written, written, 0, 0));
}

#[test]
fn garbage_and_damage_are_counted_and_are_no_deliveries() {
    // Of every tenth line the mark is gone, so that nobody knows which it is.
    let ([written, delivered, _, missing, garbage, damaged], _) =
        Test::new("1s").account("| sed -u \"0~10s/@@/##/\" >&3");
    assert_eq!((garbage, missing, damaged), (written / 10, written / 10, 0));
    assert_eq!(delivered, written - written / 10);
    // Of every seventh a word has changed.
    let ([written, _, _, missing, garbage, damaged], _) =
        Test::new("1s").account("| sed -u \"0~7s/words/wards/\" >&3");
    assert_eq!((garbage, missing, damaged), (0, written / 7, written / 7));
}

#[test]
fn an_agent_that_dies_is_noticed_and_what_it_had_sent_counts() {
    let ([written, delivered, _, missing, ..], row) =
        Test::new("1s").account("| sed -u 50q >&3; echo out of luck; exit 3");
    assert_eq!((delivered, missing), (50, written - 50));
    assert!(row["notes"].contains("it ended with exit code 3; it says: \"out of luck\""), "{row:?}");
}

#[test]
fn an_agent_that_hangs_is_noticed_and_ended() {
    // It lives on and reads no more.
    let ([written, delivered, _, missing, ..], row) =
        Test::new("4s").account("| { sed -u 50q >&3; exec tail -f /dev/null; }");
    assert_eq!((delivered, missing), (50, written - 50));
    assert!(row["notes"].contains("nothing came in the last"), "{row:?}");
}

#[test]
fn an_agent_that_never_starts_says_why() {
    for (pipe, words) in [
        (
            ">/dev/null & echo no such option: x >&2; exit 7",
            "did not start: it ended with exit code 7; it says: \"no such option: x\"",
        ),
        (">/dev/null", "runs, but after 1 s only 0 of 1 files had sent their first line"),
    ] {
        let test = Test::new("1s");
        let output = test.run(&[&test.agent("fake", pipe, "1s")]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(text.contains(words), "{text}");
        assert!(!Path::new(&test.path("out/rotation.csv")).exists());
        assert_eq!(std::fs::read_dir(test.path("work")).unwrap().count(), 0);
    }
}

/// The lab at work on a long measurement, and the number of its agent.
fn at_work(test: &Test) -> (Child, String) {
    let agent = test.agent("fake", ">&3", "60s");
    let child = Command::new(env!("CARGO_BIN_EXE_loghaul"))
        .args(test.args(&[&agent]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pid = wait_for(|| {
        let work = std::fs::read_dir(test.path("work")).unwrap().next()?.ok()?.path();
        let pid = std::fs::read_to_string(work.join("agents/000/pid")).ok()?;
        pid.ends_with('\n').then(|| pid.trim().to_owned())
    });
    (child, pid)
}

/// What a look finds, as soon as it finds something, within a minute.
fn wait_for<T>(look: impl Fn() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "waited for a minute");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

fn is_gone(pid: &str) -> Option<()> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    (status.is_empty() || status.contains(") Z ")).then_some(())
}

#[test]
fn an_interrupted_lab_ends_its_agents_and_removes_its_folders() {
    let test = Test::new("300s");
    let (mut lab, agent) = at_work(&test);
    let sent = Command::new("kill").args(["-INT", &lab.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(lab.wait().unwrap().code(), Some(130));
    wait_for(|| is_gone(&agent));
    assert_eq!(std::fs::read_dir(test.path("work")).unwrap().count(), 0);
}

#[test]
fn the_agents_of_a_killed_lab_end_with_it() {
    let test = Test::new("300s");
    let (mut lab, agent) = at_work(&test);
    lab.kill().unwrap();
    lab.wait().unwrap();
    wait_for(|| is_gone(&agent));
}

#[test]
fn what_is_wrong_with_a_plan_or_an_agent_is_said_before_anything_starts() {
    let test = Test::new("1s");
    let agent = test.agent("fake", ">&3", "60s");
    let complaint = |extra: &[&str]| {
        let mut args = test.args(&[&agent]);
        args.extend(extra.iter().map(|a| (*a).to_owned()));
        let output = loghaul(&args.iter().map(String::as_str).collect::<Vec<_>>()).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(complaint(&["--set", "payload=20B"]).contains("39 to 16000 bytes"));
    assert!(complaint(&["--set", "colour=red"]).contains("colour"));
    assert!(
        complaint(&["--agent", "nobody"]).contains("there is no agent \"nobody\"; there are fake, rsyslog")
    );
    assert!(complaint(&["--agent-bin", "fake=/no/such/file"]).contains("/no/such/file is no program"));
}

#[test]
fn two_agents_are_set_side_by_side() {
    let header = "agent,version,variant,layout,files,rate_node_lps,cpu_cores_schedstat\n";
    let rows = "a,1,x+tick1ms+rep1,daemonset,10,1000,0.10\na,1,x+tick1ms+rep2,daemonset,10,1000,0.12\n\
                b,2,y+tick1ms+rep1,daemonset,10,1000,0.20\nb,2,y+tick1ms+rep2,daemonset,10,1000,0.24\n";
    let (_folder, file) = Folder::with("layouts.csv", format!("{header}{rows}"));
    let text = super::support::stdout(&["lab", "compare", &format!("{file}:a"), &format!("{file}:b")]);
    // 0.11 cores and 0.22; the least of the second over the most of the first is 1.67.
    assert!(text.starts_with("b 2 beside a 1"), "{text}");
    assert!(text.contains("0.11") && text.contains("0.22") && text.contains("more"), "{text}");
    let output = loghaul(&["lab", "compare", &file, &file]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
