//! A page as one HTML file: no network, no script; light and dark, phone and paper, one language or several.
//!
//! Whatever comes from a file is text: the templates escape it, and what would command a viewer becomes a blank.

use super::{Block, Cell, Chart, Emphasis, Judged, Kind, Page, Prose, Span, Table, Tone};
use crate::lang::Lang;
use crate::plain::is_unseen;
use crate::report::words::pick;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Colours, measures, and which language is shown.
const STYLE: &str = include_str!("html/page.css");

/// Nothing is loaded from anywhere, and no script runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Returns the file. Pages are the same one in several languages; the first is shown.
pub(super) fn write(pages: &[Page]) -> String {
    let Some(first) = pages.first() else { return String::new() };
    let markup = html! {
        (DOCTYPE)
        html lang=(code(first.lang)) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="generator" content=(concat!("loghaul ", env!("CARGO_PKG_VERSION")));
                title { (shown(&title(first).words())) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                @if pages.len() > 1 {
                    @for (at, page) in pages.iter().enumerate() {
                        input #{ "lang-" (code(page.lang)) } type="radio" name="lang" checked[at == 0];
                    }
                    div.languages {
                        @for page in pages {
                            label for={ "lang-" (code(page.lang)) } lang=(code(page.lang)) {
                                (pick(page.lang, "English", "中文"))
                            }
                        }
                    }
                }
                main { @for page in pages { (article(page)) } }
            }
        }
    };
    markup.into_string()
}

/// Returns the parts of a page as they stand in the file, without a title, to be put into another one.
pub(super) fn fragment(page: &Page) -> String {
    let parts = page.blocks.iter().enumerate().map(|(at, part)| block(part, at, page).into_string());
    parts.collect()
}

/// The colours and measures of the file.
pub(super) fn style() -> &'static str {
    STYLE
}

fn code(lang: Lang) -> &'static str {
    pick(lang, "en", "zh")
}

/// The page's title, or its first heading where it goes without.
fn title(page: &Page) -> Prose {
    let heading = |block: &Block| match block {
        Block::Heading(_, text) => Some(text.clone()),
        _ => None,
    };
    match page.title.is_empty() {
        false => page.title.clone(),
        true => page.blocks.iter().find_map(heading).unwrap_or_default(),
    }
}

fn article(page: &Page) -> Markup {
    html! {
        article lang=(code(page.lang)) class=(code(page.lang)) {
            @if !page.title.is_empty() { h1 { (prose(&page.title)) } }
            @if !page.subtitle.is_empty() { p.subtitle { (prose(&page.subtitle)) } }
            @let headings = headings(page);
            @for (at, part) in page.blocks.iter().enumerate() {
                // Where to go stands behind what everybody reads: the first part of the page.
                @if headings.len() > 3 && headings.get(1).is_some_and(|(place, _)| *place == at) {
                    nav aria-label=(pick(page.lang, "Contents", "目录")) {
                        ul {
                            @for (place, text) in &headings {
                                li { a href={ "#" (anchor(page.lang, *place)) } { (prose(text)) } }
                            }
                        }
                    }
                }
                (block(part, at, page))
            }
        }
    }
}

/// Headings of the second level, each with its place among the blocks.
fn headings(page: &Page) -> Vec<(usize, &Prose)> {
    let found = page.blocks.iter().enumerate().filter_map(|(at, block)| match block {
        Block::Heading(2, text) => Some((at, text)),
        _ => None,
    });
    found.collect()
}

fn anchor(lang: Lang, place: usize) -> String {
    format!("{}-{place}", code(lang))
}

