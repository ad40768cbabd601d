//! How fast the lab's own load generator and sink are: both have to be faster than any agent.
//!
//! Asked for are 1,000,000 lines/s formed and written on one core, and 500,000 lines/s accounted for. Times are the CPU of
//! the thread that does the work, so that a machine that others use as well gives the same figures.

// A bench that cannot set itself up has to stop.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

#[cfg(target_os = "linux")]
mod linux {
    use super::{Criterion, Throughput};
    use loghaul::lab::ledger::{Batch, Ledger, Written};
    use loghaul::lab::line::{self, Form, Sizes, Stamp};
    use loghaul::lab::log_file::LogFile;
    use loghaul::lab::sink::{Protocol, Sink, locked};
    use std::hint::black_box;
    use std::io::Write;
    use std::net::TcpStream;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    const LINES: u64 = 100_000;
    const PAYLOAD: u32 = 200;

    fn lines(from: u64, form: Form) -> Vec<u8> {
        let (mut stamp, mut out) = (Stamp::default(), Vec::new());
        stamp.set(1_795_341_600_000_000_000);
        for seq in from..from + LINES {
            line::write(&mut out, form, &stamp, 0, seq, PAYLOAD as usize);
        }
        out
    }

    /// CPU of this thread for doing something so often.
    fn cpu_of(times: u64, mut work: impl FnMut()) -> Duration {
        let now = || {
            let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
            Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
        };
        let start = now();
        (0..times).for_each(|_| work());
        now() - start
    }

    fn ledger(lines: u64) -> Ledger {
        let written = Written::new(1);
        written.set(0, lines);
        Ledger::new(written, Sizes::Constant(PAYLOAD)).unwrap()
    }

    /// Lines formed and written, by a call each or by a call for a thousand.
    pub(crate) fn generator(c: &mut Criterion) {
        let mut group = c.benchmark_group("lab/generator");
        group.throughput(Throughput::Elements(LINES)).sample_size(10);
        for (name, at_once) in [("a_call_for_1000_lines", 1000_u64), ("a_call_a_line", 1)] {
            group.bench_function(name, |b| {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("app.log");
                let (mut stamp, mut buffer) = (Stamp::default(), Vec::new());
                b.iter_custom(|times| {
                    cpu_of(times, || {
                        let mut file = LogFile::create(&path, None).unwrap();
                        for first in (0..LINES).step_by(at_once as usize) {
                            buffer.clear();
                            stamp.set(loghaul::lab::generator::unix_ns());
                            for seq in first..first + at_once {
                                line::write(&mut buffer, Form::Cri, &stamp, 0, seq, PAYLOAD as usize);
                            }
                            file.write(&buffer).unwrap();
                        }
                        std::fs::remove_file(&path).unwrap();
                    })
                });
            });
        }
        group.finish();
    }

    /// Lines recognised and accounted for, without a socket.
    pub(crate) fn ledger_alone(c: &mut Criterion) {
        let mut group = c.benchmark_group("lab/ledger");
        group.throughput(Throughput::Elements(LINES)).sample_size(10);
        let text = lines(0, Form::Cri);
        group.bench_function("recognised_and_accounted", |b| {
            b.iter_custom(|times| {
                cpu_of(times, || {
                    let (mut ledger, mut batch) = (ledger(LINES), Batch::default());
                    text.split(|b| *b == b'\n').filter(|l| !l.is_empty()).for_each(|l| batch.take(l));
                    ledger.account(&batch, 1_795_341_600_500_000_000);
                    black_box(ledger.delivered());
                })
            });
        });
        group.finish();
    }

    /// Lines that came over a socket, until the last of them is accounted for.
    pub(crate) fn sink(c: &mut Criterion) {
        let mut group = c.benchmark_group("lab/sink");
        group.throughput(Throughput::Elements(LINES)).sample_size(10);
        let http = |body: &[u8]| {
            let mut request =
                format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
            request.extend_from_slice(body);
            request
        };
        let text = lines(0, Form::Cri);
        let json: Vec<u8> = String::from_utf8_lossy(&text)
            .lines()
            .map(|l| format!("{{\"date\":1.5,\"log\":\"{l}\"}}\n"))
            .collect::<String>()
            .into_bytes();
        // Requests of 1,000 lines or so.
        let requests: Vec<u8> = json
            .split_inclusive(|b| *b == b'\n')
            .collect::<Vec<_>>()
            .chunks(1000)
            .flat_map(|r| http(&r.concat()))
            .collect();
        for (name, protocol, bytes) in
            [("syslog", Protocol::Syslog, &text), ("http_json_lines", Protocol::HttpJson, &requests)]
        {
            group.bench_function(name, |b| {
                b.iter_custom(|times| {
                    let once = || {
                        let ledger = Arc::new(Mutex::new(ledger(LINES)));
                        let sink = Sink::start(protocol, Arc::clone(&ledger)).unwrap();
                        let mut stream = TcpStream::connect(sink.address()).unwrap();
                        stream.write_all(bytes).unwrap();
                        while locked(&ledger).delivered() < LINES {
                            std::thread::park_timeout(Duration::from_micros(200));
                        }
                        sink.counts().cpu
                    };
                    (0..times).map(|_| once()).sum()
                });
            });
        }
        group.finish();
    }
}

#[cfg(not(target_os = "linux"))]
mod linux {
    use super::Criterion;
    pub fn generator(_: &mut Criterion) {}
    pub fn ledger_alone(_: &mut Criterion) {}
    pub fn sink(_: &mut Criterion) {}
}

criterion_group!(benches, linux::generator, linux::ledger_alone, linux::sink);
criterion_main!(benches);
