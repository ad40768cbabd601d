//! HTTP/1.1 as far as agents use it to push: methods with a body, keep-alive, chunks, `Expect`, gzip.

use super::{Connection, Protocol, loki, otlp};
use crate::lab::ledger::Batch;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use std::io::{self, BufRead, BufReader, Read, Write};

/// Longest head of a request, in bytes.
const LONGEST_HEAD: u64 = 64 * 1024;

/// Longest body of a request, in bytes, before and after decompression.
const LONGEST_BODY: u64 = 1 << 30;

/// What the head of a request says.
#[derive(Debug, Default)]
struct Head {
    method: String,
    length: Option<u64>,
    chunked: bool,
    encoding: String,
    content: String,
    waits: bool,
    closes: bool,
}

pub(super) fn serve(connection: &mut Connection, protocol: Protocol) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(256 * 1024, connection);
    loop {
        let Some(head) = head(&mut reader)? else { return Ok(()) };
        if head.waits {
            reader.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let mut body = Vec::new();
        if head.chunked {
            chunked_transfer::Decoder::new(&mut reader).take(LONGEST_BODY).read_to_end(&mut body)?;
        } else if let Some(length) = head.length {
            reader.by_ref().take(length.min(LONGEST_BODY)).read_to_end(&mut body)?;
            if body.len() as u64 != length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let connection = reader.get_mut();
        let answer = if head.method == "POST" || head.method == "PUT" {
            let messages = take(&mut connection.batch, protocol, &head, body);
            connection.pause();
            connection.deliver();
            if protocol == Protocol::ElasticsearchBulk {
                let items = vec![r#"{"create":{"status":201}}"#; messages].join(",");
                format!(r#"{{"took":1,"errors":false,"items":[{items}]}}"#)
            } else {
                String::new()
            }
        } else if protocol == Protocol::ElasticsearchBulk {
            // Agents ask Elasticsearch who it is before they send.
            r#"{"version":{"number":"8.15.0"},"tagline":"You Know, for Search"}"#.to_owned()
        } else {
            String::new()
        };
        // Loki answers without a body.
        let (status, length) = match protocol {
            Protocol::Loki => ("204 No Content", String::new()),
            _ => ("200 OK", format!("Content-Length: {}\r\n", answer.len())),
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\nX-Elastic-Product: Elasticsearch\r\nContent-Type: application/json\r\n{length}\r\n{answer}"
        );
        connection.write_all(answer.as_bytes())?;
        if head.closes {
            return Ok(());
        }
    }
}

/// Reads a request's head; `None` where the agent has hung up.
fn head(reader: &mut impl BufRead) -> io::Result<Option<Head>> {
    let mut bytes = Vec::new();
    let mut limited = reader.take(LONGEST_HEAD);
    while !bytes.ends_with(b"\r\n\r\n") {
        if limited.read_until(b'\n', &mut bytes)? == 0 {
            return if bytes.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
    }
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    request.parse(&bytes).map_err(io::Error::other)?;
    let mut head = Head { method: request.method.unwrap_or_default().to_owned(), ..Head::default() };
    for header in request.headers.iter() {
        let value = String::from_utf8_lossy(header.value).trim().to_ascii_lowercase();
        match header.name.to_ascii_lowercase().as_str() {
            "content-length" => head.length = value.parse().ok(),
            "transfer-encoding" => head.chunked = value.contains("chunked"),
            "content-encoding" => head.encoding = value,
            "content-type" => head.content = value,
            "expect" => head.waits = value == "100-continue",
            "connection" => head.closes = value == "close",
            _ => {}
        }
    }
    Ok(Some(head))
}

/// Takes what a body holds; returns the number of messages in it.
fn take(batch: &mut Batch, protocol: Protocol, head: &Head, body: Vec<u8>) -> usize {
    let body = match head.encoding.as_str() {
        "gzip" => unpacked(MultiGzDecoder::new(body.as_slice())),
        "deflate" => unpacked(ZlibDecoder::new(body.as_slice())),
        _ => Some(body),
    };
    let before = batch.marks.len() as u64 + batch.garbage;
    match (body, protocol) {
        (None, _) => batch.garbage += 1,
        (Some(body), Protocol::Loki) => loki::take(batch, &body, head.content.contains("json")),
        (Some(body), Protocol::OtlpJson) => otlp::take(batch, &body),
        (Some(body), Protocol::ElasticsearchBulk) => {
            // An action a line, and below it the document.
            body.split(|b| *b == b'\n').skip(1).step_by(2).for_each(|line| batch.take(line));
        }
        (Some(body), _) => json(batch, &body),
    }
    (batch.marks.len() as u64 + batch.garbage - before) as usize
}

fn unpacked(from: impl Read) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LONGEST_BODY).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Objects, a line each or in an array.
fn json(batch: &mut Batch, body: &[u8]) {
    if body.trim_ascii_start().starts_with(b"[") {
        match serde_json::from_slice::<Vec<&serde_json::value::RawValue>>(body) {
            Ok(objects) => objects.iter().for_each(|object| batch.take(object.get().as_bytes())),
            Err(_) => batch.garbage += 1,
        }
        return;
    }
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', body).chain([body.len()]) {
        if end > start {
            batch.take(&body[start..end]);
        }
        start = end + 1;
    }
}
