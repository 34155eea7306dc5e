//! Identity documents: their numbers, read strictly and kept in one form.
//!
//! A number is printed by neither `Debug` nor `Display`; what its owner recognises it by is a mask.
//! Nothing is concluded from a number but whether it is one: who somebody is, says the register.

mod country;
mod formats;
mod mrz;
mod resident;

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use self::{country::Country, mrz::Mrz};
pub use self::{
    formats::InvalidDocument,
    resident::{InvalidIdNumber, ResidentIdNumber},
};

/// The documents that somebody can be known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentType {
    /// Resident identity card, 居民身份证 (GB 11643-1999).
    ResidentId,
    /// Residence permit for residents of Hong Kong, Macao and Taiwan, 港澳台居民居住证.
    ResidencePermit,
    /// Foreign permanent resident ID card, 外国人永久居留身份证.
    PermanentResidenceCard,
    /// Mainland travel permit for Hong Kong and Macao residents, 港澳居民来往内地通行证.
    HkMacaoTravelPermit,
    /// Mainland travel permit for Taiwan residents, 台湾居民来往大陆通行证.
    TaiwanTravelPermit,
    /// Passport of another country.
    ForeignPassport,
    /// Passport of the People's Republic of China, 普通护照.
    PrcPassport,
}

impl DocumentType {
    /// Every one of them.
    pub const ALL: [Self; 7] = [
        Self::ResidentId,
        Self::ResidencePermit,
        Self::PermanentResidenceCard,
        Self::HkMacaoTravelPermit,
        Self::TaiwanTravelPermit,
        Self::ForeignPassport,
        Self::PrcPassport,
    ];

    /// As on the wire and in the tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::ResidentId => "resident_id",
            Self::ResidencePermit => "residence_permit",
            Self::PermanentResidenceCard => "permanent_residence_card",
            Self::HkMacaoTravelPermit => "hk_macao_travel_permit",
            Self::TaiwanTravelPermit => "taiwan_travel_permit",
            Self::ForeignPassport => "foreign_passport",
            Self::PrcPassport => "prc_passport",
        }
    }

    /// The reverse of [`DocumentType::code`].
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// A document by its number.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    kind: DocumentType,
    /// In capitals, without what changes when the document is renewed.
    number: String,
    /// Only of foreign passports: their numbers are each country's own.
    issuer: Option<Country>,
}

impl Document {
    /// Reads a number. Small letters are taken for capitals; nothing else is mended. Only a foreign
    /// passport has an issuer, and it must.
    pub(crate) fn parse(
        kind: DocumentType,
        number: &str,
        issuer: Option<Country>,
    ) -> Result<Self, InvalidDocument> {
        if issuer.is_some() != (kind == DocumentType::ForeignPassport) {
            return Err(InvalidDocument::Issuer);
        }
        Ok(Self { kind, number: formats::canonical(kind, number)?, issuer })
    }

    /// What kind of document it is.
    pub fn kind(&self) -> DocumentType {
        self.kind
    }

    /// The number itself, for encryption, look-up and the register.
    pub fn expose(&self) -> &str {
        &self.number
    }

    /// Whose passport it is.
    pub(crate) fn issuer(&self) -> Option<Country> {
        self.issuer
    }

    /// Whether the number is one of GB 11643. Those are numbers of one space, whatever card they
    /// stand on, because agencies name people by the number alone.
    fn bears_citizen_number(&self) -> bool {
        ResidentIdNumber::is_one(&self.number)
    }

    /// The field of the blind index that a document is found by.
    pub(crate) fn index_field(&self) -> &'static str {
        if self.bears_citizen_number() { "id_number" } else { "document" }
    }

    /// The one text of a document that is kept and found: a citizen number, or type, issuer and
    /// number.
    pub(crate) fn kept(&self) -> String {
        if self.bears_citizen_number() {
            return self.number.clone();
        }
        let issuer = self.issuer.as_ref().map_or("CHN", Country::code);
        format!("{} {issuer} {}", self.kind.code(), self.number)
    }

    /// The reverse of [`Document::kept`].
    pub(crate) fn from_kept(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        match (parts.next()?, parts.next(), parts.next(), parts.next()) {
            (number, None, None, None) => Some(Self::from(&number.parse().ok()?)),
            (kind, Some(issuer), Some(number), None) => {
                let kind = DocumentType::from_code(kind)?;
                let abroad = kind == DocumentType::ForeignPassport;
                let issuer = if abroad { Some(issuer.parse().ok()?) } else { None };
                Self::parse(kind, number, issuer).ok()
            }
            _ => None,
        }
    }

    /// Enough for its owner to recognise it: `3301**********0014`, `E******78`.
    pub fn masked(&self) -> String {
        let shown = if self.number.len() == 18 { (4, 4) } else { (1, 2) };
        let hidden = self.number.len().saturating_sub(shown.0 + shown.1);
        let head: String = self.number.chars().take(shown.0).collect();
        let tail: String = self.number.chars().skip(shown.0 + hidden).collect();
        format!("{head}{}{tail}", "*".repeat(hidden))
    }
}

impl From<&ResidentIdNumber> for Document {
    fn from(number: &ResidentIdNumber) -> Self {
        let number = number.expose().to_owned();
        Self { kind: formats::kind_of_citizen_number(&number), number, issuer: None }
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests;
