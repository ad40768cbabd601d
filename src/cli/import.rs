//! `loghaul import`: real clusters and real logs into scenarios.

use super::{BadInput, output};
use crate::diagnosis::Code;
use crate::import::{
    ClusterOptions, ImportError, LifetimesOptions, LogsOptions, Namespaces, Paths, RatesOptions, TimeHints,
    learn_lifetimes, learn_log_files, learn_rates, read_cluster_paths,
};
use crate::scenario::{LogSource, logs_from_yaml, logs_to_yaml};
use crate::units::LineRate;
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Read a real cluster or real logs.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul import cluster cluster.json --rate 10/s > mine.yaml")]
pub(super) struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Turn `kubectl get nodes,pods -A -o json` into a scenario, without credentials, environment or secrets
    Cluster(Cluster),
    /// Learn line sizes and burstiness from log files, as a block for a workload's `logs:`
    Logs(Logs),
    /// Learn how many lines each container writes, from Prometheus, tables, kubelet snapshots or folders of logs, as a
    /// table for import cluster --rates
    Rates(Rates),
    /// Learn how long jobs last from a table of when pods began and ended, as a `lifecycle:` of a workload
    Lifetimes(Lifetimes),
}

#[derive(Debug, clap::Args)]
struct Cluster {
    /// Nodes and pods as JSON or YAML: files, folders, archives; - is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The scenario's name; default: the first file's
    #[arg(long)]
    name: Option<String>,
    /// Lines a second of each pod: kubectl does not know them
    #[arg(long, value_parser = rate, allow_hyphen_values = true)]
    rate: Option<LineRate>,
    /// What each pod writes: a block as `import logs` prints it
    #[arg(long, value_name = "FILE")]
    logs: Option<PathBuf>,
    /// What each container writes: a table as import rates prints it
    #[arg(long, value_name = "FILE", conflicts_with = "rate")]
    rates: Option<PathBuf>,
    /// Count these namespaces alone; a trailing * stands for any rest
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    only_namespaces: Vec<String>,
    /// Leave these namespaces out
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    exclude_namespaces: Vec<String>,
    /// Refuse folders and archives with a bad file in them, instead of leaving it out
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, clap::Args)]
struct Logs {
    /// Log files of one kind of pod: files, folders, archives; - is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Lines a second of each pod; default: the mean of the files
    #[arg(long, value_parser = rate, allow_hyphen_values = true)]
    rate: Option<LineRate>,
    /// Where the application writes it
    #[arg(long, value_enum, default_value_t = Stream::Stdout)]
    stream: Stream,
    #[command(flatten)]
    window: Window,
}

/// Where times stand, and which time was observed.
#[derive(Debug, clap::Args)]
struct Window {
    /// Key of JSON lines that has the time, such as event.created
    #[arg(long, value_name = "KEY")]
    time_key: Option<String>,
    /// Layout of times as strptime has them, such as "%d.%m.%y %H:%M:%S"
    #[arg(long, value_name = "LAYOUT", value_parser = layout)]
    time_format: Option<String>,
    /// When the collection began (RFC 3339); default: each writer's first line
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<i64>,
    /// When the collection ended; default: the last line of all
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<i64>,
}

fn layout(text: &str) -> Result<String, String> {
    LogsOptions::check_format(text).map(|()| text.to_owned())
}

/// Milliseconds since 1970.
fn moment(text: &str) -> Result<i64, String> {
    crate::import::moment_ms(text)
        .ok_or_else(|| "allowed is RFC 3339, such as 2024-05-01T10:00:00Z".to_owned())
}

#[derive(Debug, clap::Args)]
struct Rates {
    /// Answers of Prometheus or Loki, tables, two snapshots of stats/summary, folders of /var/log/pods; - is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Bytes of a line, where bytes were measured and lines were not [default: 251]
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    line_bytes: Option<u32>,
    #[command(flatten)]
    window: Window,
}

#[derive(Debug, clap::Args)]
struct Lifetimes {
    /// A CSV file with a header, or what kubectl get pods -o json printed; - is standard input
    file: PathBuf,
    /// The column with the time at which a pod began
    #[arg(long, default_value = "creation_time")]
    begin: String,
    /// The column with the time at which it ended
    #[arg(long, default_value = "deletion_time")]
    end: String,
}

/// Where an application writes a log.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Stream {
    /// Standard output
    Stdout,
    /// A file in a volume of the pod
    File,
    /// A file in a directory of the node
    HostPath,
}

fn rate(text: &str) -> Result<LineRate, String> {
    text.parse::<LineRate>().map_err(|e| e.to_string())
}

impl Import {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        match self.what {
            What::Cluster(cluster) => cluster.execute(),
            What::Logs(logs) => logs.execute(),
            What::Rates(rates) => rates.execute(),
            What::Lifetimes(lifetimes) => lifetimes.execute(),
        }
    }
}

/// What is wrong with the user's files is the user's to mend; the rest is ours.
fn sort_out(error: ImportError) -> anyhow::Error {
    match error {
        ImportError::Defaults { .. } => error.into(),
        error => BadInput::of(error),
    }
}

