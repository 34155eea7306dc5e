//! Real names: which person an account belongs to.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_kernel::{CityCode, Clock, Locale};
use citygate_notify::EmailAddress;
use citygate_platform::{
    Cx,
    db::Tx,
    keys::{Keys, Unsealable},
};

use crate::{
    error::Error,
    id_number::ResidentIdNumber,
    model::{Account, AccountId, PersonId},
    store::{self, PersonRow},
};

const NAME: &str = "identity.people.name";
const ID_NUMBER: &str = "identity.people.id_number";
const EMAIL: &str = "identity.accounts.email";

/// An account as its owner sees it; what is personal is masked.
pub(crate) struct Profile {
    pub account: AccountId,
    pub city: CityCode,
    pub email_masked: String,
    pub locale: Locale,
    pub real_name: Option<RealNameFacts>,
}

/// A real name as its owner sees it.
pub(crate) struct RealNameFacts {
    pub name_masked: String,
    pub id_number_masked: String,
    pub since: DateTime<Utc>,
}

/// The profile of an account.
pub(crate) async fn profile(cx: &Cx, account: AccountId) -> Result<Profile, Error> {
    cx.db
        .tx("identity.profile", async |tx| {
            let account = store::account(tx, account).await?.ok_or(Error::AccountUnknown)?;
            profile_of(&cx.keys, tx, account).await
        })
        .await
}

/// Binds an account to the person of an identity number. Doing it again with the same number
/// changes nothing.
pub(crate) async fn set_real_name(
    cx: &Cx,
    account: AccountId,
    name: &str,
    id_number: &ResidentIdNumber,
) -> Result<Profile, Error> {
    cx.db
        .tx("identity.set_real_name", async |tx| {
            let found = store::lock_account(tx, account).await?.ok_or(Error::AccountUnknown)?;
            let person = person(&cx.keys, tx, id_number, None).await?;
            match found.person {
                Some(bound) if bound != person => return Err(Error::RealNameSettled),
                Some(_) => {}
                None => {
                    store::bind_person(tx, account, person).await?;
                    let sealed = cx.keys.seal(NAME, person.uuid(), name.as_bytes())?;
                    store::set_name(tx, person, &sealed).await?;
                }
            }
            let account = store::account(tx, account).await?.ok_or(Error::AccountUnknown)?;
            profile_of(&cx.keys, tx, account).await
        })
        .await
}

/// The person of an identity number; noted, where an agency names somebody for the first time.
pub async fn person(
    keys: &Keys,
    tx: &mut Tx<'_>,
    id_number: &ResidentIdNumber,
    name: Option<&str>,
) -> Result<PersonId, Error> {
    let persons = persons(keys, tx, &[(id_number.clone(), name)]).await?;
    persons.first().copied().ok_or(Error::RealNameRefused)
}

/// The person of each identity number, by three statements at most. A number may be given more
/// than once; whoever is new gets the first name, or none.
pub async fn persons(
    keys: &Keys,
    tx: &mut Tx<'_>,
    named: &[(ResidentIdNumber, Option<&str>)],
) -> Result<Vec<PersonId>, Error> {
    let index = |number: &ResidentIdNumber| keys.blind_index("id_number", number.expose());
    let indexes: Vec<Vec<u8>> = named.iter().map(|(number, _)| index(number)).collect();
    // Sorted: whoever writes several people does it in this order.
    let mut asked = BTreeMap::new();
    for (index, person) in indexes.iter().zip(named) {
        asked.entry(index.as_slice()).or_insert(person);
    }
    let mut known = store::people_by_index(tx, asked.keys().copied().collect()).await?;
    asked.retain(|index, _| !known.contains_key(*index));
    if !asked.is_empty() {
        let clock = Clock::manual(tx.now());
        let new = asked
            .iter()
            .map(|(index, (number, name))| Ok((new_person(keys, &clock, number, *name)?, *index)));
        let new: Vec<_> = new.collect::<Result<_, Unsealable>>()?;
        known.extend(store::insert_people(tx, &new).await?);
        asked.retain(|index, _| !known.contains_key(*index));
    }
    // Whom somebody else has just noted.
    if !asked.is_empty() {
        known.extend(store::people_by_index(tx, asked.into_keys().collect()).await?);
    }
    indexes.iter().map(|index| known.get(index).copied().ok_or(Error::RealNameRefused)).collect()
}

fn new_person(
    keys: &Keys,
    clock: &Clock,
    number: &ResidentIdNumber,
    name: Option<&str>,
) -> Result<PersonRow, Unsealable> {
    let id = PersonId::new(clock).uuid();
    let name_sealed = name.map(|name| keys.seal(NAME, id, name.as_bytes())).transpose()?;
    let id_number_sealed = keys.seal(ID_NUMBER, id, number.expose().as_bytes())?;
    Ok(PersonRow { id, id_number_sealed, name_sealed })
}

/// Where a letter to an account goes, and in which language.
pub struct Contact {
    /// The address.
    pub email: EmailAddress,
    /// The language.
    pub locale: Locale,
}

/// How to reach the person, if the person has an account.
pub async fn contact(
    keys: &Keys,
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Option<Contact>, Error> {
    let Some(account) = store::account_of_person(tx, person).await? else { return Ok(None) };
    let email = open(keys, EMAIL, account.id.uuid(), &account.email_sealed)?;
    let email = email.parse().map_err(|_| Unsealable)?;
    Ok(Some(Contact { email, locale: account.locale }))
}

async fn profile_of(keys: &Keys, tx: &mut Tx<'_>, account: Account) -> Result<Profile, Error> {
    let email = open(keys, EMAIL, account.id.uuid(), &account.email_sealed)?;
    let real_name = match (account.person, account.real_name_at) {
        (Some(person), Some(since)) => {
            let row = store::person(tx, person).await?.ok_or(Error::AccountUnknown)?;
            let number = open(keys, ID_NUMBER, row.id, &row.id_number_sealed)?;
            let number: ResidentIdNumber = number.parse().map_err(|_| Unsealable)?;
            let name = row.name_sealed.map(|sealed| open(keys, NAME, row.id, &sealed));
            Some(RealNameFacts {
                name_masked: mask_name(&name.transpose()?.unwrap_or_default()),
                id_number_masked: number.masked(),
                since,
            })
        }
        _ => None,
    };
    Ok(Profile {
        account: account.id,
        city: account.city,
        email_masked: mask_email(&email),
        locale: account.locale,
        real_name,
    })
}

fn open(keys: &Keys, place: &str, row: uuid::Uuid, sealed: &[u8]) -> Result<String, Error> {
    let bytes = keys.open_sealed(place, row, sealed)?;
    Ok(String::from_utf8(bytes).map_err(|_| Unsealable)?)
}

/// `王**`: the family name, and how long the rest is.
fn mask_name(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next();
    first.into_iter().chain(characters.map(|_| '*')).collect()
}

/// `w***@example.com`.
fn mask_email(email: &str) -> String {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}***@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_show_what_the_owner_recognises() {
        assert_eq!(mask_name("欧阳娜娜"), "欧***");
        assert_eq!(mask_name(""), "");
        assert_eq!(mask_email("wang.fang@example.com"), "w***@example.com");
    }
}
