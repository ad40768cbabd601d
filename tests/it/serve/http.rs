//! A server under test, and a client that sends what it is told to, right or wrong.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Longer than anything takes, even on a busy machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// The program under test; another build of it where `LOGHAUL_PROGRAM` names one, to measure times with.
pub(super) fn program() -> OsString {
    std::env::var_os("LOGHAUL_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_loghaul").into())
}

/// `loghaul serve` on a free port, for as long as this lives.
pub(super) struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    pub(super) fn start(args: &[&str]) -> Self {
        let mut command = Command::new(program());
        command.args(["serve", "--port", "0"]).args(args).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().trim_start_matches("http://").trim_end_matches('/').parse();
        Self { address: address.unwrap_or_else(|_| panic!("{line:?} is no address")), child }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The process's memory in bytes, where the system tells.
    #[cfg(target_os = "linux")]
    pub(super) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    /// A request from this server's own page, unless its headers say otherwise.
    pub(super) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        Answer::from(self.open(method, path, headers, body))
    }

    fn open(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> TcpStream {
        send_to(self.address, method, path, headers, body)
    }

    /// Runs something and gives its events as they come; whoever drops them gives the run up.
    pub(super) fn run(&self, ask: &Value) -> Events {
        let head = [("content-type", "application/json")];
        let mut stream = BufReader::new(self.open("POST", "/api/run", &head, ask.to_string().as_bytes()));
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        assert!(line.contains(" 200 "), "{line}");
        while line.trim() != "" {
            line.clear();
            stream.read_line(&mut line).unwrap();
        }
        Events(BufReader::new(chunked_transfer::Decoder::new(stream)))
    }

    /// All events of a state.
    pub(super) fn all(&self, state: Value) -> Vec<Value> {
        self.run(&json!({ "state": state })).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a request, and does not wait for the answer.
pub(super) fn send_to(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> TcpStream {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let named = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    if !named("host") {
        head += &format!("host: {to}\r\n");
    }
    if !named("content-length") {
        head += &format!("content-length: {}\r\n", body.len());
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    let _ = stream.write_all(body);
    stream
}

/// Events of a run.
pub(super) struct Events(BufReader<chunked_transfer::Decoder<BufReader<TcpStream>>>);

impl Iterator for Events {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return Some(serde_json::from_str(data).unwrap());
            }
        }
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads what a server answers, until it has said as much as it said it would, or closes.
    pub(super) fn from(mut stream: TcpStream) -> Self {
        let (mut raw, mut some) = (Vec::new(), vec![0; 1 << 16]);
        // Whoever refuses a body may close before it has come.
        while let Ok(read) = stream.read(&mut some) {
            raw.extend_from_slice(&some[..read]);
            if read == 0 || is_whole(&raw) {
                break;
            }
        }
        Self::of(&raw)
    }

    fn of(raw: &[u8]) -> Self {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Response::new(&mut headers);
        let parsed = head.parse(raw).unwrap();
        assert!(parsed.is_complete(), "no answer: {:?}", String::from_utf8_lossy(raw));
        let status = head.code.unwrap();
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers: BTreeMap<String, String> =
            head.headers.iter().map(|h| (h.name.to_lowercase(), text(h.value))).collect();
        let rest = &raw[parsed.unwrap()..];
        let mut body = Vec::new();
        match headers.get("transfer-encoding") {
            Some(_) => drop(chunked_transfer::Decoder::new(rest).read_to_end(&mut body).unwrap()),
            None => body.extend_from_slice(rest),
        }
        Self { status, headers, body }
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// Why it was refused.
    pub(super) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap().to_owned()
    }
}

/// Whether an answer that says how long it is is there.
fn is_whole(raw: &[u8]) -> bool {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Response::new(&mut headers);
    let Ok(httparse::Status::Complete(start)) = head.parse(raw) else { return false };
    let length = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length =
        length.and_then(|header| std::str::from_utf8(header.value).ok()?.trim().parse::<usize>().ok());
    length.is_some_and(|length| raw.len() >= start + length)
}

/// The first event of a kind.
pub(super) fn of_kind<'v>(events: &'v [Value], kind: &str) -> &'v Value {
    let kinds = || events.iter().map(|event| event["kind"].to_string()).collect::<Vec<_>>();
    events.iter().find(|event| event["kind"] == kind).unwrap_or_else(|| {
        let last = events.last().filter(|event| event["kind"] == "failed");
        panic!("no {kind} among {:?} {last:?}", kinds())
    })
}
