//! Fluentd's forward protocol, version 1, without its handshake: message, forward, packed forward, compressed.

use super::Connection;
use crate::lab::ledger::Batch;
use flate2::read::MultiGzDecoder;
use rmpv::{Value, ValueRef};
use std::io::{self, BufReader, Read, Write};

pub(super) fn serve(connection: &mut Connection) -> io::Result<()> {
    // The reader has the connection for itself; what is to be answered waits until it gives it back.
    let mut reader = BufReader::with_capacity(256 * 1024, connection);
    loop {
        let event = match rmpv::decode::read_value(&mut reader) {
            Ok(event) => event,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => {
                let connection = reader.get_mut();
                connection.batch.garbage += 1;
                connection.deliver();
                return Err(io::Error::other(error));
            }
        };
        let connection = reader.get_mut();
        let chunk = take(&mut connection.batch, &event);
        connection.pause();
        connection.deliver();
        if let Some(chunk) = chunk {
            let answer = Value::Map(vec![(Value::from("ack"), chunk)]);
            let mut bytes = Vec::new();
            rmpv::encode::write_value(&mut bytes, &answer)?;
            connection.write_all(&bytes)?;
        }
    }
}

/// Takes what an event holds; returns the chunk that is to be acknowledged, where one is named.
fn take(batch: &mut Batch, event: &Value) -> Option<Value> {
    let Value::Array(parts) = event else {
        batch.garbage += 1;
        return None;
    };
    let option = |name: &str| {
        let options = parts.last()?.as_map()?;
        options.iter().find(|(key, _)| key.as_str() == Some(name)).map(|(_, value)| value.clone())
    };
    match parts.get(1) {
        // Forward: pairs of time and record.
        Some(Value::Array(entries)) => {
            for entry in entries {
                record(batch, entry.as_array().and_then(|e| e.get(1)));
            }
        }
        // Packed forward: the same pairs one after the other, as bytes.
        Some(Value::Binary(packed)) => packed_entries(batch, packed, option("compressed").is_some()),
        Some(Value::String(packed)) => packed_entries(batch, packed.as_bytes(), false),
        // A message: time, then record.
        Some(_) => record(batch, parts.get(2)),
        None => batch.garbage += 1,
    }
    option("chunk")
}

fn packed_entries(batch: &mut Batch, packed: &[u8], compressed: bool) {
    let mut unpacked = Vec::new();
    let mut rest = packed;
    if compressed {
        if MultiGzDecoder::new(packed).read_to_end(&mut unpacked).is_err() {
            batch.garbage += 1;
            return;
        }
        rest = &unpacked;
    }
    while !rest.is_empty() {
        let before = rest;
        match rmpv::decode::read_value_ref(&mut rest) {
            // The line stands somewhere in the entry's bytes; none of it is escaped.
            Ok(ValueRef::Array(_)) => batch.take(&before[..before.len() - rest.len()]),
            _ => {
                batch.garbage += 1;
                return;
            }
        }
    }
}

/// Takes a record: the text of it that is a line.
fn record(batch: &mut Batch, record: Option<&Value>) {
    let fields = record.and_then(Value::as_map).map(Vec::as_slice).unwrap_or_default();
    let texts = fields.iter().filter_map(|(_, value)| match value {
        Value::String(text) => Some(text.as_bytes()),
        Value::Binary(bytes) => Some(bytes.as_slice()),
        _ => None,
    });
    let line = texts.into_iter().find(|text| crate::lab::line::find(text).is_some());
    batch.take(line.unwrap_or_default());
}
