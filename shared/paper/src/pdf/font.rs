//! Which glyphs stand for a text, and how wide they are.

use ttf_parser::Face;

/// Printed for a character that the font does not have: a reader sees that something is there.
const MISSING: char = '□';
/// Widths and heights are in thousandths of the size.
const UNITS_PER_EM: u16 = 1_000;

/// A font that was read.
pub(super) struct Font {
    pub data: &'static [u8],
    face: Face<'static>,
}

/// A glyph, and the character that it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glyph {
    pub id: u16,
    pub character: char,
    /// Thousandths of the size.
    pub width: u16,
}

impl Font {
    /// Reads a font of a thousand units.
    pub(super) fn parse(data: &'static [u8]) -> Option<Self> {
        let face = Face::parse(data, 0).ok().filter(|face| face.units_per_em() == UNITS_PER_EM)?;
        Some(Self { data, face })
    }

    /// The glyphs of a text. What controls a terminal or the direction of text is a space.
    pub(super) fn glyphs(&self, text: &str) -> Vec<Glyph> {
        let mut glyphs = Vec::with_capacity(text.len());
        for character in text.chars() {
            match superscript(character).filter(|_| self.face.glyph_index(character).is_none()) {
                Some(digit) => glyphs.extend([self.glyph('^'), self.glyph(digit)]),
                None => glyphs.push(self.glyph(character)),
            }
        }
        glyphs
    }

    fn glyph(&self, character: char) -> Glyph {
        let hidden = character.is_control()
            || matches!(
                character,
                '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
            );
        let character = if hidden { ' ' } else { character };
        let known = self.face.glyph_index(character);
        let id = known.or_else(|| self.face.glyph_index(MISSING)).unwrap_or_default();
        let width = self.face.glyph_hor_advance(id).unwrap_or(UNITS_PER_EM);
        Glyph { id: id.0, character, width }
    }

    /// How wide a glyph is, by its number.
    pub(super) fn width(&self, id: u16) -> u16 {
        self.face.glyph_hor_advance(ttf_parser::GlyphId(id)).unwrap_or(UNITS_PER_EM)
    }

    /// Ascender, descender, height of capitals and the box of all glyphs.
    pub(super) fn metrics(&self) -> (i16, i16, i16, [i16; 4]) {
        let bounds = self.face.global_bounding_box();
        let capitals = self.face.capital_height().unwrap_or(700);
        let bounds = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max];
        (self.face.ascender(), self.face.descender(), capitals, bounds)
    }
}

/// The digit of a superscript: units have them (10⁹/L).
fn superscript(character: char) -> Option<char> {
    const SUPERSCRIPTS: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    let place = SUPERSCRIPTS.chars().position(|one| one == character)?;
    char::from_digit(u32::try_from(place).ok()?, 10)
}
