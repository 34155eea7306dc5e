//! A report on paper: A4, readable Chinese, its font in it.
//!
//! Positions are whole hundredths of a point, from the upper left corner of the page. It knows
//! nothing of results: a [`Document`] is words in their places.

mod font;
mod layout;
mod write;

use std::sync::LazyLock;

use self::font::Font;

/// GB 2312 of Noto Sans SC: `assets/README.md`.
const FONT: &[u8] = include_bytes!("../assets/NotoSansCJKsc-GB2312.otf");

static PARSED: LazyLock<Option<Font>> = LazyLock::new(|| Font::parse(FONT));

/// How many rows and characters a document has at most: a page holds some forty rows.
const ROWS: usize = 1_000;
const CHARACTERS: usize = 200_000;

/// What is printed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Document {
    /// `zh-CN`.
    pub language: &'static str,
    pub heading: String,
    pub title: String,
    /// What has to be seen first: that it is a correction.
    pub banner: Option<String>,
    /// Name and value, two beside each other.
    pub facts: Vec<(String, String)>,
    pub columns: [String; 5],
    pub rows: Vec<Row>,
    /// A heading and a text each.
    pub paragraphs: Vec<(String, String)>,
    /// At the foot of every page.
    pub footer: String,
    /// Page and pages, in words: `Page {page} of {pages}`.
    pub page: String,
}

/// A row of the table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    pub cells: [String; 5],
    /// Printed so that it is seen without colour, too.
    pub marked: bool,
}

/// Why a document does not come to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PdfError {
    /// It has more rows or characters than are printed.
    #[error("it is too long")]
    TooLong,
    /// The font that came with the program is not one.
    #[error("its font cannot be used")]
    Font,
}

/// The document as PDF 1.7. It is work for a processor: never on a thread that others wait for.
pub(crate) fn render(document: &Document) -> Result<Vec<u8>, PdfError> {
    let cells = document.rows.iter().flat_map(|row| &row.cells);
    let paragraphs = document.paragraphs.iter().map(|(_, text)| text);
    let characters: usize = cells.chain(paragraphs).map(String::len).sum();
    if document.rows.len() > ROWS || characters > CHARACTERS {
        return Err(PdfError::TooLong);
    }
    let font = PARSED.as_ref().ok_or(PdfError::Font)?;
    let pages = layout::pages(document, font);
    write::pdf(document, &pages, font).ok_or(PdfError::Font)
}

#[cfg(test)]
mod tests;
