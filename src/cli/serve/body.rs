//! Bodies of requests: so large and no larger, within so much time, and so much of them in memory at a time.

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Bytes of a state: a scenario as JSON has it, and a pinned result.
const MOST_STATE: usize = 10 << 20;

/// Bytes of a file that is imported.
const MOST_FILE: usize = 16 << 20;

/// How long a body may take.
const BODY_TIME: Duration = Duration::from_secs(15);

/// Kibibytes of all bodies that are read at a time.
const ROOM: usize = 64 << 10;

/// What is refused: a status and why.
pub(super) type Refused = (StatusCode, String);

/// Reads bodies.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    room: Arc<Semaphore>,
}

impl Default for Reader {
    fn default() -> Self {
        Self { room: Arc::new(Semaphore::new(ROOM)) }
    }
}

impl Reader {
    /// A body of JSON.
    pub(super) async fn json<T: DeserializeOwned>(&self, request: Request) -> Result<T, Refused> {
        let bytes = self.bytes(request, MOST_STATE, "application/json").await?;
        serde_json::from_slice(&bytes)
            .map_err(|error| (StatusCode::BAD_REQUEST, format!("the request is not understood: {error}")))
    }

    /// A file.
    pub(super) async fn file(&self, request: Request) -> Result<Bytes, Refused> {
        self.bytes(request, MOST_FILE, "application/octet-stream").await
    }

    async fn bytes(&self, request: Request, most: usize, kind: &str) -> Result<Bytes, Refused> {
        // Other kinds are those that pages of others may send without asking.
        if text_of(request.headers(), header::CONTENT_TYPE) != Some(kind) {
            return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("allowed is {kind}")));
        }
        let length =
            text_of(request.headers(), header::CONTENT_LENGTH).and_then(|text| text.parse::<usize>().ok());
        if length.is_some_and(|length| length > most) {
            return Err(too_large(most));
        }
        let kibibytes = (length.unwrap_or(most) >> 10) as u32 + 1;
        let read = async {
            let _room = self.room.acquire_many(kibibytes).await.map_err(|_| late())?;
            to_bytes(request.into_body(), most).await.map_err(|_| too_large(most))
        };
        tokio::time::timeout(BODY_TIME, read).await.map_err(|_| late())?
    }
}

/// A header's text.
pub(super) fn text_of(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    // What is no text is no name that anybody has.
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

fn too_large(most: usize) -> Refused {
    (StatusCode::PAYLOAD_TOO_LARGE, format!("the request is larger than the {} MiB allowed", most >> 20))
}

fn late() -> Refused {
    (StatusCode::REQUEST_TIMEOUT, format!("the request took longer than {} s", BODY_TIME.as_secs()))
}
