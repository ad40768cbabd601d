//! Verbs that write.

/// A verb that writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writer {
    /// What is typed: `{in}` is a folder with what it reads, `{out}` the one that it writes to, `{turn}` is 1 for what is there
    /// before and 2 for what is to come.
    typed: &'static [&'static str],
    /// Whether it writes as it goes, into a file that a later run goes on with.
    pub has_journal: bool,
    /// Whether it takes less than a second.
    pub is_quick: bool,
}

impl Writer {
    const fn quick(typed: &'static [&'static str]) -> Self {
        Self { typed, has_journal: false, is_quick: true }
    }

    const fn slow(typed: &'static [&'static str]) -> Self {
        Self { typed, has_journal: false, is_quick: false }
    }

    pub(super) fn verb(&self) -> &'static str {
        self.typed[0]
    }

    /// What is typed for what is there before.
    pub(super) fn before(&self) -> Vec<String> {
        self.turn("1")
    }

    /// What is typed for what is to come.
    pub(super) fn after(&self) -> Vec<String> {
        self.turn("2")
    }

    fn turn(&self, turn: &str) -> Vec<String> {
        self.typed.iter().map(|word| word.replace("{turn}", turn)).collect()
    }
}

/// All verbs that write.
pub(super) const WRITERS: [Writer; 10] = [
    Writer::quick(&[
        "check",
        "{in}/tiny.yaml",
        "--reps",
        "2",
        "--seed",
        "{turn}",
        "--junit",
        "{out}/check.xml",
        "--objective",
        "loss <= {turn}%",
    ]),
    Writer {
        has_journal: true,
        ..Writer::quick(&[
            "sweep",
            "{in}/tiny.yaml",
            "--reps",
            "1",
            "--vary",
            "seed=1:20:1",
            "--out",
            "{out}",
            "--resume",
        ])
    },
    Writer::quick(&["calibrate", "{in}/points.csv", "--name", "mine{turn}", "--out", "{out}/mine.yaml"]),
    Writer::quick(&["man", "--out", "{out}"]),
    Writer::quick(&["merge", "{in}/parts", "--out", "{out}/sweep.csv"]),
    Writer::quick(&["report", "{in}/folder", "--out", "{out}/report.html"]),
    Writer::slow(&[
        "break-even",
        "{in}/tiny.yaml",
        "--reps",
        "1",
        "--nodes",
        "1",
        "--steps",
        "2",
        "--x",
        "lines-per-second",
        "--x-range",
        "1:2",
        "--strategies",
        "native,daemonset",
        "--seed",
        "{turn}",
        "--out",
        "{out}",
    ]),
    Writer::slow(&[
        "compare",
        "{in}/tiny.yaml",
        "--reps",
        "1",
        "--agents",
        "",
        "--seed",
        "{turn}",
        "--out",
        "{out}",
    ]),
    Writer::slow(&[
        "compare",
        "{in}/tiny.yaml",
        "--reps",
        "1",
        "--agents",
        "",
        "--seed",
        "{turn}",
        "--article-table",
        "{out}",
    ]),
    // Clusters are those of the scenario, whatever the seed.
    Writer::slow(&[
        "explain",
        "resource_use",
        "{in}/tiny.yaml",
        "--reps",
        "1",
        "--seed",
        "1",
        "--clusters",
        "{out}",
    ]),
];
