//! Holders read their own.

use std::collections::{BTreeMap, BTreeSet};

use citygate_catalogue::{Agency, AgencyId, City};
use citygate_identity::{Access, Accessor, RealName, Reason, Record, note_read, require_session};
use citygate_kernel::CityCode;
use citygate_platform::{Cx, db::Tx, http::PageQuery};

use crate::{
    error::Error,
    model::{Certificate, CertificateId, CertificateStatus, Content},
    rules, store,
};

/// Why people read their own.
const OWN: Reason<'static> = Reason { purpose: "certificates.own", legal_basis: "pipl-45" };

/// A certificate on its holder's list.
pub(crate) struct Listed {
    pub certificate: Certificate,
    pub agency: Agency,
    pub status: CertificateStatus,
}

/// A certificate with what it says.
pub(crate) struct Reading {
    pub listed: Listed,
    pub content: Content,
}

/// The caller's certificates, newest first; one more than the page has. What they say is not opened,
/// and so nothing is noted.
pub(crate) async fn list(
    cx: &Cx,
    caller: &RealName,
    page: &PageQuery,
) -> Result<Vec<Listed>, Error> {
    cx.db
        .read("certificates.list", async |tx| {
            let found =
                store::certificates::list(tx, caller.person, page.cursor, page.limit() + 1).await?;
            listed(tx, found).await
        })
        .await
}

/// A certificate of the caller's. The reading is noted.
pub(crate) async fn read(cx: &Cx, caller: &RealName, id: CertificateId) -> Result<Reading, Error> {
    cx.db
        .tx("certificates.read", async |tx| {
            require_session(tx, caller).await?;
            let found = store::certificates::of_holder(&cx.keys, tx, id, caller.person).await?;
            let (certificate, content) = found.ok_or(Error::CertificateUnknown)?;
            let access = Access::new(cx, Accessor::person(caller.account, caller.city), OWN);
            let case = id.to_string();
            note_read(tx, &access, Record::Certificate, &[(caller.person, &case)]).await?;
            let listed = listed(tx, vec![certificate]).await?.pop();
            Ok(Reading { listed: listed.ok_or(Error::Damaged("certificate"))?, content })
        })
        .await
}

async fn listed(tx: &mut Tx<'_>, found: Vec<Certificate>) -> Result<Vec<Listed>, Error> {
    let agencies: Vec<AgencyId> = found.iter().map(|certificate| certificate.agency).collect();
    let agencies = citygate_catalogue::agencies(tx, &agencies).await?;
    let codes: BTreeSet<_> = found.iter().map(|certificate| certificate.id.city()).collect();
    let mut cities: BTreeMap<CityCode, City> = BTreeMap::new();
    for code in codes {
        cities.insert(code, citygate_catalogue::city(tx, code).await?);
    }
    let listed = |certificate: Certificate| {
        let city = cities.get(&certificate.id.city()).ok_or(Error::Damaged("city"))?;
        let agency = agencies.get(&certificate.agency).cloned();
        let today = city.date(tx.now());
        let status = rules::status(certificate.state, certificate.valid_until, today);
        Ok(Listed { agency: agency.ok_or(Error::Damaged("agency"))?, status, certificate })
    };
    found.into_iter().map(listed).collect()
}
