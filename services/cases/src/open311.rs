//! Open311 `GeoReport` v2: the same cases for programs that know no city but its form.
//!
//! A jurisdiction is a city, by its code. A service is a category of a listing that takes cases. The
//! `api_key` of who files a request is the access token of a citizen. What is public of a request is
//! what is public of a case: its description, its address and who it is are not.

mod bodies;
mod code;
mod failure;
mod form;
mod xml;

pub(crate) use self::{
    bodies::{
        DiscoveryBody, Open311Errors, RequestBody, RequestsBody, ServiceBody,
        ServiceDefinitionBody, ServicesBody, TakenBody,
    },
    code::ServiceCode,
    failure::{FAILURES, as_xml},
    form::{JurisdictionQuery, PostRequestForm, RequestsQuery},
    xml::document,
};
