//! Where everything stands on its page.

use citygate_kernel::Locale;

use super::{
    Document, Row, Table,
    font::{Font, Glyph},
};

/// A4.
pub(super) const PAGE: (i32, i32) = (59_528, 84_189);
const MARGIN: i32 = 4_800;
const WIDTH: i32 = PAGE.0 - 2 * MARGIN;
/// Below this is the foot.
const BOTTOM: i32 = PAGE.1 - 7_000;
const BODY: i32 = 1_000;
const SMALL: i32 = 850;
/// Line after line, in hundredths of the size.
const LEADING: i32 = 150;
const PADDING: i32 = 400;
/// How many lines a cell has; what would fill a page alone is cut, visibly.
const CELL_LINES: usize = 30;

/// What is drawn.
#[derive(Debug, Clone)]
pub(super) enum Mark {
    /// Glyphs from the left, on a base line.
    Text { x: i32, y: i32, size: i32, bold: bool, glyphs: Vec<Glyph> },
    /// A line across.
    Line { x: i32, y: i32, width: i32 },
    /// A grey area.
    Shade { x: i32, y: i32, width: i32, height: i32 },
}

/// Where a cell stands, from the left margin.
#[derive(Debug, Clone, Copy)]
struct Place {
    x: i32,
    width: i32,
    numeric: bool,
}

/// A page being filled.
struct Sheet<'a> {
    font: &'a Font,
    pages: Vec<Vec<Mark>>,
    y: i32,
}

/// The marks of each page.
pub(super) fn pages(document: &Document, font: &Font) -> Vec<Vec<Mark>> {
    let mut sheet = Sheet { font, pages: vec![Vec::new()], y: MARGIN };
    sheet.centred(&document.heading, 1_500);
    sheet.centred(&document.title, 1_250);
    if let Some(banner) = &document.banner {
        sheet.banner(banner);
    }
    sheet.facts(&document.facts);
    for table in &document.tables {
        sheet.table(table);
    }
    for (heading, text) in &document.paragraphs {
        sheet.paragraph(heading, text);
    }
    let mut pages = sheet.pages;
    let count = pages.len();
    for (n, page) in pages.iter_mut().enumerate() {
        foot(document, font, page, (n + 1, count));
    }
    pages
}

impl Sheet<'_> {
    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Begins a page where what comes has no room. Says whether it did.
    fn room(&mut self, height: i32) -> bool {
        let full = self.y + height > BOTTOM;
        if full {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
        full
    }

    fn centred(&mut self, text: &str, size: i32) {
        for line in wrapped(self.font, text, WIDTH, size) {
            let x = MARGIN + (WIDTH - width(&line, size)) / 2;
            self.line(x, line, size, true);
        }
        self.y += 300;
    }

    /// One line of text at the present height.
    fn line(&mut self, x: i32, glyphs: Vec<Glyph>, size: i32, bold: bool) {
        self.room(size * LEADING / 100);
        self.y += size * LEADING / 100;
        let y = self.y - size * 35 / 100;
        self.mark(Mark::Text { x, y, size, bold, glyphs });
    }

    fn banner(&mut self, text: &str) {
        let lines = wrapped(self.font, text, WIDTH - 2 * PADDING, BODY);
        let height = lines_height(lines.len(), BODY) + 2 * PADDING;
        self.y += PADDING;
        self.mark(Mark::Shade { x: MARGIN, y: self.y, width: WIDTH, height });
        self.y += PADDING;
        for line in lines {
            self.line(MARGIN + PADDING, line, BODY, true);
        }
        self.y += 2 * PADDING;
    }

    fn facts(&mut self, facts: &[(String, String)]) {
        let half = WIDTH / 2;
        let places = [0, half].map(|x| Place { x, width: half, numeric: false });
        self.y += PADDING;
        for pair in facts.chunks(2) {
            let texts = pair.iter().map(|(name, value)| format!("{name}  {value}"));
            let blocks = self.blocks(texts, &places);
            self.row(&blocks, &places, false);
        }
        self.y += PADDING;
    }

    /// Blocks of lines beside each other. A row is never broken over two pages.
    fn row(&mut self, blocks: &[Vec<Vec<Glyph>>], places: &[Place], bold: bool) {
        let height = height(blocks);
        self.room(height);
        let top = self.y;
        for (block, place) in blocks.iter().zip(places) {
            self.y = top;
            for line in block {
                let free = place.width - PADDING - width(line, BODY);
                let x = MARGIN + place.x + if place.numeric { free.max(0) } else { 0 };
                self.line(x, line.clone(), BODY, bold);
            }
        }
        self.y = top + height;
    }

    fn table(&mut self, table: &Table) {
        if table.rows.is_empty() {
            return;
        }
        let places = places(table);
        let titles = table.columns.iter().map(|column| column.title.clone());
        let head = self.blocks(titles, &places);
        // A head stands above a row, never alone at the foot of a page.
        self.room(height(&head) + lines_height(1, BODY) + PADDING);
        self.head(&head, &places);
        for row in &table.rows {
            self.table_row(row, &head, &places);
        }
        self.rule();
        self.y += PADDING;
    }

    fn rule(&mut self) {
        self.mark(Mark::Line { x: MARGIN, y: self.y, width: WIDTH });
    }

    fn head(&mut self, head: &[Vec<Vec<Glyph>>], places: &[Place]) {
        self.rule();
        self.y += PADDING / 2;
        self.row(head, places, true);
        self.y += PADDING / 2;
        self.rule();
        self.y += PADDING / 2;
    }

    fn table_row(&mut self, row: &Row, head: &[Vec<Vec<Glyph>>], places: &[Place]) {
        let blocks = self.blocks(row.cells.iter().cloned(), places);
        let height = height(&blocks);
        if self.room(height) {
            self.head(head, places);
        }
        if row.marked {
            let shade = Mark::Shade { x: MARGIN, y: self.y, width: WIDTH, height };
            self.mark(shade);
        }
        self.row(&blocks, places, row.marked);
        self.y += PADDING / 4;
    }

    /// The cells of a row, broken into lines.
    fn blocks(
        &self,
        cells: impl Iterator<Item = String>,
        places: &[Place],
    ) -> Vec<Vec<Vec<Glyph>>> {
        let blocks = cells.zip(places).map(|(cell, place)| {
            let mut lines = wrapped(self.font, &cell, place.width - PADDING, BODY);
            if lines.len() > CELL_LINES {
                lines.truncate(CELL_LINES);
                lines.push(self.font.glyphs("……"));
            }
            lines
        });
        blocks.collect()
    }

    fn paragraph(&mut self, heading: &str, text: &str) {
        self.y += PADDING;
        self.room(lines_height(2, BODY));
        for line in wrapped(self.font, heading, WIDTH, BODY) {
            self.line(MARGIN, line, BODY, true);
        }
        for line in wrapped(self.font, text, WIDTH, BODY) {
            self.line(MARGIN, line, BODY, false);
        }
    }
}

