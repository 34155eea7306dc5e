//! What the police and citizens do here.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use citygate_calendar::{Deadline, Period};
use citygate_catalogue::{AgencyId, Rule, RuleBook, rule};
use citygate_identity::{Access, Accessor, Named, PersonId, Reason, person};
use citygate_kernel::{CityCode, Clock, Text};
use citygate_payments::{BillId, BillView, NewBill, Terms, bills, issue_bill, reschedule_bill};
use citygate_platform::{Cx, db::Tx, http::PageQuery};
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Decision, DecisionId, DecisionNo, NewDecision},
    rules::{self, PAYMENT_PERIOD, RANGE, RangeRule, SURCHARGE, SurchargeRule},
    store,
};

/// As whom this service issues bills.
pub(crate) const ISSUER: &str = "traffic";

/// Why the police name somebody: a decision says whom it punishes.
const REASON: Reason<'static> = Reason { purpose: "traffic.decision", legal_basis: "rtsl-107" };

/// A decision with its bill, as the police see it.
pub(crate) struct DecisionView {
    pub decision: Decision,
    pub bill: BillView,
}

/// A fine with the reasons for what it comes to, as its addressee sees it.
pub(crate) struct FineView {
    pub decision: Decision,
    pub bill: BillView,
    pub today: NaiveDate,
    pub deadline: Deadline,
    pub payment_rule: Rule<Period>,
    pub surcharge_rule: Rule<SurchargeRule>,
}

/// Records a decision and issues its bill. Returns whether it was new.
pub(crate) async fn record_decision(
    cx: &Cx,
    by: Accessor,
    agency: AgencyId,
    new: &NewDecision,
) -> Result<(DecisionView, bool), Error> {
    cx.db
        .tx("traffic.record_decision", async |tx| {
            let named = Named {
                id_number: &new.id_number,
                name: Some(new.name.expose()),
                case: Some(new.number.as_str()),
            };
            let debtor = person(&cx.keys, tx, &Access::new(cx, by, REASON), named).await?;
            let known = store::by_number(tx, agency, &new.number).await?;
            let recorded = known.is_none() && record(cx, tx, agency, debtor, new).await?;
            let decision = store::by_number(tx, agency, &new.number).await?;
            let decision = decision.ok_or(Error::DecisionUnknown)?;
            if decision.content_digest != new.content_digest(&cx.keys, debtor) {
                return Err(Error::DecisionDiffers);
            }
            Ok((with_bill(tx, decision).await?, recorded))
        })
        .await
}

async fn record(
    cx: &Cx,
    tx: &mut Tx<'_>,
    agency: AgencyId,
    debtor: PersonId,
    new: &NewDecision,
) -> Result<bool, Error> {
    let city = citygate_catalogue::city(tx, agency.city()).await?;
    let (violated_on, today) = (city.date(new.violation.at), city.date(tx.now()));
    if new.served_on < violated_on || new.served_on > today {
        return Err(Error::ServedTooEarly);
    }
    let range: Rule<RangeRule> = rule(tx, RANGE, city.code, new.served_on).await?;
    if !range.params.allows(new.fine) {
        return Err(Error::FineOutOfRange { citation: range.citation });
    }
    let payment_rule: Rule<Period> = rule(tx, PAYMENT_PERIOD, city.code, new.served_on).await?;
    let surcharge_rule: Rule<SurchargeRule> = rule(tx, SURCHARGE, city.code, new.served_on).await?;
    let calendar = citygate_catalogue::holiday_calendar(tx).await?;
    let deadline = rules::payment_deadline(new.served_on, payment_rule.params, &calendar)?;
    let clock = Clock::manual(tx.now());
    let decision = Decision {
        id: DecisionId::new(city.code, &clock),
        agency,
        number: new.number.clone(),
        plate: new.plate.clone(),
        violation: new.violation.clone(),
        person: debtor,
        bill: BillId::new(city.code, &clock),
        served_on: new.served_on,
        payment_rule: payment_rule.id,
        surcharge_rule: surcharge_rule.id,
        content_digest: new.content_digest(&cx.keys, debtor),
    };
    if !store::insert(tx, &decision).await? {
        return Ok(false);
    }
    let bill = NewBill {
        id: decision.bill,
        agency,
        issuer: ISSUER,
        external_no: new.number.to_string(),
        debtor,
        subject: Text::new(
            format!("Traffic fine {}: {}", new.plate, new.violation.name.en),
            format!("交通违法罚款 {}：{}", new.plate, new.violation.name.zh),
        ),
        amount: new.fine,
        due_on: deadline.due_on(),
        surcharge: Some(surcharge_rule.params.terms(new.fine)?),
        terms: Terms::default(),
    };
    issue_bill(tx, &bill).await?;
    Ok(true)
}