impl Cluster {
    fn execute(self) -> anyhow::Result<()> {
        let stem = self.files[0].file_name().map(|name| stem(&name.to_string_lossy()));
        let stem = stem.filter(|stem| !stem.is_empty() && stem != "-");
        let mut options = ClusterOptions::named(self.name.or(stem).unwrap_or_else(|| "cluster".to_owned()));
        options.rate = self.rate;
        options.strict = self.strict;
        options.namespaces = Namespaces { only: self.only_namespaces, exclude: self.exclude_namespaces };
        if let Some(path) = &self.logs {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .map_err(|e| BadInput::coded(Code::Unreadable, format!("{name} cannot be read: {e}")))?;
            options.logs = Some(logs_from_yaml(&name, &text).map_err(BadInput::of)?);
        }
        if let Some(path) = self.rates {
            let paths = Paths::of([path]);
            options.rates = Some(learn_rates(&paths, &RatesOptions::default()).map_err(sort_out)?.to_rates());
        }
        let paths = Paths::of(self.files);
        let imported = watched(&paths, || read_cluster_paths(&paths, &options))?;
        imported.notes.iter().for_each(|note| output::tell(&format!("note: {note}")));
        output::print(&imported.yaml)
    }
}

/// A file's name without what says how it is packed and written.
fn stem(name: &str) -> String {
    const ENDS: [&str; 9] = [".gz", ".tgz", ".tar", ".json", ".yaml", ".yml", ".txt", ".log", ".jsonl"];
    let mut name = name;
    while let Some(short) = ENDS.iter().find_map(|end| name.strip_suffix(end)) {
        name = short;
    }
    name.to_owned()
}

/// Does something with files while a terminal is shown how far it is.
fn watched<T>(paths: &Paths, work: impl FnOnce() -> Result<T, ImportError>) -> anyhow::Result<T> {
    const EVERY: Duration = Duration::from_millis(200);
    let bar = ProgressBar::new(sizes(&paths.list)).with_message("read");
    bar.set_style(ProgressStyle::with_template("{msg} {bytes} of {total_bytes}, {bytes_per_sec}")?);
    let (done, is_done) = mpsc::channel::<()>();
    let made = std::thread::scope(|threads| {
        let (read, bar) = (&paths.read, &bar);
        threads.spawn(move || {
            while is_done.recv_timeout(EVERY) == Err(mpsc::RecvTimeoutError::Timeout) {
                bar.set_position(read.load(Ordering::Relaxed));
            }
            bar.finish_and_clear();
        });
        let made = work();
        drop(done);
        made
    });
    made.map_err(sort_out)
}

/// How fast lines were read, where there were enough to tell.
fn tell_speed(lines: u64, took: Duration) {
    const ENOUGH: u64 = 100_000;
    if lines >= ENOUGH {
        let speed = lines as f64 / took.as_secs_f64().max(1e-3);
        output::tell(&format!("note: {lines} lines read at {:.2} million lines/s", speed / 1e6));
    }
}

/// Bytes of files, those in folders too.
fn sizes(paths: &[PathBuf]) -> u64 {
    let size = |path: &PathBuf| match std::fs::metadata(path) {
        Ok(data) if data.is_dir() => std::fs::read_dir(path)
            .map(|entries| sizes(&entries.flatten().map(|entry| entry.path()).collect::<Vec<_>>()))
            .unwrap_or(0),
        Ok(data) => data.len(),
        Err(_) => 0,
    };
    paths.iter().map(size).sum()
}

impl Rates {
    fn execute(self) -> anyhow::Result<()> {
        let Window { time_key, time_format, since, until } = self.window;
        let mut options = RatesOptions {
            since_ms: since,
            until_ms: until,
            times: TimeHints { key: time_key, format: time_format },
            ..RatesOptions::default()
        };
        if let Some(bytes) = self.line_bytes {
            options.line_bytes = f64::from(bytes);
        }
        let paths = Paths::of(self.files);
        let learned = watched(&paths, || learn_rates(&paths, &options))?;
        learned.notes.iter().for_each(|note| output::tell(&format!("note: {note}")));
        output::print(&learned.to_csv()?)
    }
}

impl Lifetimes {
    fn execute(self) -> anyhow::Result<()> {
        let options = LifetimesOptions { begin: self.begin, end: self.end };
        let paths = Paths::of([self.file]);
        let learned = watched(&paths, || learn_lifetimes(&paths, &options))?;
        learned.notes.iter().for_each(|note| output::tell(&format!("note: {note}")));
        let quantiles: Vec<String> = learned.quantiles.iter().map(ToString::to_string).collect();
        output::print(&format!("lifecycle: {{ job: {{ quantiles: [{}] }} }}\n", quantiles.join(", ")))
    }
}

impl Logs {
    fn execute(self) -> anyhow::Result<()> {
        let stream = match self.stream {
            Stream::Stdout => LogSource::Stdout,
            Stream::File => LogSource::File,
            Stream::HostPath => LogSource::HostPath,
        };
        let Window { time_key, time_format, since, until } = self.window;
        let options = LogsOptions {
            rate: self.rate,
            stream,
            times: TimeHints { key: time_key, format: time_format },
            since_ms: since,
            until_ms: until,
        };
        let paths = Paths::of(self.files);
        let start = Instant::now();
        let learned = watched(&paths, || learn_log_files(&paths, &options))?;
        tell_speed(learned.lines, start.elapsed());
        learned.notes.iter().for_each(|note| output::tell(&format!("note: {note}")));
        output::print(&logs_to_yaml(&learned.logs).map_err(anyhow::Error::msg)?)
    }
}
