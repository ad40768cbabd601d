//! What is asked for, and what is answered.

use super::Start;
use super::body::{Reader, Refused, text_of};
use super::runs::{self, Ask, Finished, Found, Job};
use crate::import::{ClusterOptions, read_cluster};
use crate::lang::{self, Lang};
use crate::report::page::style;
use crate::run::Stop;
use crate::serve::{Event, Guard, Knob, State, page};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use flate2::read::MultiGzDecoder;
use hyper::body::Frame;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::io::Read;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};

/// How much is run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Runs at a time.
    pub runs: usize,
    /// How long one may take.
    pub time: Duration,
}

/// Results that can be downloaded; the oldest makes room.
const KEPT: usize = 8;

/// Events that a page may be behind: one that reads no more is given up.
const BEHIND: usize = 64;

/// Bytes that a compressed file may unpack to.
const MOST_UNPACKED: u64 = 64 << 20;

/// What all requests share.
struct Shop {
    guard: Guard,
    limits: Limits,
    start: Start,
    bodies: Reader,
    slots: Arc<Semaphore>,
    kept: Mutex<VecDeque<(String, Arc<Finished>)>>,
    number: AtomicU64,
}

impl Shop {
    /// A result that is still kept.
    fn find(&self, number: &str) -> Option<Arc<Finished>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(own, _)| own == number).map(|(_, finished)| Arc::clone(finished))
    }

    /// Keeps a result, in place of the oldest where there are many, and gives its number; a study goes into the result that
    /// it is of.
    fn keep(&self, found: Found, of: Option<&str>) -> Option<String> {
        match found {
            Found::Nothing => None,
            Found::Study(study, posed) => {
                if let Some(result) = of.and_then(|number| self.find(number)) {
                    result.take(*study, &posed);
                }
                None
            }
            Found::All(finished) => {
                let number = self.number.fetch_add(1, Ordering::Relaxed).to_string();
                let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push_back((number.clone(), Arc::from(finished)));
                if kept.len() > KEPT {
                    kept.pop_front();
                }
                Some(number)
            }
        }
    }
}

/// All that is served.
pub(super) fn router(guard: Guard, limits: Limits, start: Start) -> Router {
    let shop = Arc::new(Shop {
        guard,
        limits,
        start,
        bodies: Reader::default(),
        slots: Arc::new(Semaphore::new(limits.runs)),
        kept: Mutex::default(),
        number: AtomicU64::new(1),
    });
    let text = |kind: &'static str, text: &'static str| {
        get(move || async move { ([(header::CONTENT_TYPE, kind)], text) })
    };
    let modules = page::MODULES.into_iter().fold(Router::new(), |router, (name, script)| {
        router.route(&format!("/{name}"), text("text/javascript; charset=utf-8", script))
    });
    modules
        .route("/", get(|| async { ([(header::CONTENT_TYPE, HTML)], page::document()) }))
        .route("/report.css", text("text/css; charset=utf-8", style()))
        .route("/workshop.css", text("text/css; charset=utf-8", page::STYLE))
        .route("/workshop.js", text("text/javascript; charset=utf-8", page::SCRIPT))
        .route("/api/start", get(begin))
        .route("/api/stand", post(stand))
        .route("/api/scenario", post(scenario))
        .route("/api/import/{name}", post(import))
        .route("/api/run", post(run))
        .route("/results/{number}/{kind}", get(download))
        .fallback(|| async { refused((StatusCode::NOT_FOUND, "there is nothing here".to_owned())) })
        .layer(middleware::from_fn_with_state(Arc::clone(&shop), admit))
        .with_state(shop)
}

const HTML: &str = "text/html; charset=utf-8";

/// Answers requests of this server's own pages, and says with each answer what a browser may do with it.
async fn admit(Shared(shop): Shared<Arc<Shop>>, request: Request, next: Next) -> Response {
    let names = [header::HOST, header::ORIGIN, HeaderName::from_static("sec-fetch-site")];
    let mut response = match admitted(&shop.guard, request.headers(), names) {
        Ok(()) => next.run(request).await,
        Err(why) => refused((StatusCode::FORBIDDEN, why)),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", page::POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

fn admitted(guard: &Guard, headers: &HeaderMap, names: [HeaderName; 3]) -> Result<(), String> {
    let [host, origin, fetched] = names.map(|name| text_of(headers, name));
    guard.admit(host, origin, fetched)
}

fn refused((status, why): Refused) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], json!({ "error": why }).to_string())
        .into_response()
}

