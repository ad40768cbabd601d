//! Verbs that write.

/// A verb that writes: what is typed for what is there before and for what is to come. `{in}` is a folder with what it
/// reads, `{out}` the one that it writes to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writer {
    pub before: &'static [&'static str],
    pub after: &'static [&'static str],
    /// Whether it writes as it goes, into a file that a later run goes on with.
    pub has_journal: bool,
    /// Whether it takes less than a second.
    pub is_quick: bool,
}

const fn writer(before: &'static [&'static str], after: &'static [&'static str]) -> Writer {
    Writer { before, after, has_journal: false, is_quick: true }
}

/// All verbs that write.
pub(super) const WRITERS: [Writer; 10] = [
    writer(
        &["check", "{in}/tiny.yaml", "--reps", "2", "--seed", "1", "--junit", "{out}/check.xml"],
        &[
            "check",
            "{in}/tiny.yaml",
            "--reps",
            "2",
            "--seed",
            "2",
            "--junit",
            "{out}/check.xml",
            "--objective",
            "loss <= 1%",
        ],
    ),
    Writer {
        has_journal: true,
        ..writer(
            &[
                "sweep",
                "{in}/tiny.yaml",
                "--reps",
                "1",
                "--vary",
                "seed=1:20:1",
                "--out",
                "{out}",
                "--resume",
            ],
            &[
                "sweep",
                "{in}/tiny.yaml",
                "--reps",
                "1",
                "--vary",
                "seed=1:20:1",
                "--out",
                "{out}",
                "--resume",
            ],
        )
    },
    writer(
        &["calibrate", "{in}/points.csv", "--name", "mine", "--out", "{out}/mine.yaml"],
        &["calibrate", "{in}/points.csv", "--name", "ours", "--out", "{out}/mine.yaml"],
    ),
    writer(&["man", "--out", "{out}"], &["man", "--out", "{out}"]),
    writer(
        &["merge", "{in}/parts", "--out", "{out}/sweep.csv"],
        &["merge", "{in}/parts", "--out", "{out}/sweep.csv"],
    ),
    writer(
        &["report", "{in}/folder", "--out", "{out}/report.html"],
        &["report", "{in}/folder", "--out", "{out}/report.html"],
    ),
    Writer {
        is_quick: false,
        ..writer(
            &[
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
                "1",
                "--out",
                "{out}",
            ],
            &[
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
                "2",
                "--out",
                "{out}",
            ],
        )
    },
    Writer {
        is_quick: false,
        ..writer(
            &["compare", "{in}/tiny.yaml", "--reps", "1", "--agents", "", "--seed", "1", "--out", "{out}"],
            &["compare", "{in}/tiny.yaml", "--reps", "1", "--agents", "", "--seed", "2", "--out", "{out}"],
        )
    },
    Writer {
        is_quick: false,
        ..writer(
            &[
                "compare",
                "{in}/tiny.yaml",
                "--reps",
                "1",
                "--agents",
                "",
                "--seed",
                "1",
                "--article-table",
                "{out}",
            ],
            &[
                "compare",
                "{in}/tiny.yaml",
                "--reps",
                "1",
                "--agents",
                "",
                "--seed",
                "2",
                "--article-table",
                "{out}",
            ],
        )
    },
    Writer {
        is_quick: false,
        ..writer(
            &[
                "explain",
                "resource_use",
                "{in}/tiny.yaml",
                "--reps",
                "1",
                "--seed",
                "1",
                "--clusters",
                "{out}",
            ],
            &[
                "explain",
                "resource_use",
                "{in}/tiny.yaml",
                "--reps",
                "1",
                "--seed",
                "2",
                "--clusters",
                "{out}",
            ],
        )
    },
];
