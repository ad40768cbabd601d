use super::*;
use crate::scenario::{LineSize, logs_from_yaml, logs_to_yaml};

fn learn(text: &str, rate: Option<f64>) -> Result<LogsImport, ImportError> {
    let options =
        LogsOptions { rate: rate.map(LineRate::per_sec), stream: LogSource::File, ..LogsOptions::default() };
    learn_logs(&[("app.log".into(), text.as_bytes().to_vec())], &options)
}

fn sizes(import: &LogsImport) -> Vec<u64> {
    let LineSize::Quantiles(sizes) = &import.logs[0].line else { panic!("no quantiles") };
    sizes.iter().map(|b| b.get()).collect()
}

/// `lines[s]` lines in second `s` after noon.
fn at_noon(lines: &[usize]) -> String {
    let mut log = String::new();
    for (s, n) in lines.iter().enumerate() {
        let line = format!("2024-05-01T12:{:02}:{:02}.5Z x\n", s / 60, s % 60);
        log.push_str(&line.repeat(*n));
    }
    log
}

#[test]
fn bursts_become_a_trace_and_the_mean_is_the_rate() {
    // 600 s, 12 lines in every sixth second: 2 a second.
    let lines: Vec<usize> = (0..600).map(|s| if s % 6 == 0 { 12 } else { 0 }).collect();
    let import = learn(&at_noon(&lines), None).unwrap();
    let ArrivalsSpec::Trace(trace) = &import.logs[0].arrivals else { panic!("{:?}", import.notes) };
    // The last line is in second 594: 1,200 lines in 595 s.
    assert_eq!(trace.per_second.len(), 595);
    assert_eq!(import.logs[0].rate.get(), 2.017);
    // 24 bytes and the line end.
    assert_eq!(sizes(&import), [25; 65]);
    assert!(import.notes.iter().any(|n| n.contains("rarely the rate of its source")), "{:?}", import.notes);
    let far = learn(&at_noon(&lines), Some(100.0)).unwrap();
    let warned = "the trace is of 2.017/s, so at 100/s its bursts";
    assert!(far.notes.iter().any(|n| n.starts_with(warned)), "{:?}", far.notes);
}

#[test]
fn a_short_log_is_poisson_and_says_why() {
    let import = learn(&at_noon(&[50; 30]), Some(7.0)).unwrap();
    assert!(matches!(import.logs[0].arrivals, ArrivalsSpec::Poisson));
    assert_eq!(import.logs[0].rate.get(), 7.0);
    let why = import.notes.iter().find(|n| n.contains("not dense enough"));
    assert!(why.unwrap().contains("needed are 300 s at 0.2/s"), "{why:?}");
}

#[test]
fn without_times_there_must_be_a_rate() {
    let refused = learn("one\ntwo\n", None).unwrap_err().to_string();
    assert!(refused.starts_with("app.log: no timestamps are recognised"), "{refused}");
    assert!(refused.ends_with("such as --rate 50/s"), "{refused}");
    let import = learn("one\nthree\n", Some(50.0)).unwrap();
    assert_eq!((sizes(&import)[0], sizes(&import)[64]), (4, 6));
    assert!(import.notes.iter().any(|n| n.starts_with("without timestamps, ")), "{:?}", import.notes);
    let once = learn("2024-05-01 12:00:00 a\n2024-05-01 12:00:00 b\n", None).unwrap_err().to_string();
    assert!(once.contains("of one second"), "{once}");
}

#[test]
fn what_cannot_be_read_is_refused() {
    assert!(learn("", None).unwrap_err().to_string().starts_with("app.log is empty; give log files"));
    assert!(learn("\n\n", None).unwrap_err().to_string().starts_with("app.log is empty"));
    assert!(learn("a\n", Some(3e6)).unwrap_err().to_string().contains("allowed is up to 1M/s"));
    let none = learn_logs(&[], &LogsOptions::default()).unwrap_err().to_string();
    assert!(none.starts_with("no file is given; give log files"), "{none}");
    let lost =
        learn_log_files(&Paths::of(["no/such.log".into()]), &LogsOptions::default()).unwrap_err().to_string();
    assert!(lost.starts_with("no/such.log cannot be read: "), "{lost}");
}

#[test]
fn split_lines_of_the_runtime_are_put_together() {
    // "abc" + "de" + line end: 6 bytes; "f" + line end: 2.
    let log = "2024-05-01T12:00:00.1Z stdout P abc\n2024-05-01T12:00:00.1Z stdout F de\n\
               2024-05-01T12:00:09.1Z stdout F f\n";
    let import = learn(log, None).unwrap();
    assert_eq!((sizes(&import)[0], sizes(&import)[64]), (2, 6));
    assert_eq!(import.logs[0].rate.get(), 0.2);
    // The last line goes on beyond the file: it counts as ended.
    let cut = learn("2024-05-01T12:00:00.1Z stdout P abc\n", Some(1.0)).unwrap();
    assert_eq!(sizes(&cut)[0], 4);
}

#[test]
fn continued_lines_belong_to_the_time_before_and_years_go_on() {
    let log = "Starting\nDec 31 23:59:58 h a\n\tat b\n\tat c\nJan  1 00:00:01 h d\n";
    let import = learn(log, None).unwrap();
    // Five lines in four seconds.
    assert_eq!(import.logs[0].rate.get(), 1.25);
}

#[test]
fn several_files_are_pooled() {
    let files = [("a.log".to_owned(), at_noon(&[1; 300])), ("b.log".to_owned(), at_noon(&[3; 100]))];
    let files = files.map(|(name, text)| (name, text.into_bytes()));
    let import = learn_logs(&files, &LogsOptions::default()).unwrap();
    // Each wrote 300 lines in the 300 s from noon to the last line of all, although the second fell silent after 100.
    assert_eq!(import.logs.len(), 1);
    assert_eq!(import.logs[0].rate.get(), 1.0);
}

#[test]
fn what_is_learned_is_written_and_read_back() {
    let lines: Vec<usize> = (0..400).map(|s| if s % 9 == 0 { 30 } else { 1 }).collect();
    let import = learn(&at_noon(&lines), None).unwrap();
    let yaml = logs_to_yaml(&import.logs).unwrap();
    let back = logs_from_yaml("logs.yaml", &yaml).unwrap();
    assert_eq!(format!("{back:?}"), format!("{:?}", import.logs));
    assert!(yaml.lines().count() < 30, "{yaml}");
}