fn document(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

fn asked_for_what_is_not(error: impl ToString) -> Refused {
    (StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
}

/// What a page begins with.
async fn begin(Shared(shop): Shared<Arc<Shop>>) -> Response {
    let mut state = json!({});
    if let Some(name) = &shop.start.scenario {
        state["scenario"] = json!(name);
    }
    if let Some(file) = &shop.start.file {
        state["file"] = json!({ "name": file.name, "yaml": file.yaml });
    }
    document(&json!({ "lang": shop.start.lang, "state": state }))
}

/// Where a scenario's knobs stand.
async fn stand(Shared(shop): Shared<Arc<Shop>>, request: Request) -> Response {
    let state: State = match shop.bodies.json(request).await {
        Ok(state) => state,
        Err(why) => return refused(why),
    };
    blocking(move || {
        let scenario = state.plain().map_err(asked_for_what_is_not)?;
        let question = [Lang::En, Lang::Zh].map(|lang| lang::question(&scenario.question, lang));
        let knobs: BTreeMap<String, Option<f64>> =
            Knob::ALL.iter().map(|knob| (knob.id(), knob.of(&scenario))).collect();
        Ok(document(&json!({ "name": scenario.name, "question": question, "knobs": knobs })))
    })
    .await
}

/// The scenario as it was turned, as a file.
async fn scenario(Shared(shop): Shared<Arc<Shop>>, request: Request) -> Response {
    let state: State = match shop.bodies.json(request).await {
        Ok(state) => state,
        Err(why) => return refused(why),
    };
    blocking(move || {
        let posed = state.posed().map_err(asked_for_what_is_not)?;
        let yaml = posed.scenario.to_yaml().map_err(|why| (StatusCode::INTERNAL_SERVER_ERROR, why))?;
        Ok(([(header::CONTENT_TYPE, "application/yaml")], yaml).into_response())
    })
    .await
}

/// A cluster as kubectl prints it, as a scenario. Its name is what notes call it, and leads nowhere.
async fn import(Shared(shop): Shared<Arc<Shop>>, Path(name): Path<String>, request: Request) -> Response {
    let bytes = match shop.bodies.file(request).await {
        Ok(bytes) => bytes,
        Err(why) => return refused(why),
    };
    let Ok(_slot) = shop.slots.acquire().await else { return refused(busy()) };
    blocking(move || {
        let bytes = unpacked(&bytes)?;
        let stem = name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("cluster").to_owned();
        let options = ClusterOptions::named(stem);
        let read = read_cluster(&[(name, bytes)], &options).map_err(asked_for_what_is_not)?;
        Ok(document(&json!({ "name": read.scenario.name, "yaml": read.yaml, "notes": read.notes })))
    })
    .await
}

fn busy() -> Refused {
    (StatusCode::SERVICE_UNAVAILABLE, "the server is ending".to_owned())
}

/// A file, unpacked if it is compressed: into so much and no more. Archives are for the command line.
fn unpacked(bytes: &Bytes) -> Result<Vec<u8>, Refused> {
    let is_gzip = |bytes: &[u8]| bytes.starts_with(&[0x1f, 0x8b]);
    let mut plain = Vec::new();
    if is_gzip(bytes) {
        MultiGzDecoder::new(&bytes[..])
            .take(MOST_UNPACKED + 1)
            .read_to_end(&mut plain)
            .map_err(|error| asked_for_what_is_not(format!("the file cannot be unpacked: {error}")))?;
    } else {
        plain.extend_from_slice(bytes);
    }
    if plain.len() as u64 > MOST_UNPACKED {
        let why = format!("the file unpacks to more than {} MiB", MOST_UNPACKED >> 20);
        return Err((StatusCode::PAYLOAD_TOO_LARGE, why));
    }
    if is_gzip(&plain) || plain.get(257..262) == Some(b"ustar") {
        return Err(asked_for_what_is_not("archives are not taken here: `loghaul import cluster` does"));
    }
    Ok(plain)
}

/// Does what takes time where it holds up nobody's connection.
async fn blocking(work: impl FnOnce() -> Result<Response, Refused> + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(response)) => response,
        Ok(Err(why)) => refused(why),
        Err(_) => refused((StatusCode::INTERNAL_SERVER_ERROR, "a defect of the program".to_owned())),
    }
}

