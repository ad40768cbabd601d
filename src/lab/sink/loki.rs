//! Loki's push: protobuf packed by snappy, or JSON.

use crate::lab::ledger::Batch;
use serde::Deserialize;
use std::borrow::Cow;

/// `logproto.PushRequest`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct PushRequest {
    #[prost(message, repeated, tag = "1")]
    pub streams: Vec<PushedStream>,
}

/// `logproto.StreamAdapter`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct PushedStream {
    #[prost(string, tag = "1")]
    pub labels: String,
    #[prost(message, repeated, tag = "2")]
    pub entries: Vec<Entry>,
}

/// `logproto.EntryAdapter`, without what is not needed here.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Entry {
    #[prost(bytes = "vec", tag = "2")]
    pub line: Vec<u8>,
}

#[derive(Deserialize)]
struct Push<'a> {
    #[serde(borrow)]
    streams: Vec<Stream<'a>>,
}

#[derive(Deserialize)]
struct Stream<'a> {
    /// Time and line, sometimes with metadata.
    #[serde(borrow)]
    values: Vec<Vec<Value<'a>>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Value<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Other(serde::de::IgnoredAny),
}

/// Takes the lines of a request.
pub(super) fn take(batch: &mut Batch, body: &[u8], is_json: bool) {
    if is_json {
        match serde_json::from_slice::<Push<'_>>(body) {
            Ok(push) => push.streams.iter().flat_map(|s| &s.values).for_each(|value| match value.get(1) {
                Some(Value::Text(line)) => batch.take(line.as_bytes()),
                Some(Value::Other(_)) | None => batch.garbage += 1,
            }),
            Err(_) => batch.garbage += 1,
        }
        return;
    }
    let unpacked = snap::raw::Decoder::new().decompress_vec(body).ok();
    let request = unpacked.and_then(|bytes| <PushRequest as prost::Message>::decode(bytes.as_slice()).ok());
    match request {
        Some(request) => {
            request.streams.iter().flat_map(|s| &s.entries).for_each(|entry| batch.take(&entry.line));
        }
        None => batch.garbage += 1,
    }
}
