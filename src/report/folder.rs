//! A folder with everything: report as Markdown and HTML, JSON, CSV, charts.

use super::chart::Chart;
use super::{Format, Look, Report, ReportError, csv, json, markdown};
use crate::files::{self, Staged};
use rayon::prelude::*;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Makes sure that a report can be written into a folder, which is made if it is missing. To be called
/// before a long run.
///
/// # Errors
/// The folder cannot be made or written to; the message names it and says what to do.
pub fn check_folder(dir: &Path) -> Result<(), ReportError> {
    let tried = fs::create_dir_all(dir).and_then(|()| {
        files::clear(dir);
        // Never renamed, it leaves nothing behind.
        Staged::new().add(&dir.join("probe"), |out| out.write_all(b"loghaul"))
    });
    tried.map_err(|source| ReportError::folder(dir, source))
}

/// Writes `report.md`, `report.html`, `compare.json`, the CSV files and the charts (SVG and PNG) into a folder and gives
/// their paths. All are made in memory first, written under temporary names, then renamed: no file is ever
/// seen half-written. Charts of an earlier report that this one has no data for are removed.
///
/// # Errors
/// A chart or format fails, and nothing was written; or the system refuses a file.
pub fn write_folder(dir: &Path, report: &Report) -> Result<Vec<PathBuf>, ReportError> {
    let paths = write_files(dir, &contents(report)?)?;
    for chart in Chart::ALL.into_iter().filter(|c| !c.has_data(report)) {
        for ending in ["svg", "png"] {
            // It may well not be there.
            let _ = fs::remove_file(dir.join(format!("{}.{ending}", chart.stem())));
        }
    }
    Ok(paths)
}

/// Writes files into a folder, under temporary names first, and gives their paths.
///
/// # Errors
/// The system refuses a file.
pub fn write_files(dir: &Path, contents: &[(String, Vec<u8>)]) -> Result<Vec<PathBuf>, ReportError> {
    check_folder(dir)?;
    let mut staged = Staged::new();
    for (name, bytes) in contents {
        let path = dir.join(name);
        staged
            .add(&path, |out| out.write_all(bytes))
            .map_err(|source| ReportError::File { path: path.clone(), source })?;
    }
    staged.commit().map_err(|(path, source)| ReportError::File { path, source })
}

/// Names and contents of all files.
fn contents(report: &Report) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
    // An HTML file has neither a width nor a terminal's colours.
    let look = Look { lang: report.lang, width: 0, colour: false };
    let mut files = vec![
        ("report.md".to_owned(), markdown::page(report, markdown::Charts::Beside).to_markdown().into_bytes()),
        ("report.html".to_owned(), Format::Html.write(report, look)?.into_bytes()),
        ("compare.json".to_owned(), json::to_string(report)?.into_bytes()),
    ];
    files.extend(csv::files(report)?.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())));
    let charts: Vec<Chart> = Chart::ALL.into_iter().filter(|c| c.has_data(report)).collect();
    let drawn: Result<Vec<_>, ReportError> = charts
        .par_iter()
        .map(|chart| {
            let (svg, png) = (chart.svg(report)?.into_bytes(), chart.png(report)?);
            Ok([(format!("{}.svg", chart.stem()), svg), (format!("{}.png", chart.stem()), png)])
        })
        .collect();
    files.extend(drawn?.into_iter().flatten());
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;
    use crate::report::fixture::Fixture;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_report_is_complete_and_leaves_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let into = dir.path().join("new/folder");
        check_folder(&into).unwrap();
        assert!(names(&into).is_empty(), "the probe is gone");
        let paths = write_folder(&into, &Fixture::three().report(Lang::Zh)).unwrap();
        assert_eq!(paths.len(), 3 + 7 + 10);
        assert!(paths.iter().all(|p| p.metadata().unwrap().len() > 0));
        assert_eq!(names(&into).len(), paths.len());
        assert!(fs::read_to_string(into.join("report.md")).unwrap().contains("(timeline.svg)"));
    }

    #[test]
    fn charts_of_an_earlier_report_do_not_linger() {
        let dir = tempfile::tempdir().unwrap();
        let mut fixture = Fixture::three();
        write_folder(dir.path(), &fixture.report(Lang::En)).unwrap();
        fixture.density.clear();
        write_folder(dir.path(), &fixture.report(Lang::En)).unwrap();
        assert!(!dir.path().join("cost-by-density.svg").exists());
        assert!(dir.path().join("timeline.png").exists());
    }

    #[test]
    fn a_folder_that_cannot_be_says_so_before_the_run() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "mine").unwrap();
        for path in [file.clone(), file.join("below")] {
            let message = check_folder(&path).unwrap_err().to_string();
            assert!(message.contains("file") && message.contains("--out"), "{message}");
            assert!(message.contains("it is a file"), "{message}");
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }

    #[test]
    fn a_failure_leaves_no_temporary_files() {
        let dir = tempfile::tempdir().unwrap();
        // A folder where a file is to go: writing succeeds, renaming does not.
        fs::create_dir_all(dir.path().join("report.md/in the way")).unwrap();
        let error = write_folder(dir.path(), &Fixture::three().report(Lang::En)).unwrap_err();
        assert!(error.to_string().contains("report.md"), "{error}");
        assert_eq!(names(dir.path()), ["report.md"]);
    }
}
