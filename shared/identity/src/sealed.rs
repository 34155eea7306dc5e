//! Where this crate keeps sealed values. Whoever seals or opens one names its column; the rotation
//! of keys reaches those that stand in [`ALL`].

use citygate_platform::keys::{DataClass, SealedColumn};

/// The identity number of a person.
pub(crate) const ID_NUMBER: SealedColumn =
    SealedColumn::new("identity.people", "id", "id_number_sealed", DataClass::Person);
/// The name of a person.
pub(crate) const NAME: SealedColumn =
    SealedColumn::new("identity.people", "id", "name_sealed", DataClass::Person);
/// The address of an account.
pub(crate) const EMAIL: SealedColumn =
    SealedColumn::new("identity.accounts", "id", "email_sealed", DataClass::Contact);
/// The telephone number of an account.
pub(crate) const PHONE: SealedColumn =
    SealedColumn::new("identity.phones", "account_id", "phone_sealed", DataClass::Contact);
/// Where a one-time code was sent.
pub(crate) const CODE_ADDRESS: SealedColumn =
    SealedColumn::new("identity.one_time_codes", "id", "address_sealed", DataClass::Contact);
/// The hash of a password.
pub(crate) const PASSWORD: SealedColumn =
    SealedColumn::new("identity.passwords", "account_id", "phc_sealed", DataClass::Secret);

/// Whom an agency has invited.
pub(crate) const INVITED_EMAIL: SealedColumn =
    SealedColumn::new("identity.staff_invitations", "id", "email_sealed", DataClass::Contact);

/// What somebody claims to be, until it is checked.
pub(crate) const CLAIM: SealedColumn =
    SealedColumn::new("identity.verifications", "id", "claim_sealed", DataClass::Person);

/// All of them.
pub(crate) const ALL: &[SealedColumn] =
    &[ID_NUMBER, NAME, EMAIL, PHONE, CODE_ADDRESS, PASSWORD, INVITED_EMAIL, CLAIM];
