use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::CityCode;
use uuid::Uuid;

use super::*;
use crate::model::{Code, OrderId, OrderSource, OwnNo, ReportCategory, ReportId, ReportStatus};

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;
const CITY: CityCode = CityCode::HANGZHOU;

fn person(n: u128) -> PersonId {
    PersonId::from_uuid(Uuid::from_u128(n))
}

fn number(text: &str) -> OwnNo {
    OwnNo::parse(text).unwrap()
}

/// The order O1, of the first person.
fn order(status: OrderStatus) -> Order {
    Order {
        id: OrderId::from_parts(CITY, Uuid::from_u128(1)),
        agency: AgencyId::from_parts(CITY, Uuid::nil()),
        order_no: number("O1"),
        person: person(1),
        status,
        source: OrderSource::Hospital,
        version: 1,
        authored_at: NOW,
        content_digest: None,
        content_sealed: None,
        created_at: NOW,
        changed_at: NOW,
    }
}

/// The report R1, on record as the answer to some order.
fn on_record(order: u128) -> Report {
    Report {
        id: ReportId::from_parts(CITY, Uuid::from_u128(7)),
        agency: AgencyId::from_parts(CITY, Uuid::nil()),
        report_no: number("R1"),
        order: OrderId::from_parts(CITY, Uuid::from_u128(order)),
        person: person(1),
        current_version: 1,
        last_version: 1,
        status: ReportStatus::Final,
        issued_at: NOW,
        effective_at: None,
        category: ReportCategory::Laboratory,
        code_index: Vec::new(),
        created_at: NOW,
        changed_at: NOW,
    }
}

/// The report R1 as the answer to O1, of somebody.
fn sent(patient: u128) -> NewReport {
    let code = Code { system: String::new(), code: "CBC".to_owned(), display: "CBC".to_owned() };
    NewReport {
        id: None,
        report_no: number("R1"),
        order_no: number("O1"),
        patient: person(patient),
        status: ReportStatus::Final,
        issued_at: NOW,
        effective_at: None,
        category: ReportCategory::Laboratory,
        code,
        conclusion: None,
        observations: Vec::new(),
        resource: None,
    }
}

#[test]
fn every_report_has_its_order_or_a_reason_why_not() {
    use HoldReason::{OrderUnknown, OrderWithdrawn, PatientMismatch};
    use OrderStatus::{Active, Completed, Revoked};
    let assigned = Ok(());
    let (waits, mismatch) = (Err(Some(OrderUnknown)), Err(Some(PatientMismatch)));
    let (revoked, differs) = (Err(Some(OrderWithdrawn)), Err(None));
    // The order, what is on record of the report, whom the message names.
    let table = [
        (None, None, 1, waits),
        (None, Some(1), 1, waits),
        (None, Some(1), 2, waits),
        (Some(Active), None, 1, assigned),
        (Some(Active), None, 2, mismatch),
        (Some(Active), Some(1), 1, assigned),
        (Some(Active), Some(1), 2, mismatch),
        (Some(Active), Some(2), 1, differs),
        (Some(Active), Some(2), 2, mismatch),
        (Some(Completed), None, 1, assigned),
        (Some(Completed), None, 2, mismatch),
        (Some(Completed), Some(1), 1, assigned),
        (Some(Completed), Some(1), 2, mismatch),
        (Some(Completed), Some(2), 1, differs),
        (Some(Completed), Some(2), 2, mismatch),
        (Some(Revoked), None, 1, revoked),
        (Some(Revoked), None, 2, mismatch),
        (Some(Revoked), Some(1), 1, assigned),
        (Some(Revoked), Some(1), 2, mismatch),
        (Some(Revoked), Some(2), 1, differs),
        (Some(Revoked), Some(2), 2, mismatch),
    ];
    for (status, record, patient, expected) in table {
        let (order, record) = (status.map(order), record.map(on_record));
        let found = assign(order.as_ref(), record.as_ref(), &sent(patient));
        let found = found.map(drop).map_err(|mismatch| match mismatch {
            Mismatch::Held(hold) => {
                let waits_for = (hold.reason == OrderUnknown).then(|| "O1".to_owned());
                assert_eq!(hold.waits_for, waits_for, "it is tried again when that arrives");
                Some(hold.reason)
            }
            Mismatch::OrderDiffers => None,
        });
        assert_eq!(found, expected, "{status:?} {record:?} {patient}");
    }
}
