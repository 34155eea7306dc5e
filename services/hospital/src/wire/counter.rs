//! Bodies of what a hospital's counter books for people.

use chrono::{DateTime, Utc};
use citygate_booking::CounterChannel;
use citygate_identity::ResidentIdNumber;
use citygate_kernel::{Masked, Words, wire};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{actions::AtCounter, model::OwnNo};

/// Who is to be seen, as their identity card says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HospitalPatient, example = json!({
    "name": "王芳", "id_number": "11010519491231002X",
}))]
struct PatientBody {
    #[schema(value_type = Words<64>)]
    name: Masked<Words<64>>,
    id_number: ResidentIdNumber,
}

/// Somebody who books at the hospital, or is referred to it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHospitalAppointment)]
pub(crate) struct NewAppointmentBody {
    /// When the slot begins.
    #[serde(deserialize_with = "wire::instant")]
    #[schema(example = "2026-11-30T00:00:00Z")]
    starts_at: DateTime<Utc>,
    /// Whose places are asked for.
    channel: CounterChannel,
    patient: PatientBody,
}

impl NewAppointmentBody {
    pub(crate) fn at_counter(self, session: OwnNo) -> AtCounter {
        let PatientBody { name, id_number } = self.patient;
        AtCounter {
            session,
            starts_at: self.starts_at,
            channel: self.channel,
            id_number,
            name: Masked::new(name.into_exposed().into_string()),
        }
    }
}
