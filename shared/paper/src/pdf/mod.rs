//! Documents on paper: A4, readable Chinese, their font in them.
//!
//! Positions are whole hundredths of a point, from the upper left corner of the page. It knows
//! nothing of what is printed: a [`Document`] is words in their places.

mod font;
mod layout;
mod printer;
mod write;

use std::sync::LazyLock;

use citygate_kernel::Locale;

use self::font::Font;
pub use self::printer::{PrintError, Printer};

/// The general standard characters of Noto Sans SC: `assets/README.md`.
const FONT: &[u8] = include_bytes!("../../assets/NotoSansCJKsc-TGH.otf");

static PARSED: LazyLock<Option<Font>> = LazyLock::new(|| Font::parse(FONT));

/// How many rows, columns and bytes of text a document has at most: a page holds some forty rows.
const ROWS: usize = 1_000;
const COLUMNS: usize = 12;
const BYTES: usize = 200_000;

/// What is printed, from the top down in the order of the fields.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// The language of its words.
    pub language: Locale,
    /// Who issues it.
    pub heading: String,
    /// What it is.
    pub title: String,
    /// What has to be seen first: that it is a correction.
    pub banner: Option<String>,
    /// Name and value, two beside each other.
    pub facts: Vec<(String, String)>,
    /// One below the other. One without rows is not printed.
    pub tables: Vec<Table>,
    /// A heading and a text each.
    pub paragraphs: Vec<(String, String)>,
    /// At the foot of every page, beside its number.
    pub footer: String,
}

/// Rows under a head, which is repeated on every page.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// From the left; at most twelve.
    pub columns: Vec<Column>,
    /// From the top.
    pub rows: Vec<Row>,
}

/// A column of a table.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// In the head.
    pub title: String,
    /// Its share of the width of the page, beside those of the other columns.
    pub width: u16,
    /// Whether it is set flush right, so that digits stand under digits.
    pub numeric: bool,
}

impl Column {
    /// A column of words.
    pub fn new(title: impl Into<String>, width: u16) -> Self {
        Self { title: title.into(), width, numeric: false }
    }

    /// A column of numbers, flush right.
    pub fn numeric(title: impl Into<String>, width: u16) -> Self {
        Self { numeric: true, ..Self::new(title, width) }
    }
}

/// A row of a table.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// As many as the table has columns.
    pub cells: Vec<String>,
    /// Printed so that it is seen without colour, too.
    pub marked: bool,
}

/// Why a document does not come to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// It has more rows, columns or text than are printed.
    #[error("it is too long")]
    TooLong,
    /// A row has more or fewer cells than its table has columns.
    #[error("a row does not fit its table")]
    Uneven,
    /// The font that came with the program is not one.
    #[error("its font cannot be used")]
    Font,
}

/// The document as PDF 1.7. It is work for a processor: never on a thread that others wait for,
/// which is what [`Printer`] is for.
pub fn render(document: &Document) -> Result<Vec<u8>, PdfError> {
    check(document)?;
    let font = PARSED.as_ref().ok_or(PdfError::Font)?;
    let pages = layout::pages(document, font);
    write::pdf(document, &pages, font).ok_or(PdfError::Font)
}

fn check(document: &Document) -> Result<(), PdfError> {
    let Document { language: _, heading, title, banner, facts, tables, paragraphs, footer } =
        document;
    let pairs = facts.iter().chain(paragraphs).flat_map(|(name, text)| [name, text]);
    let cells = tables.iter().flat_map(|table| {
        let titles = table.columns.iter().map(|column| &column.title);
        titles.chain(table.rows.iter().flat_map(|row| &row.cells))
    });
    let texts = [heading, title, footer].into_iter().chain(banner).chain(pairs).chain(cells);
    let rows: usize = tables.iter().map(|table| table.rows.len().saturating_add(1)).sum();
    let wide = tables.iter().any(|table| table.columns.len() > COLUMNS);
    if wide || rows > ROWS || texts.map(String::len).sum::<usize>() > BYTES {
        return Err(PdfError::TooLong);
    }
    let even = |table: &Table| {
        let columns = table.columns.len();
        table.rows.iter().all(|row| row.cells.len() == columns)
    };
    if tables.iter().all(even) { Ok(()) } else { Err(PdfError::Uneven) }
}

#[cfg(test)]
mod tests;
