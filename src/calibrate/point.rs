//! What was measured: one set-up under one load.

/// One measured point: so many files and agents of one node, at a steady load.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Files that the agents tail, all together.
    pub files: f64,
    /// Agent processes; each tails its share of the files.
    pub agents: f64,
    /// Lines a second over all files.
    pub lines_per_s: f64,
    /// Bytes of a line on disk.
    pub line_bytes: f64,
    /// Bytes of a line without what the container runtime puts before it.
    pub payload_bytes: f64,
    /// Seconds between writes, where all files are written at common instants; `None` where writers are
    /// independent of each other.
    pub tick_s: Option<f64>,
    /// Whether lines got metadata of their pod.
    pub enriched: bool,
    /// Collection configs that each agent loads.
    pub configs: f64,
    /// Record bytes that each agent may hold; `None` is the base's default.
    pub buffer_bytes: Option<f64>,
    /// Wake-ups a second over all agents, where they were counted.
    pub wakeups_per_s: Option<f64>,
    /// Cores over all agents.
    pub cpu_cores: f64,
    /// RSS over all agents, in bytes.
    pub rss_bytes: Option<f64>,
    /// PSS over all agents, in bytes.
    pub pss_bytes: Option<f64>,
}

/// The points of a file.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What the user calls the file.
    pub file: String,
    /// The points that can be fitted.
    pub points: Vec<Point>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}
