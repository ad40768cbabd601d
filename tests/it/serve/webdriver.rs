//! A real browser, driven as W3C's WebDriver has it: JSON over HTTP, which the client of these tests speaks already.

use super::http::{Answer, PATIENCE, send_to};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};

/// Chromium without a window. It ends with this.
pub(super) struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
}

/// Keys as WebDriver names them.
pub(super) const TAB: &str = "\u{e004}";
pub(super) const SPACE: &str = "\u{e00d}";
pub(super) const RIGHT: &str = "\u{e014}";

impl Browser {
    /// Starts one; `None`, and a word on standard error, where there is none.
    pub(super) fn start(test: &str) -> Option<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
        let Ok(mut driver) = command.spawn() else {
            eprintln!("{test} is skipped: there is no chromedriver (Debian: chromium-driver)");
            return None;
        };
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse::<u16>().ok()
        });
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.expect("a port")));
        let mut browser = Self { driver, address, session: String::new() };
        let asked = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "timeouts": { "script": PATIENCE.as_millis() as u64 },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
            "goog:chromeOptions": { "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en-US",
                "--window-size=1400,1000",
            ] },
        } } });
        browser.session = browser.ask("POST", "/session", &asked)["sessionId"].as_str().unwrap().to_owned();
        Some(browser)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if method == "GET" || method == "DELETE" { String::new() } else { body.to_string() };
        let head = [("content-type", "application/json")];
        let stream = send_to(self.address, method, path, &head, body.as_bytes());
        let answer = Answer::from(stream).json()["value"].clone();
        assert!(answer.get("error").is_none(), "{method} {path}: {answer}");
        answer
    }

    fn of_session(&self, method: &str, path: &str, body: &Value) -> Value {
        self.ask(method, &format!("/session/{}{path}", self.session), body)
    }

    pub(super) fn open(&self, url: &str) {
        self.of_session("POST", "/url", &json!({ "url": url }));
    }

    /// Goes to another tab, a new one.
    pub(super) fn new_tab(&self) {
        let tab = self.of_session("POST", "/window/new", &json!({ "type": "tab" }));
        self.of_session("POST", "/window", &json!({ "handle": tab["handle"] }));
    }

    pub(super) fn resize(&self, width: u32, height: u32) {
        // A window is no narrower than 500 pixels; a device may be.
        let device =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.devtools("Emulation.setDeviceMetricsOverride", device);
    }

    pub(super) fn dark(&self, is_dark: bool) {
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", features);
    }

    /// As on paper, without the paper's edges.
    pub(super) fn paper(&self, is_paper: bool) {
        let media = if is_paper { "print" } else { "" };
        self.devtools("Emulation.setEmulatedMedia", json!({ "media": media }));
    }

    fn devtools(&self, command: &str, params: Value) -> Value {
        self.of_session("POST", "/goog/cdp/execute", &json!({ "cmd": command, "params": params }))
    }

    /// What a script returns.
    pub(super) fn run(&self, script: &str) -> Value {
        self.of_session("POST", "/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Waits within the browser until an expression is true, and gives the milliseconds that it took.
    pub(super) fn until(&self, expression: &str) -> f64 {
        let script = format!(
            "const done = arguments[0], since = performance.now(); \
             const look = () => {{ if ({expression}) done(performance.now() - since); else setTimeout(look, 5); }}; look();"
        );
        let took = self.of_session("POST", "/execute/async", &json!({ "script": script, "args": [] }));
        took.as_f64().unwrap_or_else(|| panic!("{expression}: {took}"))
    }

    fn element(&self, selector: &str) -> String {
        let found =
            self.of_session("POST", "/element", &json!({ "using": "css selector", "value": selector }));
        found.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()
    }

    pub(super) fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.of_session("POST", &format!("/element/{element}/click"), &json!({}));
    }

    /// Types into an element; a file's path into a choice of files.
    pub(super) fn type_into(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.of_session("POST", &format!("/element/{element}/value"), &json!({ "text": text }));
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub(super) fn press(&self, keys: &[&str]) {
        let presses: Vec<Value> = keys
            .iter()
            .flat_map(|key| {
                [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })]
            })
            .collect();
        let actions = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": presses }] });
        self.of_session("POST", "/actions", &actions);
    }

    /// A picture of the page, as PNG.
    pub(super) fn screenshot(&self) -> Vec<u8> {
        decoded(self.of_session("GET", "/screenshot", &Value::Null).as_str().unwrap())
    }

    /// Errors and warnings of the console so far.
    pub(super) fn complaints(&self) -> Vec<String> {
        let entries = self.of_session("POST", "/se/log", &json!({ "type": "browser" }));
        let bad = |entry: &&Value| ["SEVERE", "WARNING"].iter().any(|level| entry["level"] == *level);
        entries.as_array().unwrap().iter().filter(bad).map(|entry| entry["message"].to_string()).collect()
    }

    /// Addresses that were asked for so far, by whatever page.
    pub(super) fn requests(&self) -> Vec<String> {
        let entries = self.of_session("POST", "/se/log", &json!({ "type": "performance" }));
        let url = |entry: &Value| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            let sent = message["method"] == "Network.requestWillBeSent";
            sent.then(|| message["params"]["request"]["url"].as_str().map(str::to_owned))?
        };
        entries.as_array().unwrap().iter().filter_map(url).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.of_session("DELETE", "", &Value::Null);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Base64, as WebDriver sends pictures.
fn decoded(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0u32, 0u32);
    for letter in text.bytes() {
        let Some(value) = LETTERS.iter().position(|known| *known == letter) else { continue };
        bits = bits << 6 | value as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}
