//! What programs send. Parameters that nobody knows are ignored, and empty ones are as if they were
//! absent: forms have them.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use citygate_kernel::{CityCode, Words};
use citygate_listings::Intent;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::code::ServiceCode;
use crate::{
    actions::{file::NewCase, open311::Asked},
    error::Open311Error,
    model::Point,
    store::lists::Requests,
};

/// How many requests can be asked for by their identifiers.
const IDS: usize = 50;
/// How many days of requests can be asked for.
const DAYS: i64 = 90;

fn said(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn jurisdiction(id: Option<&String>) -> Result<Option<CityCode>, Open311Error> {
    let city = said(id).map(|id| id.parse().map_err(|_| Open311Error::JurisdictionUnknown));
    city.transpose()
}

/// In which city.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct JurisdictionQuery {
    /// The division code of a city. What names its city itself needs none.
    #[param(example = "330100")]
    jurisdiction_id: Option<String>,
}

impl JurisdictionQuery {
    /// The city, which has to be named.
    pub(crate) fn city(&self) -> Result<CityCode, Open311Error> {
        self.named()?.ok_or(Open311Error::JurisdictionMissing)
    }

    /// The city, if it is named.
    pub(crate) fn named(&self) -> Result<Option<CityCode>, Open311Error> {
        jurisdiction(self.jurisdiction_id.as_ref())
    }
}

/// Which requests.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RequestsQuery {
    /// The division code of a city.
    #[param(example = "330100")]
    jurisdiction_id: Option<String>,
    /// Identifiers with commas between them, fifty at most. Nothing else counts then.
    service_request_id: Option<String>,
    /// Codes with commas between them, fifty at most.
    service_code: Option<String>,
    /// The earliest instant at which it was filed; ninety days before the latest, where it is absent.
    #[param(example = "2026-11-22T00:00:00Z")]
    start_date: Option<String>,
    /// The latest instant; now, where it is absent.
    end_date: Option<String>,
    /// `open`, `closed`, or both.
    status: Option<String>,
}

impl RequestsQuery {
    /// What is asked for, at an instant.
    pub(crate) fn wanted(&self, now: DateTime<Utc>) -> Result<Asked, Open311Error> {
        if let Some(ids) = said(self.service_request_id.as_ref()) {
            // What is no identifier is none of ours, and there is no such request.
            let ids = ids.split(',').take(IDS).filter_map(|id| id.trim().parse().ok());
            return Ok(Asked::Ids(ids.collect()));
        }
        let city = jurisdiction(self.jurisdiction_id.as_ref())?;
        let city = city.ok_or(Open311Error::JurisdictionMissing)?;
        let (from, to) = self.span(now)?;
        Ok(Asked::All(Requests {
            city,
            from,
            to,
            services: self.services()?,
            closed: self.closed()?,
        }))
    }

    fn services(&self) -> Result<Vec<(citygate_listings::ListingId, String)>, Open311Error> {
        let Some(codes) = said(self.service_code.as_ref()) else { return Ok(Vec::new()) };
        let read = |code: &str| {
            let code = ServiceCode::read(code.trim()).ok_or(Open311Error::ServiceUnknown)?;
            Ok((code.listing, code.category))
        };
        codes.split(',').take(IDS).map(read).collect()
    }

    fn span(&self, now: DateTime<Utc>) -> Result<(DateTime<Utc>, DateTime<Utc>), Open311Error> {
        let expected = "an instant like 2026-11-22T00:00:00Z is expected";
        let read = |member, text: Option<&String>| {
            let at = said(text).map(|text| text.parse::<DateTime<Utc>>());
            let at = at.transpose().ok().map(|at| at.filter(|at| (1..=9_998).contains(&at.year())));
            match (at, said(text)) {
                (Some(at), text) if at.is_some() == text.is_some() => Ok(at),
                _ => Err(Open311Error::FormUnsound { member, expected }),
            }
        };
        let (start, end) = (
            read("start_date", self.start_date.as_ref())?,
            read("end_date", self.end_date.as_ref())?,
        );
        let days = TimeDelta::days(DAYS);
        let to = end.or_else(|| start.map(|start| start + days)).unwrap_or(now);
        let from = start.unwrap_or(to - days);
        if to - from > days || to < from {
            let expected = "0 to 90 days after start_date are expected";
            return Err(Open311Error::FormUnsound { member: "end_date", expected });
        }
        Ok((from, to))
    }

