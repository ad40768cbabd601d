//! `loghaul import`: real clusters and real logs into scenarios.

use super::{BadInput, output};
use crate::import::{
    ClusterOptions, ImportError, LifetimesOptions, LogsOptions, learn_lifetimes, learn_log_files,
    read_cluster,
};
use crate::scenario::{LogSource, logs_from_yaml, logs_to_yaml};
use crate::units::LineRate;
use clap::Subcommand;
use std::path::PathBuf;

/// Read a real cluster or real logs.
#[derive(Debug, clap::Args)]
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
    /// Learn how long jobs last from a table of when pods began and ended, as a `lifecycle:` of a workload
    Lifetimes(Lifetimes),
}

#[derive(Debug, clap::Args)]
struct Cluster {
    /// Files with a List, NodeList or PodList
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
}

#[derive(Debug, clap::Args)]
struct Logs {
    /// Log files, pooled into one stream
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Lines a second of each pod; default: the mean of the files
    #[arg(long, value_parser = rate, allow_hyphen_values = true)]
    rate: Option<LineRate>,
    /// Where the application writes it
    #[arg(long, value_enum, default_value_t = Stream::Stdout)]
    stream: Stream,
}

#[derive(Debug, clap::Args)]
struct Lifetimes {
    /// A CSV file with a header, times in seconds
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
    pub fn execute(self) -> anyhow::Result<()> {
        match self.what {
            What::Cluster(cluster) => cluster.execute(),
            What::Logs(logs) => logs.execute(),
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
        let mut files = Vec::with_capacity(self.files.len());
        for path in &self.files {
            let name = path.display().to_string();
            let bytes =
                std::fs::read(path).map_err(|e| BadInput::of(format!("{name} cannot be read: {e}")))?;
            files.push((name, bytes));
        }
        let stem = self.files[0].file_stem().map(|s| s.to_string_lossy().into_owned());
        let mut options = ClusterOptions::named(self.name.or(stem).unwrap_or_else(|| "cluster".to_owned()));
        options.rate = self.rate;
        if let Some(path) = &self.logs {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .map_err(|e| BadInput::of(format!("{name} cannot be read: {e}")))?;
            options.logs = Some(logs_from_yaml(&name, &text).map_err(BadInput::of)?);
        }
        let imported = read_cluster(&files, &options).map_err(sort_out)?;
        imported.notes.iter().for_each(|note| output::tell(&format!("note: {note}")));
        output::print(&imported.scenario.to_yaml().map_err(anyhow::Error::msg)?)
    }
}

impl Lifetimes {
    fn execute(self) -> anyhow::Result<()> {
        let options = LifetimesOptions { begin: self.begin, end: self.end };
        let learned = learn_lifetimes(&self.file, &options).map_err(sort_out)?;
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
        let learned =
            learn_log_files(&self.files, &LogsOptions { rate: self.rate, stream }).map_err(sort_out)?;
        learned.notes.iter().for_each(|note| output::tell(&format!("note: {note}")));
        output::print(&logs_to_yaml(&learned.logs).map_err(anyhow::Error::msg)?)
    }
}