fn block(block: &Block, at: usize, page: &Page) -> Markup {
    html! {
        @match block {
            Block::Heading(2, text) => h2 #(anchor(page.lang, at)) { (prose(text)) },
            Block::Heading(_, text) => h3 { (prose(text)) },
            Block::Paragraph(text) => p { (prose(text)) },
            Block::Quote(text) => blockquote { p { (prose(text)) } },
            Block::Note(Tone::Plain, text) => p.note { (prose(text)) },
            Block::Note(Tone::Faint, text) => p.note.faint { (prose(text)) },
            Block::Note(Tone::Bad, text) => p.note.bad { (prose(text)) },
            Block::List(entries) => ul { @for entry in entries { li { (prose(entry)) } } },
            Block::Table(rows) => (table(rows, page.lang)),
            Block::Code { text, .. } => pre tabindex="0" { code { (lines(text.trim_end())) } },
            Block::Chart(one) => (chart(one)),
            Block::Opens(text, parts) => details.part {
                summary { (prose(text)) }
                @for part in parts { (self::block(part, at, page)) }
            },
            Block::Standing(text) => pre.standing { (lines(text.trim_end())) },
        }
    }
}

/// A drawing with what it shows for those who do not see it; the figures themselves stand in tables.
fn chart(chart: &Chart) -> Markup {
    let Some(svg) = &chart.svg else { return html! {} };
    let Some(drawing) = svg.trim_start().strip_prefix("<svg ") else { return html! {} };
    html! {
        figure {
            div.drawing role="img" aria-label=(shown(&chart.title)) tabindex="0" {
                (PreEscaped("<svg aria-hidden=\"true\" ")) (PreEscaped(drawing))
            }
            figcaption { (shown(&chart.title)) }
        }
    }
}