    fn closed(&self) -> Result<Option<bool>, Open311Error> {
        let Some(words) = said(self.status.as_ref()) else { return Ok(None) };
        let (mut open, mut closed) = (false, false);
        for word in words.split(',') {
            match word.trim() {
                "open" => open = true,
                "closed" => closed = true,
                _ => {
                    let expected = "open or closed is expected";
                    return Err(Open311Error::FormUnsound { member: "status", expected });
                }
            }
        }
        Ok(if open == closed { None } else { Some(closed) })
    }
}

/// A request that is filed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = Open311PostRequest)]
pub(crate) struct PostRequestForm {
    /// The access token of a citizen; the header `Authorization` does as well.
    #[schema(required = false, value_type = String)]
    api_key: Option<String>,
    /// The division code of the service's city.
    #[schema(required = false, value_type = String)]
    jurisdiction_id: Option<String>,
    /// As `GET …/services` has it.
    #[schema(required = true, value_type = String)]
    service_code: Option<String>,
    /// Stored encrypted; 2000 characters at most.
    #[schema(required = true, value_type = String)]
    description: Option<String>,
    /// Degrees north (WGS 84).
    #[schema(required = false, value_type = String)]
    lat: Option<String>,
    /// Degrees east.
    #[schema(required = false, value_type = String)]
    long: Option<String>,
    /// Stored encrypted.
    #[schema(required = false, value_type = String)]
    address_string: Option<String>,
    /// How to reach the caller, for the desk. Stored encrypted.
    #[schema(required = false, value_type = String)]
    phone: Option<String>,
    /// The same.
    #[schema(required = false, value_type = String)]
    email: Option<String>,
    /// What is wanted, where the service takes more than one thing.
    #[serde(rename = "attribute[intent]")]
    #[schema(required = false, value_type = String)]
    intent: Option<String>,
}

impl PostRequestForm {
    /// The access token that stands in the form.
    pub(crate) fn key(&self) -> Option<&str> {
        said(self.api_key.as_ref())
    }

    /// What is filed.
    pub(crate) fn case(&self) -> Result<NewCase, Open311Error> {
        let code = said(self.service_code.as_ref()).ok_or(Open311Error::ServiceMissing)?;
        let code = ServiceCode::read(code).ok_or(Open311Error::ServiceUnknown)?;
        if jurisdiction(self.jurisdiction_id.as_ref())?.is_some_and(|city| city != code.city()) {
            return Err(Open311Error::JurisdictionUnknown);
        }
        let intent = match said(self.intent.as_ref()) {
            Some(word) => Some(Intent::parse(word).ok_or(Open311Error::FormUnsound {
                member: "attribute[intent]",
                expected: "a value of the service's definition is expected",
            })?),
            None => None,
        };
        let text = words::<2000>("description", self.description.as_ref())?;
        let contact = self.phone.as_ref().or(self.email.as_ref());
        Ok(NewCase {
            listing: code.listing,
            category: code.category,
            intent,
            text: text.ok_or(Open311Error::FormUnsound {
                member: "description",
                expected: "1 to 2000 characters are expected",
            })?,
            point: self.point()?,
            address: words::<200>("address_string", self.address_string.as_ref())?,
            district: None,
            anonymous: false,
            contact: words::<100>("phone", contact)?,
        })
    }

    fn point(&self) -> Result<Option<Point>, Open311Error> {
        let lat = degrees("lat", self.lat.as_ref(), 90.0)?;
        let long = degrees("long", self.long.as_ref(), 180.0)?;
        match (lat, long) {
            (Some(lat), Some(long)) => Ok(Some(Point { lat, long })),
            (None, None) => Ok(None),
            _ => {
                let expected = "both or none of lat and long are expected";
                Err(Open311Error::FormUnsound { member: "lat", expected })
            }
        }
    }
}

