//! What is behind the code of an error: why, what to do, and an example that is wrong beside one that is right.

use super::ReportError;
use super::csv::Sheet;
use super::page::{Finding, Page, json};
use super::words::pick;
use crate::diagnosis::Code;
use crate::lang::Lang;
use serde_json::json;

/// The version of the JSON document's shape.
pub const SCHEMA: &str = "loghaul.code/v1";

/// A code to be explained.
#[derive(Clone, Copy, Debug)]
pub struct Diagnosis(pub Code);

impl Finding for Diagnosis {
    fn page(&self, lang: Lang) -> Page {
        let meaning = self.0.meaning();
        let of = |texts: [&'static str; 2]| pick(lang, texts[0], texts[1]);
        let mut page =
            Page::new(lang, format!("{}{}{}", meaning.id, pick(lang, ": ", "："), of(meaning.title)));
        page.paragraph(of(meaning.text));
        for (title, text) in [
            (pick(lang, "Refused:", "会被拒绝："), meaning.wrong),
            (pick(lang, "Right:", "正确写法："), meaning.right),
        ] {
            page.paragraph(title);
            page.code(if text.starts_with("loghaul") { "sh" } else { "yaml" }, text);
        }
        page
    }

    fn document(&self, _: Lang) -> Result<String, ReportError> {
        let meaning = self.0.meaning();
        let both = |texts: [&'static str; 2]| json!({ "en": texts[0], "zh": texts[1] });
        json(&json!({
            "schema": SCHEMA,
            "code": meaning.id,
            "title": both(meaning.title),
            "text": both(meaning.text),
            "wrong": meaning.wrong,
            "right": meaning.right,
        }))
    }

    fn records(&self, lang: Lang) -> Result<String, ReportError> {
        let meaning = self.0.meaning();
        let of = |texts: [&'static str; 2]| pick(lang, texts[0], texts[1]);
        let mut sheet = Sheet::new(["code", "title", "text", "wrong", "right"])?;
        sheet.row([meaning.id, of(meaning.title), of(meaning.text), meaning.wrong, meaning.right])?;
        sheet.finish()
    }
}
