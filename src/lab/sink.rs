//! The sink: receives what agents send, in the protocol that they speak, and accounts for every line.
//!
//! It binds to 127.0.0.1 alone. One thread accepts, and each connection has one of its own; what a request or a piece
//! of a stream held is read first and accounted for at once. It can be slow, stall, refuse or be away.

mod control;
mod forward;
mod http;
mod loki;
mod otlp;
mod syslog;

pub use control::Mood;

use super::generator::{thread_cpu, unix_ns};
use super::ledger::{Batch, Ledger};
use control::Control;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// What an agent speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// HTTP with a JSON object a line, or a JSON array of objects; gzip where the header says so.
    HttpJson,
    /// Elasticsearch's `_bulk` over HTTP.
    ElasticsearchBulk,
    /// OTLP over HTTP, in JSON.
    OtlpJson,
    /// Loki's push over HTTP: snappy and protobuf, or JSON.
    Loki,
    /// Fluentd's forward protocol over TCP: message, forward and packed forward, with acknowledgements.
    Forward,
    /// Syslog over TCP: a message a line, or with its length before it.
    Syslog,
}

/// A ledger that several threads write to.
pub type SharedLedger = Arc<Mutex<Ledger>>;

/// Locks a ledger. No thread leaves it half written: a panic in another one is no reason to stop.
pub fn locked(ledger: &SharedLedger) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the sink has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Requests, or pieces of streams.
    pub requests: u64,
    /// Bytes received.
    pub bytes: u64,
    /// Connections accepted.
    pub connections: u64,
    /// CPU of all of its threads.
    pub cpu: Duration,
    /// CPU of the connection that used most.
    pub busiest: Duration,
}

impl Counts {
    /// What has been done since.
    pub fn since(&self, before: &Self) -> Self {
        Self {
            requests: self.requests - before.requests,
            bytes: self.bytes - before.bytes,
            connections: self.connections - before.connections,
            cpu: self.cpu - before.cpu,
            busiest: self.busiest.saturating_sub(before.busiest),
        }
    }
}

#[derive(Debug, Default)]
struct Counters {
    requests: AtomicU64,
    bytes: AtomicU64,
    connections: AtomicU64,
    cpu_ns: AtomicU64,
    busiest_ns: AtomicU64,
}

/// What the threads of a sink have in common.
#[derive(Debug)]
struct Shared {
    protocol: Protocol,
    ledger: SharedLedger,
    control: Control,
    counters: Counters,
    streams: Mutex<Vec<TcpStream>>,
}

/// A sink at work.
#[derive(Debug)]
pub struct Sink {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

impl Sink {
    /// Begins to listen on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// There is no such port.
    pub fn start(protocol: Protocol, ledger: SharedLedger) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            protocol,
            ledger,
            control: Control::default(),
            counters: Counters::default(),
            streams: Mutex::default(),
        });
        let acceptor = {
            let shared = Arc::clone(&shared);
            let builder = std::thread::Builder::new().name("lab-sink".into());
            builder.spawn(move || accept(listener, address, &shared))?
        };
        Ok(Self { address, shared, acceptor: Some(acceptor) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has done so far.
    pub fn counts(&self) -> Counts {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = &self.shared.counters;
        Counts {
            requests: of(&counters.requests),
            bytes: of(&counters.bytes),
            connections: of(&counters.connections),
            cpu: Duration::from_nanos(of(&counters.cpu_ns)),
            busiest: Duration::from_nanos(of(&counters.busiest_ns)),
        }
    }

    /// Changes how it treats agents, at once.
    pub fn set(&self, mood: Mood) {
        self.shared.control.set(mood);
        if mood == Mood::Refusing {
            self.shared.hang_up();
        }
        self.wake_acceptor();
    }

    /// The acceptor may wait for a connection: one of our own lets it look up.
    fn wake_acceptor(&self) {
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_millis(50));
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.shared.control.set(Mood::Ended);
        self.shared.hang_up();
        self.wake_acceptor();
        if let Some(acceptor) = self.acceptor.take() {
            // A panic of it has been printed, and there is nothing more to end.
            let _ = acceptor.join();
        }
    }
}

