//! What the numbers of each kind of document look like.

use super::{DocumentType, InvalidIdNumber, ResidentIdNumber};

/// Why a text is not the number of a document of its kind. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDocument {
    /// A number in the form of GB 11643 that is none.
    #[error(transparent)]
    CitizenNumber(#[from] InvalidIdNumber),
    /// Another number than documents of the kind have.
    #[error("the number does not have the form of this kind of document: {0}")]
    Form(&'static str),
    /// A foreign passport without its country, or another document with one.
    #[error("a foreign passport, and nothing else, needs the country that issued it")]
    Issuer,
    /// The machine-readable zone and what was typed differ.
    #[error("the machine-readable zone is of another document than was given")]
    OtherZone,
}

impl InvalidDocument {
    /// Which member of a document is wrong.
    pub(crate) fn member(self) -> &'static str {
        match self {
            Self::CitizenNumber(_) | Self::Form(_) => "number",
            Self::Issuer => "issuer",
            Self::OtherZone => "mrz",
        }
    }
}

/// How a kind of document is numbered.
struct Format {
    /// Forms beside the citizen number: `9` is a digit, `a` a letter, `x` either; a capital stands
    /// for itself.
    patterns: &'static [&'static str],
    /// How many characters name the document; what follows counts how often it was issued.
    named_by: usize,
    /// Which citizen numbers (GB 11643) such a document bears, by how they begin.
    begins: &'static [&'static str],
    /// For people.
    about: &'static str,
}

const NONE: Format = Format { patterns: &[], named_by: usize::MAX, begins: &[], about: "" };

/// Divisions of citizen numbers that name the holder's origin and no place. 810000, 820000, 830000:
/// 《港澳台居民居住证申领发放办法》 (2018), art. 5. 9: rules of the National Immigration
/// Administration for readers of the 2023 card. The other forms are those that the offices print on
/// the documents; no published rule was found for them, so a new series is a new line here.
const FORMATS: [(DocumentType, Format); 7] = [
    (
        DocumentType::ResidentId,
        Format { about: "17 digits and a check character (GB 11643)", ..NONE },
    ),
    (
        DocumentType::ResidencePermit,
        Format {
            begins: &["810000", "820000", "830000"],
            about: "18 characters that begin with 810000, 820000 or 830000",
            ..NONE
        },
    ),
    (
        DocumentType::PermanentResidenceCard,
        Format {
            patterns: &["aaa999999999999"],
            begins: &["9"],
            about: "18 characters that begin with 9, or 3 letters and 12 digits",
            ..NONE
        },
    ),
    (
        DocumentType::HkMacaoTravelPermit,
        Format {
            patterns: &["H99999999", "H9999999999", "M99999999", "M9999999999"],
            named_by: 9,
            about: "H or M and 8 digits, or 10 with those of the issue",
            ..NONE
        },
    ),
    (
        DocumentType::TaiwanTravelPermit,
        Format { patterns: &["99999999"], about: "8 digits", ..NONE },
    ),
    (
        DocumentType::ForeignPassport,
        Format {
            patterns: &["xxxxxx", "xxxxxxx", "xxxxxxxx", "xxxxxxxxx"],
            about: "6 to 9 letters and digits",
            ..NONE
        },
    ),
    (
        DocumentType::PrcPassport,
        Format {
            patterns: &["E99999999", "Ea9999999", "G99999999"],
            about: "E and 8 digits, E, a letter and 7 digits, or G and 8 digits",
            ..NONE
        },
    ),
];

fn format_of(kind: DocumentType) -> &'static Format {
    let found = FORMATS.iter().find(|(one, _)| *one == kind);
    found.map_or(&NONE, |(_, format)| format)
}

/// Which card bears a citizen number.
pub(super) fn kind_of_citizen_number(number: &str) -> DocumentType {
    let bears = |format: &Format| format.begins.iter().any(|begin| number.starts_with(begin));
    let other = FORMATS.iter().find(|(_, format)| bears(format));
    other.map_or(DocumentType::ResidentId, |(kind, _)| *kind)
}

/// The number in the one form that it is kept and compared in.
pub(super) fn canonical(kind: DocumentType, text: &str) -> Result<String, InvalidDocument> {
    let format = format_of(kind);
    let number = text.to_ascii_uppercase();
    if format.patterns.iter().any(|pattern| fits(pattern, &number)) {
        return Ok(number.chars().take(format.named_by).collect());
    }
    let bears_citizen_number = kind == DocumentType::ResidentId || !format.begins.is_empty();
    if !bears_citizen_number || number.chars().count() != 18 {
        return Err(InvalidDocument::Form(format.about));
    }
    let number: ResidentIdNumber = number.parse()?;
    if kind_of_citizen_number(number.expose()) != kind {
        return Err(InvalidDocument::Form(format.about));
    }
    Ok(number.expose().to_owned())
}

fn fits(pattern: &str, number: &str) -> bool {
    let fits = |pattern: u8, byte: u8| match pattern {
        b'9' => byte.is_ascii_digit(),
        b'a' => byte.is_ascii_uppercase(),
        b'x' => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        letter => byte == letter,
    };
    pattern.len() == number.len() && pattern.bytes().zip(number.bytes()).all(|(p, b)| fits(p, b))
}
