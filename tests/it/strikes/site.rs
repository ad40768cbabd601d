//! A verb that writes, and the folder that it writes to, before and after.

use super::super::support::{Contents, Folder, contents, put_back};
use super::writers::Writer;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const TINY: &str = "
name: tiny
duration: 5s
warmup: 1s
drain: 2s
cluster: { pools: [ { name: p, nodes: 1 } ] }
tenants: [ { name: a, workloads: [ { name: w, replicas: 2, logs: [ { stream: stdout, rate: 5/s } ] } ] } ]
";

/// A verb at work.
pub(super) struct Site {
    pub writer: Writer,
    pub name: String,
    folder: Folder,
    pub old: Contents,
    pub new: Contents,
    /// How long it takes when nothing strikes.
    pub takes: Duration,
}

impl Site {
    pub(super) fn new(writer: &Writer) -> Self {
        let folder = Folder::new();
        folder.put("tiny.yaml", TINY);
        let points = include_str!("../../../fuzz/corpus/points/measured.csv");
        // A kind of points is fitted by itself: one of each is no fit.
        folder.put("points.csv", points.lines().next().unwrap().to_owned() + "\n" + &rows());
        for name in ["out", "parts", "folder"] {
            fs::create_dir_all(folder.path(name)).unwrap();
        }
        folder.put("folder/report.html", "<html>of an earlier run</html>\n".repeat(3000));
        let name = writer.verb().to_owned();
        let mut site = Self {
            writer: *writer,
            name,
            folder,
            old: Contents::new(),
            new: Contents::new(),
            takes: Duration::ZERO,
        };
        if site.name == "merge" {
            let parts = [
                "sweep",
                "{in}/tiny.yaml",
                "--reps",
                "1",
                "--vary",
                "seed=1:30:1",
                "--shard",
                "0/1",
                "--out",
                "{in}/parts",
            ];
            site.whole(&parts);
        }
        let began = Instant::now();
        site.whole(&writer.after());
        (site.takes, site.new) = (began.elapsed(), site.contents());
        // What goes on where it stopped begins anew, and so does what writes the same twice.
        if writer.before() == writer.after() {
            site.put_back();
        } else {
            site.whole(&writer.before());
            site.old = site.contents();
            assert_ne!(site.old, site.new, "{}", site.name);
        }
        assert!(!site.new.is_empty(), "{} writes nothing", site.name);
        site
    }

    /// Where it writes.
    pub(super) fn out(&self) -> PathBuf {
        self.folder.path("out")
    }

    /// What it has written, but for what it goes on with: lines there stand in the order in which they were found.
    pub(super) fn contents(&self) -> Contents {
        let mut all = contents(&self.out());
        all.retain(|name, _| {
            !(name.ends_with(".tmp") || self.writer.has_journal && name.starts_with("part-"))
        });
        all
    }

    /// Names of temporary files.
    pub(super) fn temporary(&self) -> BTreeSet<String> {
        contents(&self.out()).into_keys().filter(|name| name.ends_with(".tmp")).collect()
    }

    /// Lets everybody read what it reads, and write where it writes.
    pub(super) fn open_to_all(&self) {
        for (name, mode) in [("", 0o755), ("parts", 0o755), ("folder", 0o755), ("out", 0o777)] {
            fs::set_permissions(self.folder.path(name), fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    /// Begins the verb, behind what stands `before` its program.
    pub(super) fn begin(&self, args: &[impl AsRef<str>], before: &[&str]) -> Child {
        let program = env!("CARGO_BIN_EXE_loghaul");
        let mut command = Command::new(before.first().unwrap_or(&program));
        if let Some((_, rest)) = before.split_first() {
            command.args(rest).arg(program);
        }
        let (from, out) = (self.folder.path(""), self.out());
        let from = from.to_str().unwrap().trim_end_matches('/');
        let placed = |word: &str| word.replace("{in}", from).replace("{out}", out.to_str().unwrap());
        command.args(args.iter().map(|word| placed(word.as_ref())));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn whole(&self, args: &[impl AsRef<str> + Debug]) {
        let output = self.begin(args, &[]).wait_with_output().unwrap();
        let is_done = matches!(output.status.code(), Some(0 | 4 | 99));
        assert!(is_done, "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs to the end what was struck.
    pub(super) fn finish(&self) {
        self.whole(&self.writer.after());
    }

    /// Puts back what was there before.
    pub(super) fn put_back(&self) {
        put_back(&self.out(), &self.old);
    }
}

/// Measured points that follow a law, so that they can be fitted.
fn rows() -> String {
    let row = |lines: u32| {
        format!("fluent-bit,10,1,{lines},241,{},24000,21000,tick5ms,200\n", f64::from(lines) * 7e-6 + 0.002)
    };
    [1_000, 2_000, 5_000, 10_000, 20_000, 50_000].map(row).concat()
}
