//! What a workshop's server refuses, and that it lives on: names and pages of others, paths, floods, bombs, and texts
//! that would be more than text.

use super::http::{Server, of_kind};
use crate::support::CALM;
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::io::Write;

const JSON: (&str, &str) = ("content-type", "application/json");
const FILE: (&str, &str) = ("content-type", "application/octet-stream");

/// The server answers, and runs what it is asked to.
fn lives(server: &Server) {
    let ask =
        json!({ "state": { "file": { "name": "calm.yaml", "yaml": CALM }, "reps": 1 }, "only": "figures" });
    let events: Vec<Value> = server.run(&ask).collect();
    of_kind(&events, "done");
}

/// Why a scenario's text is not run.
fn refusal(server: &Server, yaml: &str) -> String {
    let events = server.all(json!({ "file": { "name": "bad.yaml", "yaml": yaml } }));
    of_kind(&events, "failed")["error"].as_str().unwrap().to_owned()
}

#[test]
fn names_and_pages_of_others_are_refused() {
    let server = Server::start(&["--name", "desk"]);
    let own = format!("http://{}", server.address);
    let port = server.address.port();
    assert_eq!(server.send("GET", "/", &[("host", &format!("desk:{port}"))], b"").status, 200);
    assert_eq!(server.send("GET", "/", &[("origin", &own)], b"").status, 200);
    for foreign in [
        ("host", "evil.example"),
        ("host", &format!("evil.example:{port}")),
        ("host", "127.0.0.1"),
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1:1"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let answer = server.send("GET", "/", &[foreign], b"");
        assert_eq!(answer.status, 403, "{foreign:?}");
        assert!(answer.error().contains("answers"), "{foreign:?}: {}", answer.text());
        let state = json!({ "state": {} }).to_string();
        assert_eq!(
            server.send("POST", "/api/run", &[JSON, foreign], state.as_bytes()).status,
            403,
            "{foreign:?}"
        );
    }
    // What a form of another's page may send without asking.
    let plain = ("content-type", "text/plain");
    assert_eq!(server.send("POST", "/api/run", &[plain], b"{\"state\":{}}").status, 415);
}

#[test]
fn no_path_of_a_request_leads_to_the_disk() {
    let server = Server::start(&[]);
    for path in [
        "/../../../../etc/passwd",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "//etc/passwd",
        "/results/../../etc/passwd/json",
        "/results/..%2f..%2fetc%2fpasswd/json",
        "/results/1/%2e%2e%2fetc%2fpasswd",
        "/workshop.css/../../Cargo.toml",
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text().contains("root:"), "{path}");
    }
    for name in ["../../../../etc/passwd", "/etc/passwd"] {
        let answer = server.post("/api/stand", &json!({ "scenario": name }));
        assert_eq!(answer.status, 422);
        assert!(answer.error().contains("there is no scenario"), "{}", answer.text());
    }
    // A name is what errors call a file, and no more.
    let answer = server.send("POST", "/api/import/..%2F..%2Fetc%2Fpasswd", &[FILE], b"no cluster");
    assert_eq!(answer.status, 422);
    assert!(!answer.text().contains("root:"));
    let answer = server.post("/api/run", &json!({ "state": { "profile": "/etc/passwd" } }));
    assert_eq!(answer.status, 400);
}

#[test]
fn a_flood_is_refused_before_it_is_read() {
    let server = Server::start(&[]);
    let flood = vec![b' '; 1 << 20];
    for (path, kind) in [("/api/run", JSON), ("/api/import/a.json", FILE)] {
        let answer = server.send("POST", path, &[kind, ("content-length", "52428800")], &flood);
        assert_eq!(answer.status, 413, "{path}");
        assert!(answer.error().contains("larger than the"), "{}", answer.text());
    }
    // Without saying how long it is.
    let mut chunks = Vec::new();
    for _ in 0..12 {
        chunks.extend_from_slice(b"100000\r\n");
        chunks.extend_from_slice(&flood);
        chunks.extend_from_slice(b"\r\n");
    }
    let answer = server.send(
        "POST",
        "/api/run",
        &[JSON, ("transfer-encoding", "chunked"), ("content-length", "")],
        &chunks,
    );
    assert!([400, 413].contains(&answer.status), "{}", answer.status);
    let head = "x".repeat(100 << 10);
    assert_eq!(server.send("GET", "/", &[("x-long", &head)], b"").status, 431);
    lives(&server);
}

#[test]
fn bombs_do_not_go_off() {
    let server = Server::start(&[]);
    // A billion laughs: nine lists of nine aliases each, 3.9e8 values.
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        laughs += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    assert!(refusal(&server, &laughs).contains("bad.yaml"));
    assert!(refusal(&server, &"[".repeat(200_000)).contains("bad.yaml"));
    assert!(refusal(&server, &"a: {".repeat(200_000)).contains("bad.yaml"));
    let deep = format!("{{\"state\": {}{}}}", "[".repeat(200_000), "]".repeat(200_000));
    assert_eq!(server.send("POST", "/api/run", &[JSON], deep.as_bytes()).status, 400);
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    assert_eq!(server.send("POST", "/api/import/deep.json", &[FILE], deep.as_bytes()).status, 422);
    // 100 MiB of blanks in 100 kB, and once more in a wrapping.
    let packed = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let bomb = packed(&vec![b' '; 100 << 20]);
    let answer = server.send("POST", "/api/import/bomb.json.gz", &[FILE], &bomb);
    assert_eq!(answer.status, 413);
    assert!(answer.error().contains("unpacks to more than 64 MiB"));
    assert_eq!(server.send("POST", "/api/import/twice.gz", &[FILE], &packed(&bomb)).status, 422);
    lives(&server);
}