fn table(table: &Table, lang: Lang) -> Markup {
    let class = |kind: Kind| if kind == Kind::Figures { "figure" } else { "words" };
    let has_head = table.columns.iter().any(|column| !column.title.is_empty());
    let layout = if table.blocks { "scroll strategies" } else { "scroll" };
    html! {
        div class=(layout) role="group" aria-label=(pick(lang, "Table", "表格")) tabindex="0" {
            table {
                @if has_head {
                    thead { tr {
                        @for column in &table.columns {
                            th scope="col" class=(class(column.kind)) { (prose(&column.title)) }
                        }
                    } }
                }
                tbody {
                    @for row in table.rows.iter().filter(|row| !row.is_empty()) {
                        tr {
                            @for (column, entry) in table.columns.iter().zip(row) {
                                @if column.kind == Kind::Stub {
                                    th scope="row" { (prose(&entry.shown(lang))) }
                                } @else {
                                    (cell(entry, class(column.kind), &column.title, lang))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn cell(cell: &Cell, class: &str, column: &Prose, lang: Lang) -> Markup {
    let label = shown(&column.words());
    match cell {
        Cell::Judged(one) => judged(one, &label, lang),
        other => html! { td class=(class) data-label=(label) { (prose(&other.shown(lang))) } },
    }
}

/// A finding that was judged; it opens onto what it rests on.
fn judged(judged: &Judged, label: &str, lang: Lang) -> Markup {
    let (class, meaning) = match judged.good {
        Some(true) => ("judged good", pick(lang, "yes", "是")),
        Some(false) => ("judged bad", pick(lang, "no", "否")),
        None => ("judged open", pick(lang, "not counted", "不计入")),
    };
    let finding = html! {
        @if !judged.mark.is_empty() { span.mark role="img" aria-label=(meaning) { (judged.mark) } " " }
        (prose(&judged.text))
        @if let Some(aside) = &judged.aside { " " em { "(" (shown(aside)) ")" } }
    };
    html! {
        td class=(class) data-label=(label) {
            @if judged.evidence.is_empty() {
                (finding)
            } @else {
                details {
                    summary { (finding) }
                    div.evidence {
                        @let page = Page { lang, level: 3, ..Page::default() };
                        @for part in &judged.evidence { (block(part, 0, &page)) }
                    }
                }
            }
            @if let Some((who, words)) = &judged.quoted { small { (shown(who)) (shown(words)) } }
        }
    }
}

fn prose(text: &Prose) -> Markup {
    html! { @for part in text.spans() { (span(part)) } }
}

fn span(span: &Span) -> Markup {
    let text = shown(&span.text);
    html! {
        @match span.emphasis {
            Emphasis::Plain => (text),
            Emphasis::Strong => strong { (text) },
            Emphasis::Stress => em { (text) },
            Emphasis::Code => code { (text) },
        }
    }
}

/// Text without what would command a viewer: controls, and marks that turn the direction of writing.
fn shown(text: &str) -> String {
    text.chars().map(|c| if is_unseen(c) { ' ' } else { c }).collect()
}

/// The same, line by line.
fn lines(text: &str) -> String {
    text.lines().map(shown).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::page::Column;

    const HOSTILE: &str = "</title><script>alert(1)</script>\" onload=\"x' & \u{1b}[31m \u{202e}txt";

    /// A page that has a hostile text wherever text can be.
    fn hostile(lang: Lang) -> Page {
        let mut page = Page::new(lang, HOSTILE);
        page.subtitle = Prose::default().strong(HOSTILE).stress(HOSTILE).code(HOSTILE);
        for _ in 0..4 {
            page.heading(HOSTILE);
        }
        page.paragraph(HOSTILE);
        page.blocks.push(Block::Quote(HOSTILE.into()));
        page.note(HOSTILE);
        page.list(vec![HOSTILE.into()]);
        page.code("sh", HOSTILE);
        page.blocks.push(Block::Opens(HOSTILE.into(), vec![Block::Paragraph(HOSTILE.into())]));
        let title = HOSTILE.to_owned();
        page.blocks.push(Block::Chart(Chart {
            title,
            path: String::new(),
            svg: Some("<svg ></svg>".into()),
        }));
        let mut table = Table::new([Column::stub(HOSTILE), Column::words(HOSTILE), Column::figures(HOSTILE)]);
        let judged = Judged {
            mark: "✓",
            good: Some(true),
            text: HOSTILE.into(),
            aside: Some(HOSTILE.to_owned()),
            quoted: Some((HOSTILE.to_owned(), HOSTILE.to_owned())),
            evidence: vec![Block::Paragraph(HOSTILE.into())],
        };
        table.row([Cell::words(HOSTILE), Cell::words(HOSTILE), Cell::Judged(Box::new(judged))]);
        page.table(table);
        page
    }

    #[test]
    fn names_from_files_stay_text() {
        let file = write(&[hostile(Lang::En), hostile(Lang::Zh)]);
        assert!(!file.contains("<script") && !file.contains("\" onload"), "{file}");
        assert!(!file.contains('\u{1b}') && !file.contains('\u{202e}'));
        assert!(file.matches("&lt;script&gt;").count() > 40, "{}", file.matches("&lt;script&gt;").count());
        // Every quote inside of an attribute is one that ends it: attributes are as many as the templates write.
        assert_eq!(file.matches("<title>").count(), 1);
    }

    #[test]
    fn nothing_is_fetched_and_nothing_runs() {
        let file = write(&[hostile(Lang::En)]);
        for outside in ["http://", "https://", "src=", "@import", "url(", "<link"] {
            assert!(!file.contains(outside), "{outside}");
        }
        assert!(file.contains("default-src &apos;none&apos;") || file.contains("default-src 'none'"));
    }

    #[test]
    fn a_fragment_is_as_harmless_as_the_file() {
        let part = fragment(&hostile(Lang::En));
        assert!(
            !part.contains("<script") && !part.contains("\" onload") && !part.contains('\u{1b}'),
            "{part}"
        );
        assert!(part.contains("&lt;script&gt;") && !part.contains("<html"));
    }

    #[test]
    fn languages_are_switched_without_a_script() {
        let file = write(&[hostile(Lang::Zh), hostile(Lang::En)]);
        assert!(file.contains("<html lang=\"zh\">"));
        assert!(file.contains("id=\"lang-zh\" type=\"radio\" name=\"lang\" checked"));
        assert!(file.contains("<article lang=\"en\"") && file.contains("<article lang=\"zh\""));
        for lang in ["en", "zh"] {
            assert!(STYLE.contains(&format!("#lang-{lang}:checked")), "{lang} is never shown alone");
        }
        assert!(!write(&[hostile(Lang::En)]).contains("type=\"radio\""));
    }
}