/// A decision of the agency.
pub(crate) async fn decision(
    cx: &Cx,
    agency: AgencyId,
    number: &DecisionNo,
) -> Result<DecisionView, Error> {
    cx.db
        .read("traffic.get_decision", async |tx| {
            let decision = store::by_number(tx, agency, number).await?;
            with_bill(tx, decision.ok_or(Error::DecisionUnknown)?).await
        })
        .await
}

/// The decision that a bill belongs to, if it is one of ours.
pub(crate) async fn decision_of_bill(
    tx: &mut Tx<'_>,
    bill: BillId,
) -> Result<Option<DecisionView>, Error> {
    match store::by_bill(tx, bill).await? {
        Some(decision) => Ok(Some(with_bill(tx, decision).await?)),
        None => Ok(None),
    }
}

async fn with_bill(tx: &mut Tx<'_>, decision: Decision) -> Result<DecisionView, Error> {
    let mut found = bills(tx, decision.id.city(), &[decision.bill]).await?;
    let bill = found.remove(&decision.bill).ok_or(Error::Damaged("bill"))?;
    Ok(DecisionView { decision, bill })
}

/// A fine of the person.
pub(crate) async fn fine(cx: &Cx, owner: PersonId, id: DecisionId) -> Result<FineView, Error> {
    cx.db
        .read("traffic.get_fine", async |tx| {
            let found = store::by_id(tx, id).await?.filter(|fine| fine.person == owner);
            let found = found.ok_or(Error::FineUnknown)?;
            fines_of(tx, vec![found]).await?.pop().ok_or(Error::FineUnknown)
        })
        .await
}

/// The fines of a person, newest first; one more than the page holds.
pub(crate) async fn fines(
    cx: &Cx,
    owner: PersonId,
    page: &PageQuery,
) -> Result<Vec<FineView>, Error> {
    cx.db
        .read("traffic.list_fines", async |tx| {
            let found = store::of_person(tx, owner, page.cursor, page.limit() + 1).await?;
            fines_of(tx, found).await
        })
        .await
}

/// Adds bills and reasons. The deadline is counted again from the rule that the decision used,
/// so that its explanation can never disagree with the law it names.
async fn fines_of(tx: &mut Tx<'_>, decisions: Vec<Decision>) -> Result<Vec<FineView>, Error> {
    let calendar = citygate_catalogue::holiday_calendar(tx).await?;
    let mut owed: BTreeMap<CityCode, Vec<BillId>> = BTreeMap::new();
    for decision in &decisions {
        owed.entry(decision.id.city()).or_default().push(decision.bill);
    }
    let (mut found, mut todays) = (BTreeMap::new(), BTreeMap::new());
    for (code, ids) in owed {
        found.extend(bills(tx, code, &ids).await?);
        todays.insert(code, citygate_catalogue::city(tx, code).await?.date(tx.now()));
    }
    let book = RuleBook::default();
    let mut views = Vec::with_capacity(decisions.len());
    for decision in decisions {
        let bill = found.remove(&decision.bill).ok_or(Error::Damaged("bill"))?;
        let today = todays.get(&decision.id.city()).copied().ok_or(Error::Damaged("city"))?;
        let payment_rule: Rule<Period> = book.rule(tx, decision.payment_rule).await?;
        let surcharge_rule = book.rule(tx, decision.surcharge_rule).await?;
        let deadline = rules::payment_deadline(decision.served_on, payment_rule.params, &calendar)?;
        views.push(FineView { decision, bill, today, deadline, payment_rule, surcharge_rule });
    }
    Ok(views)
}

/// Counts the deadlines of a year of decisions anew and moves the bills that are still open.
/// Days off that were announced late give the citizen more time (Civil Code, article 203); nobody
/// pays a surcharge for days that turned out to be none. Doing it again changes nothing.
pub(crate) async fn recount_deadlines(cx: &Cx) -> Result<usize, Error> {
    const BATCH: i64 = 100;
    let (mut after, mut moved) = (Uuid::nil(), 0);
    loop {
        let batch = cx.db.tx("traffic.recount_deadlines", async |tx| {
            let since = tx.now().date_naive() - TimeDelta::days(366);
            let calendar = citygate_catalogue::holiday_calendar(tx).await?;
            let (book, mut moves) = (RuleBook::default(), 0);
            let batch = store::served_since(tx, since, after, BATCH).await?;
            for decision in &batch {
                let rule: Rule<Period> = book.rule(tx, decision.payment_rule).await?;
                let deadline = rules::payment_deadline(decision.served_on, rule.params, &calendar)?;
                let due_on = deadline.due_on();
                moves += usize::from(reschedule_bill(tx, decision.bill, due_on).await?);
            }
            Ok::<_, Error>((batch.last().map(|decision| decision.id.uuid()), moves))
        });
        let (last, moves) = batch.await?;
        moved += moves;
        match last {
            Some(last) => after = last,
            None => return Ok(moved),
        }
    }
}
