//! Nouns of marriage registration.

mod capacity;
mod case;
mod correction;
mod divorce;
mod party;
mod statement;

pub(crate) use self::{
    capacity::{OfficeDay, OfficeDays, Surge, Window},
    case::{Case, CaseKind, Invitation, Venue},
    correction::{
        Annulment, AnnulmentGround, Correction, CorrectionId, CorrectionKind, CorrectionState,
    },
    divorce::Divorce,
    party::{Couple, Party, Side},
    statement::{
        Declarations, Illness, Kinship, MaritalStatus, Sex, SignedStatement, StatementText,
    },
};
pub use self::{
    case::{CaseEvent, CaseId, CaseIdKind, CaseState},
    divorce::{DivorceEvent, DivorceState},
};
