//! People whom agencies or they themselves have named, and how to reach them.

use std::collections::BTreeMap;

use citygate_kernel::Locale;
use citygate_notify::EmailAddress;
use citygate_platform::{
    db::Tx,
    keys::{Keys, Unsealable},
};

use crate::{
    access::{Access, Named},
    error::Error,
    model::PersonId,
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
    let email = keys.open_sealed(tx, &EMAIL, account.id.uuid(), &account.email_sealed).await?;
    let email = String::from_utf8(email).map_err(|_| Unsealable)?;
    Ok(Some(Contact { email: email.parse().map_err(|_| Unsealable)?, locale: account.locale }))
}