/// A text in one line, whatever the form had.
fn words<const MAX: usize>(
    member: &'static str,
    text: Option<&String>,
) -> Result<Option<String>, Open311Error> {
    let Some(text) = said(text) else { return Ok(None) };
    let line = text.replace(['\r', '\n', '\t'], " ");
    let unsound = |_| Open311Error::FormUnsound {
        member,
        expected: "a text that is not too long, without control characters, is expected",
    };
    line.parse::<Words<MAX>>().map(|words| Some(words.into_string())).map_err(unsound)
}

fn degrees(
    member: &'static str,
    text: Option<&String>,
    limit: f64,
) -> Result<Option<f64>, Open311Error> {
    let Some(text) = said(text) else { return Ok(None) };
    let degrees = text.parse::<f64>().ok().filter(|degrees| (-limit..=limit).contains(degrees));
    let expected = "degrees on Earth are expected";
    degrees.map(Some).ok_or(Open311Error::FormUnsound { member, expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-23T01:00:00Z".parse().unwrap()
    }

    fn asked(start: &str, end: &str, status: &str) -> Result<Option<bool>, Open311Error> {
        let text = |text: &str| Some(text.to_owned());
        let query = RequestsQuery {
            jurisdiction_id: text("330100"),
            start_date: text(start),
            end_date: text(end),
            status: text(status),
            ..RequestsQuery::default()
        };
        match query.wanted(now())? {
            Asked::All(asked) => {
                assert!(asked.to - asked.from <= TimeDelta::days(DAYS));
                Ok(asked.closed)
            }
            Asked::Ids(_) => panic!("nobody has named one"),
        }
    }

    #[test]
    fn a_span_is_ninety_days_at_most() {
        for (start, end, good) in [
            ("", "", true),
            ("2026-11-01T00:00:00Z", "", true),
            ("2026-11-01T00:00:00+08:00", "2026-11-30T00:00:00Z", true),
            ("", "1994-11-05T13:15:30Z", true),
            ("2026-01-01T00:00:00Z", "2026-11-30T00:00:00Z", false),
            ("2026-12-01T00:00:00Z", "2026-11-30T00:00:00Z", false),
            ("2026-11-01", "", false),
            ("yesterday", "", false),
            ("+12026-11-01T00:00:00Z", "", false),
        ] {
            assert_eq!(asked(start, end, "").is_ok(), good, "{start} {end}");
        }
    }

    #[test]
    fn a_status_is_one_of_two() {
        for (status, closed) in [
            ("", Some(None)),
            ("open", Some(Some(false))),
            ("closed", Some(Some(true))),
            ("open,closed", Some(None)),
            ("nearly", None),
        ] {
            assert_eq!(asked("", "", status).ok(), closed, "{status}");
        }
    }

    #[test]
    fn a_form_is_read_or_refused() {
        let form = PostRequestForm {
            service_code: Some("330100_0199f0c2a4b07c3d8e1f2a3b4c5d6e7f_lamps".to_owned()),
            description: Some("It is\r\ndark.".to_owned()),
            lat: Some("30.27".to_owned()),
            long: Some("120.15".to_owned()),
            ..PostRequestForm::default()
        };
        assert_eq!(form.case().unwrap().text, "It is  dark.");
        let without = PostRequestForm { long: None, ..form };
        let unsound = |result: Result<NewCase, Open311Error>| match result.unwrap_err() {
            Open311Error::FormUnsound { member, .. } => member,
            other => panic!("{other}"),
        };
        assert_eq!(unsound(without.case()), "lat");
        let far = PostRequestForm { long: Some("1e999".to_owned()), ..without };
        assert_eq!(unsound(far.case()), "long");
        let empty = PostRequestForm { long: None, lat: None, description: None, ..far };
        assert_eq!(unsound(empty.case()), "description");
    }
}
