//! People whom agencies or they themselves have named, and how to reach them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use citygate_catalogue::AgencyId;
use citygate_kernel::Locale;
use citygate_notify::EmailAddress;
use citygate_platform::{
    db::Tx,
    keys::{Keys, Unsealable},
};

use crate::{
    access::{Access, Named},
    documents::DocumentType,
    error::Error,
    model::{Account, FullName, PersonId, StaffId, StaffRole},
    sealed::EMAIL,
    store,
};

/// The person of an identity number; noted, where an agency names somebody for the first time.
pub async fn person(
    keys: &Keys,
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    named: Named<'_>,
) -> Result<PersonId, Error> {
    let persons = persons(keys, tx, access, &[named]).await?;
    persons.first().copied().ok_or(Error::Damaged("a person who was named"))
}

/// The person of each identity number, by the same few statements however many there are. A number
/// may be given more than once; whoever is new gets the first name, or none. The ledger of accesses
/// gets an entry for each.
pub async fn persons(
    keys: &Keys,
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    named: &[Named<'_>],
) -> Result<Vec<PersonId>, Error> {
    store::name_people(keys, tx, access, named).await
}

/// The names of people who have business with an agency, partly hidden, for its own list of a case.
/// The ledger of accesses gets an entry for each.
pub async fn masked_names(
    keys: &Keys,
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    people: &[PersonId],
    case: &str,
) -> Result<BTreeMap<PersonId, String>, Error> {
    store::shown(keys, tx, access, people, case).await
}

/// Where a letter to an account goes, and in which language.
pub struct Contact {
    /// The address.
    pub email: EmailAddress,
    /// The language.
    pub locale: Locale,
}

/// How to reach the person, if the person has an account. Only for what is sent to the person: the
/// own address on an own letter is disclosed to nobody, and so there is no entry in the ledger.
pub async fn contact(
    keys: &Keys,
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Option<Contact>, Error> {
    let Some(account) = store::account_of_person(tx, person).await? else { return Ok(None) };
    Ok(Some(contact_of(keys, tx, &account).await?))
}

/// How to reach those who are in a role at an agency now, fifty at most. For letters to them about
/// their duties.
pub async fn staff_contacts(
    keys: &Keys,
    tx: &mut Tx<'_>,
    agency: AgencyId,
    role: StaffRole,
) -> Result<Vec<Contact>, Error> {
    let mut contacts = Vec::new();
    for account in store::accounts_in_role(tx, agency, role).await? {
        contacts.push(contact_of(keys, tx, &account).await?);
    }
    Ok(contacts)
}

/// How to reach somebody who acts for an agency, as long as they do.
pub async fn staff_contact(
    keys: &Keys,
    tx: &mut Tx<'_>,
    staff: StaffId,
) -> Result<Option<Contact>, Error> {
    match store::account_in_office(tx, staff).await? {
        Some(account) => Ok(Some(contact_of(keys, tx, &account).await?)),
        None => Ok(None),
    }
}

async fn contact_of(keys: &Keys, tx: &Tx<'_>, account: &Account) -> Result<Contact, Error> {
    let email = keys.open_sealed(tx, &EMAIL, account.id.uuid(), &account.email_sealed).await?;
    let email = String::from_utf8(email).map_err(|_| Unsealable)?;
    Ok(Contact { email: email.parse().map_err(|_| Unsealable)?, locale: account.locale })
}

/// The own name, partly hidden, for a document that the person is given.
pub async fn own_masked_name(
    keys: &Keys,
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Option<String>, Error> {
    Ok(store::own_masked(keys, tx, person).await?.map(|masked| masked.name))
}

/// The full names and documents of people, for a register or a certificate. The ledger of accesses
/// gets an entry for each; who has given no name is absent.
pub async fn full_names(
    keys: &Keys,
    tx: &mut Tx<'_>,
    access: &Access<'_>,
    people: &[PersonId],
    case: &str,
) -> Result<BTreeMap<PersonId, FullName>, Error> {
    store::full_names(keys, tx, access, people, case).await
}

/// What kind of document somebody is known by; none where nobody is known. Only for a rule that asks
/// for it: nothing is disclosed.
pub async fn document_type(
    keys: &Keys,
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Option<DocumentType>, Error> {
    store::document_type(keys, tx, person).await
}

/// How many years somebody has completed on a day; none where the document that they are known by
/// does not say, or the day is before their birth. Only for a rule that asks for it: nothing is
/// disclosed.
pub async fn age_on(
    keys: &Keys,
    tx: &mut Tx<'_>,
    person: PersonId,
    on: NaiveDate,
) -> Result<Option<u32>, Error> {
    Ok(store::born_on(keys, tx, person).await?.and_then(|born| on.years_since(born)))
}

/// Whether somebody is under eighteen on a day (Civil Code, article 17); none where the document
/// that they are known by does not say. Only for a rule that asks for it: nothing is disclosed.
pub async fn is_minor(
    keys: &Keys,
    tx: &mut Tx<'_>,
    person: PersonId,
    on: NaiveDate,
) -> Result<Option<bool>, Error> {
    const OF_AGE: u32 = 18;
    let born = store::born_on(keys, tx, person).await?;
    Ok(born.map(|born| on.years_since(born).is_none_or(|years| years < OF_AGE)))
}