#[test]
fn a_billion_pods_are_refused_with_what_is_allowed() {
    let server = Server::start(&[]);
    let error = refusal(&server, &CALM.replace("replicas: 6", "replicas: 1000000000"));
    assert!(error.contains("bad.yaml:11:") && error.contains("a whole number from 1 to 10000000"), "{error}");
    let error = refusal(&server, &CALM.replace("replicas: 6", "replicas: 10000000"));
    assert!(error.contains("bad.yaml") && error.contains("pods"), "{error}");
    let error = refusal(&server, &CALM.replace("replicas: 6", "replicas: 100000"));
    assert!(error.contains("a workshop takes up to 60000"), "{error}");
    let error = refusal(&server, &CALM.replace("duration: 30s", "duration: 30d"));
    assert!(error.contains("duration"), "{error}");
    lives(&server);
}

#[test]
fn names_stay_text_wherever_they_are_shown() {
    const HOSTILE: &str = "<img src=x onerror=alert(1)>";
    let server = Server::start(&[]);
    let shown = CALM
        .replace("name: calm", &format!("name: \"{HOSTILE}\"\nquestion: \"=cmd|' /C calc'!A0 {HOSTILE}\""));
    for yaml in [
        shown,
        CALM.replace("name: shop", &format!("name: \"{HOSTILE}\"")),
        CALM.replace("name: web", "name: \"=cmd|'!A0\""),
        CALM.replace("name: web", "name: \"\\e[31mred\""),
    ] {
        let events = server.all(json!({ "file": { "name": HOSTILE, "yaml": yaml }, "reps": 1 }));
        for event in &events {
            // Fragments are HTML; all other texts become text by the page's script.
            for html in [&event["en"], &event["zh"], &event["html"]["en"], &event["html"]["zh"]] {
                let html = html.as_str().unwrap_or_default();
                assert!(!html.contains("<img") && !html.contains('\u{1b}'), "{html}");
            }
        }
        let last = events.last().unwrap();
        if last["kind"] == "done" {
            let number = last["result"].as_str().unwrap();
            let html = server.get(&format!("/results/{number}/html")).text();
            assert!(!html.contains("<img") && !html.contains('\u{1b}'));
            let csv = server.get(&format!("/results/{number}/csv")).text();
            let cells = csv.lines().flat_map(|line| line.split(','));
            let formulas: Vec<&str> = cells.filter(|cell| cell.trim_matches('"').starts_with('=')).collect();
            assert!(formulas.is_empty(), "{formulas:?}");
        } else {
            assert_eq!(last["kind"], "failed", "{last}");
        }
    }
    let stands = server.post("/api/stand", &json!({ "file": { "name": HOSTILE, "yaml": "x: 1" } }));
    assert_eq!(stands.headers["content-type"], "application/json");
}

#[test]
fn every_answer_says_what_a_browser_may_do_with_it() {
    let server = Server::start(&[]);
    for path in [
        "/",
        "/workshop.js",
        "/studies.js",
        "/talk.js",
        "/workshop.css",
        "/report.css",
        "/api/start",
        "/nothing",
    ] {
        let answer = server.get(path);
        let policy = &answer.headers["content-security-policy"];
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{path}");
    }
}

mod slow {
    use super::*;
    use std::io::Read;
    use std::net::TcpStream;
    use std::time::{Duration, Instant};

    /// 200 connections that send a letter at a time of heads and bodies, beside 100 clients.
    #[test]
    #[ignore = "slow: run by .ci/run"]
    fn whoever_takes_his_time_is_let_go_while_others_are_answered() {
        let server = Server::start(&[]);
        let open = |text: &str| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            stream.write_all(text.as_bytes()).unwrap();
            stream
        };
        let host = server.address;
        let head = format!("POST /api/run HTTP/1.1\r\nhost: {host}\r\n");
        let body = format!("{head}content-type: application/json\r\ncontent-length: 10\r\n\r\n{{");
        let slow: Vec<TcpStream> = (0..200).map(|n| open(if n % 2 == 0 { &head } else { &body })).collect();
        let since = Instant::now();
        std::thread::scope(|threads| {
            for _ in 0..100 {
                threads.spawn(|| {
                    for _ in 0..20 {
                        assert_eq!(server.get("/").status, 200);
                    }
                });
            }
        });
        assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
        #[cfg(target_os = "linux")]
        assert!(server.memory() < 200 << 20, "{} bytes", server.memory());
        // Ten seconds for a head, fifteen for a body, and some for a busy machine.
        for mut stream in slow {
            stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest);
        }
        assert!(since.elapsed() < Duration::from_secs(40), "{:?}", since.elapsed());
        lives(&server);
    }
}
