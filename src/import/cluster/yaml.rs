//! YAML as `kubectl get -o yaml` and must-gathers write it: documents, and lists whose items are read one by one.
//!
//! A list is taken apart by its indentation, so that no more than one object is held. Items stand at one column and
//! begin with `- `; block scalars inside stand deeper.

use super::objects::Object;
use super::source::{Seen, Source};
use super::stream::Sink;
use crate::import::ImportError;

/// Text that is gathered, and the line that it begins at.
#[derive(Default)]
struct Piece {
    text: String,
    line: usize,
}

impl Piece {
    fn begin(&mut self, line: usize) {
        self.text.clear();
        self.line = line;
    }
}

/// Reads documents until the text ends.
pub(super) fn read(
    file: &str,
    source: &mut Source<'_>,
    seen: &mut Seen,
    sink: Sink<'_>,
) -> Result<(), ImportError> {
    let (mut line, mut piece) = (Vec::new(), Piece::default());
    piece.begin(source.line);
    // Where items of the list begin that one is in.
    let mut items: Option<Items> = None;
    loop {
        let number = source.line;
        let more = source
            .next_line(&mut line)
            .map_err(|source| ImportError::Unreadable { file: file.to_owned(), source })?;
        if !more {
            return finish(file, &mut piece, items.is_some(), seen, sink);
        }
        let text = String::from_utf8_lossy(&line);
        let trimmed = text.trim_end();
        if trimmed == "---" || trimmed.starts_with("--- ") || trimmed == "..." {
            finish(file, &mut piece, items.take().is_some(), seen, sink)?;
            piece.begin(number + 1);
            continue;
        }
        let indent = text.len() - text.trim_start_matches(' ').len();
        let is_blank = trimmed.trim_start().is_empty() || trimmed.trim_start().starts_with('#');
        match items {
            Some(Items::Soon) if is_blank => {}
            Some(Items::Soon) if text[indent..].starts_with("- ") => {
                items = Some(Items::At(indent));
                piece.begin(number);
                piece.text.push_str(&without_dash(&text, indent));
            }
            Some(Items::At(at)) if indent == at && text[indent..].starts_with("- ") => {
                object(file, &mut piece, seen, sink)?;
                piece.begin(number);
                piece.text.push_str(&without_dash(&text, at));
            }
            Some(Items::At(at)) if is_blank || indent > at => piece.text.push_str(&text),
            // The list is over: what follows are other keys of its document.
            Some(_) => {
                finish(file, &mut piece, true, seen, sink)?;
                items = None;
                piece.begin(number);
                piece.text.push_str(&text);
            }
            None if trimmed == "items:" => {
                // What stood before is about the list.
                piece.text.clear();
                items = Some(Items::Soon);
            }
            None if indent == 0 && text.starts_with("- ") && piece.text.trim().is_empty() => {
                items = Some(Items::At(0));
                piece.begin(number);
                piece.text.push_str(&without_dash(&text, 0));
            }
            None => piece.text.push_str(&text),
        }
        if piece.text.len() > Source::MOST {
            return Err(ImportError::Field {
                file: file.to_owned(),
                line: piece.line,
                column: 1,
                problem: "an object larger than 8 MiB; Kubernetes keeps none above 1.5 MiB".to_owned(),
            });
        }
    }
}

/// Where items of a list begin.
#[derive(Clone, Copy)]
enum Items {
    /// At the next line.
    Soon,
    /// At this column.
    At(usize),
}

/// An item as a document: its dash is a blank.
fn without_dash(text: &str, at: usize) -> String {
    format!("{} {}", &text[..at], &text[at + 1..])
}

/// The end of a document, or of the list in it.
fn finish(
    file: &str,
    piece: &mut Piece,
    in_list: bool,
    seen: &mut Seen,
    sink: Sink<'_>,
) -> Result<(), ImportError> {
    if in_list {
        seen.objects += 1;
    }
    object(file, piece, seen, sink)
}

/// What was gathered, as an object. What follows a list in its document has a kind and no content: it is the list's.
fn object(file: &str, piece: &mut Piece, seen: &mut Seen, sink: Sink<'_>) -> Result<(), ImportError> {
    let text = std::mem::take(&mut piece.text);
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(());
    }
    let mut object = from_yaml(&text).map_err(|e| ImportError::from_yaml(file, &e, piece.line))?;
    seen.objects += 1;
    if object.is_list {
        std::mem::take(&mut object.items).into_iter().for_each(sink);
    } else {
        sink(object);
    }
    Ok(())
}

/// One object in YAML.
fn from_yaml(text: &str) -> Result<Object, serde_saphyr::Error> {
    serde_saphyr::from_str(text)
}