/// A result as a file.
async fn download(Shared(shop): Shared<Arc<Shop>>, Path((number, kind)): Path<(String, String)>) -> Response {
    let Some(finished) = shop.find(&number) else {
        let why = format!("this result is not kept any more; the last {KEPT} are: run it again");
        return refused((StatusCode::NOT_FOUND, why));
    };
    let lang = shop.start.lang;
    blocking(move || {
        let Some((name, content_type, text)) = finished.write(&kind, lang) else {
            return Err((StatusCode::NOT_FOUND, "there are csv, json and html".to_owned()));
        };
        let text = text.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
        let disposition = format!("attachment; filename=\"{name}\"");
        let headers =
            [(header::CONTENT_TYPE, content_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
        Ok((headers, text).into_response())
    })
    .await
}

/// Runs what is asked for, and tells of it as it comes. The run ends with its connection.
async fn run(Shared(shop): Shared<Arc<Shop>>, request: Request) -> Response {
    let ask: Ask = match shop.bodies.json(request).await {
        Ok(ask) => ask,
        Err(why) => return refused(why),
    };
    let (send, events) = mpsc::channel(BEHIND);
    let stop = Stop::default();
    tokio::spawn(attend(shop, Job::new(ask, stop.clone()), send));
    let kind = [(header::CONTENT_TYPE, "text/event-stream")];
    (kind, Body::new(Events { events, stop })).into_response()
}

/// Waits for a place, runs, tells how far it is, and ends it where it takes too long.
async fn attend(shop: Arc<Shop>, job: Job, send: mpsc::Sender<Bytes>) {
    const EVERY: Duration = Duration::from_millis(250);
    let job = Arc::new(job);
    let teller = Teller { send: send.clone(), job: Arc::clone(&job) };
    let slot = match Arc::clone(&shop.slots).try_acquire_owned() {
        Ok(slot) => slot,
        Err(_) => {
            teller.tell(&Event::Waiting);
            tokio::select! {
                slot = Arc::clone(&shop.slots).acquire_owned() => match slot { Ok(slot) => slot, Err(_) => return },
                () = send.closed() => return,
            }
        }
    };
    let (running, own) = (Arc::clone(&job), teller.clone());
    let mut run = tokio::task::spawn_blocking(move || {
        // The place is free when the work has ended, not when it was given up.
        let _slot = slot;
        runs::run(&running, &|event| own.tell(&event))
    });
    let now = tokio::time::Instant::now();
    let (mut ticks, ended) = (tokio::time::interval_at(now + EVERY, EVERY), now + shop.limits.time);
    let mut is_late = false;
    let done = loop {
        tokio::select! {
            done = &mut run => break done,
            _ = ticks.tick() => teller.tell(&job.progress()),
            () = tokio::time::sleep_until(ended), if !is_late => {
                is_late = true;
                job.stop.stop();
            }
        }
    };
    let event = match done {
        Ok(Ok(found)) => {
            Event::Done { result: shop.keep(found, job.of_result()), elapsed_ms: job.elapsed_ms() }
        }
        Ok(Err(_)) if is_late => {
            let seconds = shop.limits.time.as_secs();
            let error = format!(
                "the run took longer than the {seconds} s allowed: fewer pods, less time, or --max-seconds"
            );
            Event::Failed { error }
        }
        Ok(Err(error)) => Event::Failed { error: format!("{error:#}") },
        Err(_) => Event::Failed { error: "a defect of the program: the run broke off".to_owned() },
    };
    teller.tell(&event);
}

/// Tells a page what happens; a page that does not listen any more is given up.
#[derive(Clone)]
struct Teller {
    send: mpsc::Sender<Bytes>,
    job: Arc<Job>,
}

impl Teller {
    fn tell(&self, event: &Event) {
        let told = event.to_frame().is_ok_and(|frame| self.send.try_send(Bytes::from(frame)).is_ok());
        if !told {
            self.job.stop.stop();
        }
    }
}

/// Events on their way; the run stops where nobody waits for them any more.
struct Events {
    events: mpsc::Receiver<Bytes>,
    stop: Stop,
}

impl hyper::body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.events.poll_recv(context).map(|event| event.map(|bytes| Ok(Frame::data(bytes))))
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.stop.stop();
    }
}