fn foot(document: &Document, font: &Font, page: &mut Vec<Mark>, (n, of): (usize, usize)) {
    let mut y = BOTTOM + 1_600;
    page.push(Mark::Line { x: MARGIN, y: BOTTOM + 400, width: WIDTH });
    for line in wrapped(font, &document.footer, WIDTH * 80 / 100, SMALL).into_iter().take(4) {
        page.push(Mark::Text { x: MARGIN, y, size: SMALL, bold: false, glyphs: line });
        y += SMALL * LEADING / 100;
    }
    let number = match document.language {
        Locale::En => format!("Page {n} of {of}"),
        Locale::ZhCn => format!("第 {n} 页，共 {of} 页"),
    };
    let glyphs = font.glyphs(&number);
    let x = PAGE.0 - MARGIN - width(&glyphs, SMALL);
    page.push(Mark::Text { x, y: BOTTOM + 1_600, size: SMALL, bold: false, glyphs });
}

/// Where the columns of a table stand: their shares of the width.
fn places(table: &Table) -> Vec<Place> {
    let shares: i32 = table.columns.iter().map(|column| i32::from(column.width)).sum();
    let across = |share: i32| i64::from(WIDTH) * i64::from(share) / i64::from(shares.max(1));
    let mut before = 0;
    let place = |column: &super::Column| {
        let x = across(before);
        before += i32::from(column.width);
        let (x, end) = (i32::try_from(x), i32::try_from(across(before)));
        let x = x.unwrap_or_default();
        Place { x, width: end.unwrap_or(x) - x, numeric: column.numeric }
    };
    table.columns.iter().map(place).collect()
}

fn height(blocks: &[Vec<Vec<Glyph>>]) -> i32 {
    lines_height(blocks.iter().map(Vec::len).max().unwrap_or_default(), BODY)
}

fn lines_height(lines: usize, size: i32) -> i32 {
    i32::try_from(lines).unwrap_or(i32::MAX / 1_000_000) * (size * LEADING / 100)
}

/// How wide a text is. One that is wider than can be counted is broken anyway.
fn width(glyphs: &[Glyph], size: i32) -> i32 {
    let thousandths: i64 = glyphs.iter().map(|glyph| i64::from(glyph.width)).sum();
    i32::try_from(thousandths * i64::from(size) / 1_000).unwrap_or(i32::MAX / 2)
}

/// A text in lines of a width. Chinese breaks anywhere but before its closing signs, Latin between
/// words, and what has no break at all wherever it has to.
fn wrapped(font: &Font, text: &str, room: i32, size: i32) -> Vec<Vec<Glyph>> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let glyphs = font.glyphs(paragraph);
        let mut rest = glyphs.as_slice();
        loop {
            let (line, after) = rest.split_at(break_at(rest, room, size));
            lines.push(line.to_vec());
            let spaces = after.iter().take_while(|glyph| glyph.character == ' ').count();
            rest = after.get(spaces..).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
        }
    }
    lines
}

/// How many glyphs go on a line; at least one, if there is one.
fn break_at(glyphs: &[Glyph], room: i32, size: i32) -> usize {
    let mut used = 0;
    let fitting = glyphs.iter().take_while(|glyph| {
        used += i32::from(glyph.width) * size / 1_000;
        used <= room
    });
    let fitting = fitting.count().max(1).min(glyphs.len());
    let breaks = (1..=fitting).rev().find(|at| {
        let (before, after) = (glyphs.get(at - 1), glyphs.get(*at));
        before.zip(after).is_none_or(|(before, after)| may_break(before.character, after.character))
    });
    breaks.unwrap_or(fitting)
}

fn may_break(before: char, after: char) -> bool {
    const CLOSING: &str = "，。、；：？！）》」』】〕”’％,.;:?!)]}%";
    const OPENING: &str = "（《「『【〔“‘([{";
    let latin = |c: char| c.is_ascii_graphic();
    !(CLOSING.contains(after) || OPENING.contains(before) || (latin(before) && latin(after)))
}
