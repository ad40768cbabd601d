//! Results read back from the folder that they were written to.

use crate::metric::Metric;
use crate::study::Recorded;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A folder that holds no result, or one that cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// A file cannot be read.
    #[error("{path}: {error}; a result is a folder that `loghaul compare --out` has written")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{path}{place}: {problem}")]
    Content {
        /// The file.
        path: PathBuf,
        /// Where: `:line`, or nothing.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// A row of `observations.csv`.
#[derive(Deserialize)]
struct Row {
    strategy: String,
    replication: usize,
    metric: String,
    value: Option<f64>,
}

/// Reads a result: its folder, or the `compare.json` in it.
///
/// # Errors
/// A file of it is missing or is not what `loghaul compare --out` writes.
pub fn read(path: &Path) -> Result<Recorded, ReadError> {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new(".")) };
    let document = folder.join("compare.json");
    let text = std::fs::read_to_string(&document)
        .map_err(|error| ReadError::File { path: document.clone(), error })?;
    let content =
        |problem: String| ReadError::Content { path: document.clone(), place: String::new(), problem };
    let json: serde_json::Value = serde_json::from_str(&text).map_err(|e| ReadError::Content {
        path: document.clone(),
        place: format!(":{}:{}", e.line(), e.column()),
        problem: format!("{e}; needed is what `loghaul compare --out` writes"),
    })?;
    let seed = json["seed"].as_u64().ok_or_else(|| content("there is no seed in it".to_owned()))?;
    let mut recorded = Recorded { name: path.display().to_string(), seed, ..Recorded::default() };
    for (strategy, result) in json["strategies"].as_object().into_iter().flatten() {
        let missed = result["objectives"].as_array().into_iter().flatten().filter(|o| o["met"] == false);
        let missed = missed.filter_map(|o| o["objective"].as_str().map(str::to_owned)).collect();
        recorded.missed.insert(strategy.clone(), missed);
    }
    observations(&folder.join("observations.csv"), &mut recorded)?;
    Ok(recorded)
}

/// Enters every metric of every replication, in the order of the file.
fn observations(path: &Path, recorded: &mut Recorded) -> Result<(), ReadError> {
    let file = std::fs::File::open(path).map_err(|error| ReadError::File { path: path.to_owned(), error })?;
    let mut reader = ::csv::Reader::from_reader(std::io::BufReader::new(file));
    for (at, row) in reader.deserialize::<Row>().enumerate() {
        let content = |problem: String| ReadError::Content {
            path: path.to_owned(),
            // The header is the first line.
            place: format!(":{}", at + 2),
            problem,
        };
        let row = row.map_err(|e| content(e.to_string()))?;
        let known = Metric::from_id(&row.metric);
        let metric = known.ok_or_else(|| content(format!("there is no metric {:?}", row.metric)))?;
        let strategies = &mut recorded.strategies;
        let place = strategies.iter().position(|(name, _)| *name == row.strategy).unwrap_or_else(|| {
            strategies.push((row.strategy.clone(), Default::default()));
            strategies.len() - 1
        });
        let values = strategies[place].1.entry(metric).or_default();
        if row.replication != values.len() {
            let problem = format!("replication {} follows {} others", row.replication, values.len());
            return Err(content(problem));
        }
        values.push(row.value);
    }
    Ok(())
}
