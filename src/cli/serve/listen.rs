//! Connections: so many at a time, and none that takes its time with a request.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Connections at a time; whoever comes later waits until one of them ends.
const MOST_CONNECTIONS: usize = 256;

/// How long a request's head may take, and how long a connection may lie idle.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// Bytes and headers of a request's head.
const MOST_HEAD: usize = 32 << 10;
const MOST_HEADERS: usize = 64;

/// How long to wait where no connection can be taken, such as without a file descriptor left.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until the program ends.
pub(super) async fn serve(listener: TcpListener, router: Router) -> anyhow::Result<()> {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_headers(MOST_HEADERS)
        .max_buf_size(MOST_HEAD);
    loop {
        let place = Arc::clone(&places).acquire_owned().await?;
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let connection =
            http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        tokio::spawn(async move {
            // Whoever breaks off, or is too slow, is let go.
            let _ = connection.await;
            drop(place);
        });
    }
}
