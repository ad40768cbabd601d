//! Every protocol as an agent speaks it, and every mood.

use super::loki::{Entry, PushRequest, PushedStream};
use super::*;
use crate::lab::ledger::{Account, Written};
use crate::lab::line::{self, Form, Sizes, Stamp};
use rmpv::Value;
use std::io::Write;

const LINES: u64 = 20;

/// A sink that waits for so many lines of 100 bytes.
fn sink(protocol: Protocol) -> (Sink, SharedLedger) {
    let written = Written::new(1);
    written.set(0, LINES);
    let ledger = Arc::new(Mutex::new(Ledger::new(written, Sizes::Constant(100)).unwrap()));
    (Sink::start(protocol, Arc::clone(&ledger)).unwrap(), ledger)
}

/// Lines as they stand in a file, without their ends.
fn lines() -> Vec<String> {
    let mut stamp = Stamp::default();
    stamp.set(unix_ns());
    let line = |seq| {
        let mut out = Vec::new();
        line::write(&mut out, Form::Cri, &stamp, 0, seq, 100);
        String::from_utf8(out).unwrap().trim_end().to_owned()
    };
    (0..LINES).map(line).collect()
}

/// What has been accounted for as soon as a condition holds; the last word where it never does.
fn account_when(ledger: &SharedLedger, holds: impl Fn(&Account) -> bool) -> Account {
    for _ in 0..500 {
        let account = locked(ledger).account_of(|_| true);
        if holds(&account) {
            return account;
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
    locked(ledger).account_of(|_| true)
}

fn all_and_garbage(account: &Account) -> (u64, u64, u64) {
    (account.delivered, account.missing, account.garbage)
}

/// Sends requests over one connection, and reads as much of each answer as begins it.
fn post(sink: &Sink, headers: &str, bodies: &[Vec<u8>]) -> Vec<String> {
    let mut stream = TcpStream::connect(sink.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let answer = |body: &Vec<u8>| {
        let head = format!("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = vec![0; 64 * 1024];
        let read = stream.read(&mut answer).unwrap();
        String::from_utf8_lossy(&answer[..read]).into_owned()
    };
    bodies.iter().map(answer).collect()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn json_lines_and_arrays_over_http_with_and_without_gzip() {
    let objects: Vec<String> = lines().iter().map(|l| serde_json::json!({ "log": l }).to_string()).collect();
    let (first, second) = objects.split_at(10);
    let as_lines = format!("{}\n{{\"log\":\"no line of ours\"}}\n", first.join("\n")).into_bytes();
    let as_array = format!("[{}]", second.join(",")).into_bytes();
    let (sink, ledger) = sink(Protocol::HttpJson);
    let answers = post(&sink, "", &[as_lines.clone(), as_array]);
    assert!(answers.iter().all(|a| a.starts_with("HTTP/1.1 200")), "{answers:?}");
    post(&sink, "Content-Encoding: gzip\r\n", &[gzipped(&as_lines)]);
    // All of 20 once, ten of them again, and the foreign object twice.
    let account = account_when(&ledger, |a| a.duplicates == 10);
    assert_eq!((all_and_garbage(&account), account.duplicates), ((20, 0, 2), 10));
    assert_eq!(sink.counts().requests, 3);
}

#[test]
fn chunks_over_http() {
    let (sink, ledger) = sink(Protocol::HttpJson);
    let body = lines().join("\n");
    let (left, right) = body.split_at(777);
    let mut stream = TcpStream::connect(sink.address()).unwrap();
    let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    let chunks = [left, right].map(|part| format!("{:x}\r\n{part}\r\n", part.len())).concat();
    stream.write_all(format!("{head}{chunks}0\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(all_and_garbage(&account_when(&ledger, |a| a.missing == 0)), (20, 0, 0));
}

#[test]
fn loki_in_protobuf_and_in_json() {
    let (sink, ledger) = sink(Protocol::Loki);
    let lines = lines();
    let entries = lines[..10].iter().map(|l| Entry { line: l.clone().into_bytes() }).collect();
    let streams = vec![PushedStream { labels: "{job=\"lab\"}".into(), entries }];
    let bytes = prost::Message::encode_to_vec(&PushRequest { streams });
    let packed = snap::raw::Encoder::new().compress_vec(&bytes).unwrap();
    let answers = post(&sink, "Content-Type: application/x-protobuf\r\n", &[packed]);
    assert!(answers[0].starts_with("HTTP/1.1 204"), "{answers:?}");
    let values: Vec<_> = lines[10..].iter().map(|l| ["1", l.as_str()]).collect();
    let json = serde_json::json!({ "streams": [{ "stream": { "job": "lab" }, "values": values }] });
    post(&sink, "Content-Type: application/json\r\n", &[json.to_string().into_bytes()]);
    assert_eq!(all_and_garbage(&account_when(&ledger, |a| a.missing == 0)), (20, 0, 0));
}

#[test]
fn otlp_in_json_and_elasticsearchs_bulk() {
    let record = |l: &String| serde_json::json!({ "timeUnixNano": "1", "body": { "stringValue": l } });
    let records: Vec<_> = lines().iter().map(record).collect();
    let json =
        serde_json::json!({ "resourceLogs": [{ "resource": {}, "scopeLogs": [{ "logRecords": records }] }] });
    let (otlp, ledger) = sink(Protocol::OtlpJson);
    post(&otlp, "Content-Type: application/json\r\n", &[json.to_string().into_bytes(), b"{}".to_vec()]);
    assert_eq!(all_and_garbage(&account_when(&ledger, |a| a.garbage == 1)), (20, 0, 1));

    let (bulk, ledger) = sink(Protocol::ElasticsearchBulk);
    let document = |l: &String| format!("{{\"create\":{{}}}}\n{}\n", serde_json::json!({ "message": l }));
    let body: String = lines().iter().map(document).collect();
    let answers = post(&bulk, "", &[body.into_bytes()]);
    assert_eq!(all_and_garbage(&account_when(&ledger, |a| a.missing == 0)), (20, 0, 0));
    // One answer for each document.
    assert_eq!(answers[0].matches("201").count(), 20);
}

#[test]
fn every_mode_of_the_forward_protocol() {
    let (sink, ledger) = sink(Protocol::Forward);
    let record = |l: &String| Value::Map(vec![("log".into(), l.as_str().into())]);
    let entry = |l: &String| Value::Array(vec![1_i64.into(), record(l)]);
    let packed = |lines: &[String]| {
        let mut bytes = Vec::new();
        lines.iter().for_each(|l| rmpv::encode::write_value(&mut bytes, &entry(l)).unwrap());
        bytes
    };
    let option = |pairs: &[(&str, Value)]| {
        Value::Map(pairs.iter().map(|(name, value)| (Value::from(*name), value.clone())).collect())
    };
    let lines = lines();
    let events = [
        Value::Array(vec!["lab".into(), 1_i64.into(), record(&lines[0])]),
        Value::Array(vec!["lab".into(), Value::Array(lines[1..5].iter().map(entry).collect())]),
        Value::Array(vec!["lab".into(), Value::Binary(packed(&lines[5..10]))]),
        Value::Array(vec![
            "lab".into(),
            Value::Binary(gzipped(&packed(&lines[10..]))),
            option(&[("compressed", "gzip".into()), ("chunk", "c1".into())]),
        ]),
    ];
    let mut stream = TcpStream::connect(sink.address()).unwrap();
    events.iter().for_each(|event| rmpv::encode::write_value(&mut stream, event).unwrap());
    let answer = rmpv::decode::read_value(&mut stream).unwrap();
    assert_eq!(answer, option(&[("ack", "c1".into())]));
    assert_eq!(all_and_garbage(&account_when(&ledger, |a| a.missing == 0)), (20, 0, 0));
}

#[test]
fn syslog_with_ends_of_lines_and_with_lengths() {
    let (sink, ledger) = sink(Protocol::Syslog);
    let lines = lines();
    let mut stream = TcpStream::connect(sink.address()).unwrap();
    // The lines as they are begin with digits, and are no lengths.
    stream.write_all(format!("{}\nnot ours\n", lines[..10].join("\n")).as_bytes()).unwrap();
    let mut counted = TcpStream::connect(sink.address()).unwrap();
    let messages = lines[10..].iter().map(|l| format!("<13>1 - {l}"));
    let text: String = messages.map(|m| format!("{} {m}", m.len())).collect();
    // In two pieces, cut in the middle of a message.
    counted.write_all(&text.as_bytes()[..500]).unwrap();
    counted.flush().unwrap();
    counted.write_all(&text.as_bytes()[500..]).unwrap();
    assert_eq!(all_and_garbage(&account_when(&ledger, |a| a.missing == 0)), (20, 0, 1));
}

#[test]
fn a_refusing_sink_hangs_up_and_comes_back_on_the_same_port() {
    let (sink, ledger) = sink(Protocol::Syslog);
    let mut stream = TcpStream::connect(sink.address()).unwrap();
    stream.write_all(format!("{}\n", lines()[0]).as_bytes()).unwrap();
    assert_eq!(account_when(&ledger, |a| a.delivered == 1).delivered, 1);
    sink.set(Mood::Refusing);
    // The end of the stream, or the word that it was reset.
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert_eq!(stream.read(&mut [0; 8]).unwrap_or(0), 0);
    let refused = (0..500).any(|_| {
        std::thread::park_timeout(Duration::from_millis(5));
        TcpStream::connect(sink.address()).is_err_and(|e| e.kind() == io::ErrorKind::ConnectionRefused)
    });
    assert!(refused);
    sink.set(Mood::Open);
    let again = (0..500).find_map(|_| {
        std::thread::park_timeout(Duration::from_millis(5));
        TcpStream::connect(sink.address()).ok()
    });
    again.unwrap().write_all(format!("{}\n", lines()[1]).as_bytes()).unwrap();
    assert_eq!(account_when(&ledger, |a| a.delivered == 2).delivered, 2);
}

#[test]
fn a_stalling_sink_takes_nothing_until_it_ends() {
    let (sink, ledger) = sink(Protocol::Syslog);
    sink.set(Mood::Stalling);
    let mut stream = TcpStream::connect(sink.address()).unwrap();
    stream.write_all(format!("{}\n", lines().join("\n")).as_bytes()).unwrap();
    std::thread::park_timeout(Duration::from_millis(100));
    assert_eq!(locked(&ledger).delivered(), 0);
    sink.set(Mood::Open);
    assert_eq!(account_when(&ledger, |a| a.missing == 0).delivered, 20);
}

#[test]
fn a_sink_that_is_away_does_not_even_refuse() {
    let (sink, _ledger) = sink(Protocol::Syslog);
    sink.set(Mood::Away);
    // The sink's thread may take a moment to see it.
    let unanswered = (0..500).any(|_| {
        std::thread::park_timeout(Duration::from_millis(5));
        let connected = TcpStream::connect_timeout(&sink.address(), Duration::from_millis(100));
        connected.is_err_and(|e| e.kind() == io::ErrorKind::TimedOut)
    });
    assert!(unanswered);
}

#[test]
fn a_slow_sink_answers_later() {
    let (sink, _ledger) = sink(Protocol::HttpJson);
    sink.set(Mood::Slow(Duration::from_millis(120)));
    let start = std::time::Instant::now();
    post(&sink, "", &[lines().join("\n").into_bytes()]);
    assert!(start.elapsed() >= Duration::from_millis(120));
}
