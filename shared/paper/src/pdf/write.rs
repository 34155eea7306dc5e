//! Marks as PDF.

use std::collections::BTreeMap;

use pdf_writer::{
    Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr,
    types::{CidFontType, FontFlags, SystemInfo, TextRenderingMode, UnicodeCmap},
};
use subsetter::GlyphRemapper;
use ttf_parser::{RawFace, Tag};

use super::{
    Document,
    font::Font,
    layout::{Mark, PAGE},
};

const FONT_NAME: &[u8] = b"CITYGT+NotoSansCJKsc-Regular";
const IDENTITY: SystemInfo<'_> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Numbers of objects, given in order.
struct Refs(i32);

impl Refs {
    fn next(&mut self) -> Ref {
        self.0 += 1;
        Ref::new(self.0)
    }
}

/// The file. Its font has the glyphs that the text needs, and no other.
pub(super) fn pdf(document: &Document, pages: &[Vec<Mark>], font: &Font) -> Option<Vec<u8>> {
    let (remapper, characters) = used(pages);
    let mut refs = Refs(0);
    let (catalog, tree, text_font) = (refs.next(), refs.next(), refs.next());
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree).lang(TextStr(document.language.tag()));
    pdf.document_info(refs.next()).title(TextStr(&document.title));
    let mut kids = Vec::with_capacity(pages.len());
    for marks in pages {
        let (page, contents) = (refs.next(), refs.next());
        kids.push(page);
        let mut writer = pdf.page(page);
        writer.media_box(Rect::new(0.0, 0.0, points(PAGE.0), points(PAGE.1)));
        writer.parent(tree).contents(contents);
        writer.resources().fonts().pair(Name(b"F"), text_font);
        writer.finish();
        pdf.stream(contents, &content(marks, &remapper));
    }
    pdf.pages(tree).count(i32::try_from(kids.len()).ok()?).kids(kids);
    embed(&mut pdf, &mut refs, text_font, font, (&remapper, &characters))?;
    Some(pdf.finish())
}

/// The glyphs that are used, and the character of each.
fn used(pages: &[Vec<Mark>]) -> (GlyphRemapper, BTreeMap<u16, char>) {
    let (mut remapper, mut characters) = (GlyphRemapper::new(), BTreeMap::new());
    for mark in pages.iter().flatten() {
        let Mark::Text { glyphs, .. } = mark else { continue };
        for glyph in glyphs {
            characters.entry(remapper.remap(glyph.id)).or_insert(glyph.character);
        }
    }
    (remapper, characters)
}

/// Hundredths of a point as the file has them.
fn points(hundredths: i32) -> f32 {
    hundredths as f32 / 100.0
}

fn content(marks: &[Mark], remapper: &GlyphRemapper) -> Vec<u8> {
    let mut content = Content::new();
    for mark in marks {
        match mark {
            Mark::Text { x, y, size, bold, glyphs } => {
                let codes: Vec<u8> = glyphs
                    .iter()
                    .flat_map(|glyph| remapper.get(glyph.id).unwrap_or_default().to_be_bytes())
                    .collect();
                content.begin_text().set_font(Name(b"F"), points(*size));
                if *bold {
                    // The font has one weight: its outline, drawn too, is bold enough.
                    content.set_text_rendering_mode(TextRenderingMode::FillStroke);
                    content.set_line_width(points(size * 2 / 100));
                } else {
                    content.set_text_rendering_mode(TextRenderingMode::Fill);
                }
                content.next_line(points(*x), points(PAGE.1 - y)).show(Str(&codes)).end_text();
            }
            Mark::Line { x, y, width } => {
                let y = points(PAGE.1 - y);
                content.set_line_width(0.5).move_to(points(*x), y);
                content.line_to(points(x + width), y).stroke();
            }
            Mark::Shade { x, y, width, height } => {
                content.save_state().set_fill_gray(0.92);
                content.rect(
                    points(*x),
                    points(PAGE.1 - y - height),
                    points(*width),
                    points(*height),
                );
                content.fill_nonzero().restore_state();
            }
        }
    }
    content.finish().to_vec()
}

/// Writes the font with its outlines, its widths, and what its glyphs stand for: text can be
/// searched, copied and read aloud.
fn embed(
    pdf: &mut Pdf,
    refs: &mut Refs,
    id: Ref,
    font: &Font,
    (remapper, characters): (&GlyphRemapper, &BTreeMap<u16, char>),
) -> Option<()> {
    let (cid_font, descriptor, outlines, meaning) =
        (refs.next(), refs.next(), refs.next(), refs.next());
    pdf.type0_font(id)
        .base_font(Name(FONT_NAME))
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(cid_font)
        .to_unicode(meaning);
    let mut writer = pdf.cid_font(cid_font);
    writer.subtype(CidFontType::Type0).base_font(Name(FONT_NAME)).system_info(IDENTITY);
    writer.font_descriptor(descriptor).default_width(1_000.0);
    let widths = remapper.remapped_gids().map(|glyph| f32::from(font.width(glyph)));
    writer.widths().consecutive(0, widths);
    writer.finish();
    let (ascent, descent, capitals, [left, low, right, high]) = font.metrics();
    pdf.font_descriptor(descriptor)
        .name(Name(FONT_NAME))
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(left.into(), low.into(), right.into(), high.into()))
        .italic_angle(0.0)
        .ascent(ascent.into())
        .descent(descent.into())
        .cap_height(capitals.into())
        .stem_v(80.0)
        .font_file3(outlines);
    let subset = subsetter::subset(font.data, 0, remapper).ok()?;
    let cff = RawFace::parse(&subset, 0).ok()?.table(Tag::from_bytes(b"CFF "))?;
    pdf.stream(outlines, cff).pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
    let mut cmap = UnicodeCmap::new(Name(b"Citygate"), IDENTITY);
    for (glyph, character) in characters {
        cmap.pair(*glyph, *character);
    }
    pdf.cmap(meaning, &cmap.finish());
    Some(())
}
