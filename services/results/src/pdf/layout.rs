//! Where everything stands on its page.

use super::{
    Document, Row,
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
/// Of the table: item, value, flag, range, unit.
const COLUMNS: [i32; 5] = [37, 19, 9, 19, 16];
const PADDING: i32 = 400;

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
    sheet.table(document);
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
        self.y += PADDING;
        for pair in facts.chunks(2) {
            let half = WIDTH / 2;
            let texts = pair.iter().map(|(name, value)| format!("{name}  {value}"));
            let blocks: Vec<_> =
                texts.map(|text| wrapped(self.font, &text, half - PADDING, BODY)).collect();
            self.row(&blocks, &[half, half], BODY, false);
        }
        self.y += PADDING;
    }

    /// Blocks of lines beside each other. A row is never broken over two pages.
    fn row(&mut self, blocks: &[Vec<Vec<Glyph>>], widths: &[i32], size: i32, bold: bool) {
        let tallest = blocks.iter().map(Vec::len).max().unwrap_or_default();
        self.room(lines_height(tallest, size));
        let (top, mut x) = (self.y, MARGIN);
        for (block, width) in blocks.iter().zip(widths) {
            self.y = top;
            for line in block {
                self.line(x, line.clone(), size, bold);
            }
            x += width;
        }
        self.y = top + lines_height(tallest, size);
    }

    fn table(&mut self, document: &Document) {
        if document.rows.is_empty() {
            return;
        }
        self.head(document);
        for row in &document.rows {
            self.table_row(document, row);
        }
        self.mark(Mark::Line { x: MARGIN, y: self.y, width: WIDTH });
        self.y += PADDING;
    }

    fn head(&mut self, document: &Document) {
        self.mark(Mark::Line { x: MARGIN, y: self.y, width: WIDTH });
        self.y += PADDING / 2;
        let blocks = self.blocks(&document.columns);
        self.row(&blocks, &column_widths(), BODY, true);
        self.y += PADDING / 2;
        self.mark(Mark::Line { x: MARGIN, y: self.y, width: WIDTH });
        self.y += PADDING / 2;
    }

    fn table_row(&mut self, document: &Document, row: &Row) {
        let blocks = self.blocks(&row.cells);
        let tallest = blocks.iter().map(Vec::len).max().unwrap_or_default();
        let height = lines_height(tallest, BODY);
        if self.room(height) {
            self.head(document);
        }
        if row.marked {
            let shade = Mark::Shade { x: MARGIN, y: self.y, width: WIDTH, height };
            self.mark(shade);
        }
        self.row(&blocks, &column_widths(), BODY, row.marked);
        self.y += PADDING / 4;
    }

    /// The cells of a row, broken into lines. What would fill a page alone is cut, visibly.
    fn blocks(&self, cells: &[String; 5]) -> Vec<Vec<Vec<Glyph>>> {
        const LINES: usize = 30;
        let cells = cells.iter().zip(column_widths());
        let blocks = cells.map(|(cell, width)| {
            let mut lines = wrapped(self.font, cell, width - PADDING, BODY);
            if lines.len() > LINES {
                lines.truncate(LINES);
                lines.push(self.font.glyphs("……"));
            }
            lines
        });
        blocks.collect()
    }

    fn paragraph(&mut self, heading: &str, text: &str) {
        self.y += PADDING;
        self.room(lines_height(2, BODY));
        self.line(MARGIN, self.font.glyphs(heading), BODY, true);
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
    let number =
        document.page.replace("{page}", &n.to_string()).replace("{pages}", &of.to_string());
    let glyphs = font.glyphs(&number);
    let x = PAGE.0 - MARGIN - width(&glyphs, SMALL);
    page.push(Mark::Text { x, y: BOTTOM + 1_600, size: SMALL, bold: false, glyphs });
}

fn column_widths() -> [i32; 5] {
    COLUMNS.map(|share| WIDTH * share / 100)
}

fn lines_height(lines: usize, size: i32) -> i32 {
    i32::try_from(lines).unwrap_or(i32::MAX / 1_000_000) * (size * LEADING / 100)
}

fn width(glyphs: &[Glyph], size: i32) -> i32 {
    glyphs.iter().map(|glyph| i32::from(glyph.width)).sum::<i32>() * size / 1_000
}

/// A text in lines of a width. Chinese breaks anywhere but before its closing signs, Latin between
/// words, and what has no break at all wherever it has to.
fn wrapped(font: &Font, text: &str, room: i32, size: i32) -> Vec<Vec<Glyph>> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut rest = font.glyphs(paragraph);
        while width(&rest, size) > room {
            let after = rest.split_off(break_at(&rest, room, size));
            lines.push(std::mem::replace(&mut rest, after));
            let spaces = rest.iter().take_while(|glyph| glyph.character == ' ').count();
            rest.drain(..spaces);
        }
        lines.push(rest);
    }
    lines
}

/// How many glyphs go on a line; at least one.
fn break_at(glyphs: &[Glyph], room: i32, size: i32) -> usize {
    let mut used = 0;
    let fitting = glyphs.iter().take_while(|glyph| {
        used += i32::from(glyph.width) * size / 1_000;
        used <= room
    });
    let fitting = fitting.count().max(1);
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