impl Shared {
    fn streams(&self) -> MutexGuard<'_, Vec<TcpStream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all connections.
    fn hang_up(&self) {
        for stream in self.streams().drain(..) {
            // Its peer may have been faster.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Accepts connections until the sink ends.
fn accept(listener: TcpListener, address: SocketAddr, shared: &Arc<Shared>) {
    let mut listener = Some(listener);
    let mut threads = Vec::new();
    loop {
        match shared.control.mood() {
            Mood::Ended => break,
            Mood::Refusing => {
                listener = None;
                shared.control.wait_while(|mood| mood == Mood::Refusing);
            }
            Mood::Away => {
                // With a queue of one place, taken by ourselves, further connections are not even refused.
                let full = listener.as_ref().map(|listener| {
                    let _ = rustix::net::listen(listener, 0);
                    [(); 2].map(|()| TcpStream::connect_timeout(&address, Duration::from_millis(20)))
                });
                shared.control.wait_while(|mood| mood == Mood::Away);
                drop(full);
                if let Some(listener) = &listener {
                    let _ = rustix::net::listen(listener, 128);
                }
            }
            _ => {
                if listener.is_none() {
                    listener = TcpListener::bind(address).ok();
                }
                let Some(listener) = &listener else {
                    // Another program may have taken the port for a moment.
                    std::thread::park_timeout(Duration::from_millis(20));
                    continue;
                };
                let Ok((stream, _)) = listener.accept() else { continue };
                if let Some(thread) = serve(stream, shared) {
                    threads.push(thread);
                }
            }
        }
    }
    shared.hang_up();
    for thread in threads {
        let _ = thread.join();
    }
}

/// Serves a connection in a thread of its own.
fn serve(stream: TcpStream, shared: &Arc<Shared>) -> Option<JoinHandle<()>> {
    if shared.control.mood() == Mood::Ended {
        return None;
    }
    let _ = stream.set_nodelay(true);
    shared.streams().push(stream.try_clone().ok()?);
    shared.counters.connections.fetch_add(1, Ordering::Relaxed);
    let shared = Arc::clone(shared);
    let builder = std::thread::Builder::new().name("lab-connection".into());
    let serve = move || {
        let mut connection = Connection { stream, shared, cpu: Duration::ZERO, batch: Batch::default() };
        let protocol = connection.shared.protocol;
        // An agent may hang up whenever it likes; what it had sent is accounted for.
        let _ = match protocol {
            Protocol::Forward => forward::serve(&mut connection),
            Protocol::Syslog => syslog::serve(&mut connection),
            _ => http::serve(&mut connection, protocol),
        };
        // There is a second handle to it, by which the sink hangs up: the end has to be said.
        let _ = connection.stream.shutdown(Shutdown::Both);
    };
    builder.spawn(serve).ok()
}

/// A connection of an agent.
struct Connection {
    stream: TcpStream,
    shared: Arc<Shared>,
    cpu: Duration,
    batch: Batch,
}

impl Connection {
    /// Accounts for what has been read, as of now.
    fn deliver(&mut self) {
        locked(&self.shared.ledger).account(&self.batch, unix_ns());
        self.batch.clear();
        let counters = &self.shared.counters;
        counters.requests.fetch_add(1, Ordering::Relaxed);
        let cpu = thread_cpu();
        let used = (cpu - self.cpu).as_nanos() as u64;
        counters.cpu_ns.fetch_add(used, Ordering::Relaxed);
        counters.busiest_ns.fetch_max(cpu.as_nanos() as u64, Ordering::Relaxed);
        self.cpu = cpu;
    }

    /// Waits before an answer, where the sink is slow.
    fn pause(&self) {
        self.shared.control.pause();
    }
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A sink that stalls stays connected, and reads nothing.
        self.shared.control.wait_while(|mood| matches!(mood, Mood::Stalling | Mood::Away));
        let read = self.stream.read(buffer)?;
        self.shared.control.wait_while(|mood| matches!(mood, Mood::Stalling | Mood::Away));
        if self.shared.control.mood() == Mood::Ended {
            return Ok(0);
        }
        self.shared.counters.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Write for Connection {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.shared.control.wait_while(|mood| matches!(mood, Mood::Stalling | Mood::Away));
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests;
