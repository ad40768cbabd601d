//! `loghaul serve`: the workshop page, on this machine.

mod body;
mod listen;
mod routes;
mod runs;

use super::study::StudyArgs;
use super::{BadInput, output};
use crate::lang::Lang;
use crate::scenario::{self, embedded};
use crate::serve::{Dropped, Guard};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Bytes of a thread's stack: files nest as deep here as on the command line, whose thread has as much.
const STACK: usize = 8 << 20;

/// Threads that read, run and write for requests, at most; others wait.
const MOST_THREADS: usize = 32;

/// Show a page to play with.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul serve reference --port 7878, then open the address that it prints")]
pub(super) struct Serve {
    /// Scenario to begin with: a file, or the name of an embedded one
    scenario: Option<PathBuf>,
    /// Port to listen on; 0 for any that is free
    #[arg(long, default_value_t = 7878)]
    port: u16,
    /// Address to listen on. Whoever reaches it may run scenarios: there is no password
    #[arg(long, default_value = "127.0.0.1")]
    address: IpAddr,
    /// Another name that this machine is asked for by, such as its host name; repeatable
    #[arg(long = "name", value_name = "HOST")]
    names: Vec<String>,
    /// Runs at a time; others wait
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    max_runs: u16,
    /// Seconds that a run may take
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    max_seconds: u32,
    /// Language that the page begins with
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
}

/// What a page begins with.
#[derive(Clone, Debug, Default)]
struct Start {
    lang: Lang,
    scenario: Option<String>,
    file: Option<Dropped>,
}

impl Serve {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let start = self.start()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(MOST_THREADS)
            .thread_stack_size(STACK)
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let asked = SocketAddr::new(self.address, self.port);
            let listener = tokio::net::TcpListener::bind(asked).await.map_err(|error| {
                BadInput::of(format!("{asked} cannot be listened on: {error}; --port takes another port"))
            })?;
            let address = listener.local_addr()?;
            let guard = Guard::new(address, &self.names);
            let limits = routes::Limits {
                runs: usize::from(self.max_runs),
                time: Duration::from_secs(u64::from(self.max_seconds)),
            };
            output::print(&format!("http://{address}/"))?;
            if !address.ip().is_loopback() {
                output::tell("note: whoever reaches this address may run scenarios; there is no password");
            }
            listen::serve(listener, routes::router(guard, limits, start)).await
        })
    }

    /// Reads the scenario to begin with, so that a wrong one is told here and not on the page.
    fn start(&self) -> anyhow::Result<Start> {
        let lang = self.lang;
        let Some(path) = &self.scenario else { return Ok(Start { lang, ..Start::default() }) };
        let given = path.to_string_lossy().into_owned();
        if !path.exists() && embedded(&given).is_some() {
            return Ok(Start { lang, scenario: Some(given), file: None });
        }
        let (file, yaml) = StudyArgs { scenario: Some(path.clone()), ..StudyArgs::default() }.text()?;
        scenario::from_yaml(&file, &yaml).map_err(BadInput::of)?;
        let name = path.file_name().map_or(file, |name| name.to_string_lossy().into_owned());
        Ok(Start { lang, scenario: None, file: Some(Dropped { name, yaml }) })
    }
}
