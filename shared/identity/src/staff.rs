//! The caller type of people who act for an agency.

use std::marker::PhantomData;

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use citygate_catalogue::AgencyId;
use citygate_kernel::Problem;
use citygate_platform::{Cx, http::Failure, problems};
use futures_util::{FutureExt, future::LocalBoxFuture};

use crate::{
    actions,
    caller::{self, Citizen},
    error::StaffError,
    model::{AccountId, SessionId, StaffId},
    rules::staff::{
        APPLICATIONS_DECIDE, APPOINTMENTS_RECEIVE, CASES_HANDLE, CLIENTS_WRITE, HOLDS_DECIDE,
        LISTINGS_WRITE, MARRIAGES_REGISTER, PEOPLE_READ, RESULTS_ACKNOWLEDGE, STAFF_LEVEL,
        STAFF_WRITE, STRIKES_DECIDE,
    },
};

/// What somebody may do for an agency. Each operation for staff has one; which roles have it is
/// decided in one place.
pub trait Duty: 'static {
    /// As in the OpenAPI document: `staff:write`.
    const NAME: &'static str;
}

/// Invites people, ends and certifies roles.
#[derive(Debug)]
pub(crate) struct StaffWrite;
impl Duty for StaffWrite {
    const NAME: &'static str = STAFF_WRITE;
}

/// Looks after the keys of the agency's systems.
#[derive(Debug)]
pub struct ClientsWrite;
impl Duty for ClientsWrite {
    const NAME: &'static str = CLIENTS_WRITE;
}

/// Looks up citizens.
#[derive(Debug)]
pub struct PeopleRead;
impl Duty for PeopleRead {
    const NAME: &'static str = PEOPLE_READ;
}

/// Decides what people say against strikes.
#[derive(Debug)]
pub struct StrikesDecide;
impl Duty for StrikesDecide {
    const NAME: &'static str = STRIKES_DECIDE;
}

/// Decides about messages of the hospital's systems that are held, without reading them.
#[derive(Debug)]
pub struct HoldsDecide;
impl Duty for HoldsDecide {
    const NAME: &'static str = HOLDS_DECIDE;
}

/// Answers for results of examinations: reads them first where a rule says so, acknowledges those
/// that are critical, notes what they mean, and tells people of those that are told in person.
#[derive(Debug)]
pub struct ResultsAcknowledge;
impl Duty for ResultsAcknowledge {
    const NAME: &'static str = RESULTS_ACKNOWLEDGE;
}

/// Decides about what citizens apply for.
#[derive(Debug)]
pub struct ApplicationsDecide;
impl Duty for ApplicationsDecide {
    const NAME: &'static str = APPLICATIONS_DECIDE;
}

/// Registers marriages, and what becomes of them.
#[derive(Debug)]
pub struct MarriagesRegister;
impl Duty for MarriagesRegister {
    const NAME: &'static str = MARRIAGES_REGISTER;
}

/// Receives people who have an appointment with a listed service.
#[derive(Debug)]
pub struct AppointmentsReceive;
impl Duty for AppointmentsReceive {
    const NAME: &'static str = APPOINTMENTS_RECEIVE;
}

/// Looks after what citizens ask, report and suggest.
#[derive(Debug)]
pub struct CasesHandle;
impl Duty for CasesHandle {
    const NAME: &'static str = CASES_HANDLE;
}

/// Writes listings, and reviews those that others have written.
#[derive(Debug)]
pub struct ListingsWrite;
impl Duty for ListingsWrite {
    const NAME: &'static str = LISTINGS_WRITE;
}

/// Somebody who has the duty `D` at the agency that the path names as `agency_id`. Role and session
/// are read from the database in every request: whoever was ended is out with the next one. The
/// sign-in has to be by two factors, no longer than 8 hours ago, and nobody acts who has not done so
/// for 15 minutes.
#[derive(Debug)]
pub struct Staff<D> {
    /// In which role.
    pub id: StaffId,
    /// For which agency.
    pub agency: AgencyId,
    /// Whose account.
    pub account: AccountId,
    /// Which sign-in.
    pub session: SessionId,
    duty: PhantomData<fn() -> D>,
}

impl<D: Duty> FromRequest for Staff<D> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let citizen = Citizen::from_request(request, payload);
        let cx = Cx::from_request(request, payload);
        let agency = request.match_info().get("agency_id").unwrap_or_default().parse::<AgencyId>();
        let level = caller::claims(request).ok().and_then(|claims| claims.level());
        // A fresh proof for one thing has a level of its own and is no better sign-in.
        let sure = level == Some(STAFF_LEVEL);
        async move {
            let (citizen, cx) = (citizen.await?, cx.await?);
            let agency = agency.map_err(|error| {
                Problem::new(&problems::INVALID_PARAMETER).detail(error.to_string())
            })?;
            let Citizen { account, session, .. } = citizen;
            let role = actions::on_duty(&cx, agency, (account, session), D::NAME).await?;
            if !sure {
                return Err(StaffError::TwoFactorsRequired.into());
            }
            Ok(Self { id: role.id, agency, account, session, duty: PhantomData })
        }
        .boxed_local()
    }
}
