//! What a centre says now, where it can be asked.

use chrono::NaiveDate;
use citygate_catalogue::AgencyId;
use citygate_identity::{Access, Accessor, RealName};
use citygate_inquiry::{self as inquiry, Question, Registers, Subject, Trouble};
use citygate_kernel::{Currency, Money};
use citygate_platform::Cx;
use serde::{Deserialize, Serialize};

use crate::{actions::balance::OWN, error::Error, store::reads::Standing};

/// What a centre's register is asked about.
pub(crate) const SUBJECT: &str = "provident_fund";

/// Where a balance comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// What the centre has pushed.
    Pushed,
    /// What the centre's register says.
    Register(inquiry::Freshness),
}

/// What a centre's register says about somebody.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub accounts: Vec<AccountRecord>,
}

/// An account as the register has it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AccountRecord {
    pub account_no: String,
    pub balance_minor: i64,
    pub currency: Currency,
    #[serde(default)]
    pub last_posted_month: Option<NaiveDate>,
}

/// How an account stands, as far as is known.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub standing: Standing,
    pub origin: Origin,
    /// Why it is not what the register says now.
    pub trouble: Option<Trouble>,
}

impl Known {
    /// What the centre has pushed.
    pub(crate) fn pushed(standing: Standing, trouble: Option<Trouble>) -> Self {
        Self { standing, origin: Origin::Pushed, trouble }
    }
}

/// Asks the register of an account's centre. The caller's right to the answer was used up before, and
/// what the centre has pushed stands in for a register that does not say.
pub(crate) async fn known(
    cx: &Cx,
    registers: &Registers,
    caller: &RealName,
    standing: Standing,
) -> Result<Known, Error> {
    let subject: Subject = SUBJECT.parse().map_err(|_| Error::Damaged("subject"))?;
    let access = Access::new(cx, Accessor::person(caller.account, caller.city), OWN);
    let agency: AgencyId = standing.agency;
    let question = Question { agency, subject: &subject, person: caller.person, access };
    let asked = registers.ask::<Record, Error>(cx, &question, async |_| Ok(())).await;
    let answer = match asked {
        Ok(answer) => answer,
        Err(Error::Inquiry(inquiry::Error::NoSource)) => {
            return Ok(Known::pushed(standing, None));
        }
        Err(Error::Inquiry(inquiry::Error::Unheard(trouble))) => {
            return Ok(Known::pushed(standing, Some(trouble)));
        }
        // The centre has told of an account that its register does not know.
        Err(Error::Inquiry(inquiry::Error::NoRecord)) => {
            return Ok(Known::pushed(standing, Some(Trouble::Unreadable)));
        }
        Err(error) => return Err(error),
    };
    let of = |one: &&AccountRecord| one.account_no == standing.number.as_str();
    let Some(said) = answer.record.accounts.iter().find(of) else {
        return Ok(Known::pushed(standing, Some(Trouble::Unreadable)));
    };
    // What was pushed after the register's books were closed is newer.
    if standing.as_of.is_some_and(|pushed| pushed > answer.as_of) {
        return Ok(Known::pushed(standing, answer.trouble));
    }
    let standing = Standing {
        balance: Money::new(said.balance_minor, said.currency),
        last_posted_month: said.last_posted_month.or(standing.last_posted_month),
        as_of: Some(answer.as_of),
        ..standing
    };
    Ok(Known { standing, origin: Origin::Register(answer.freshness), trouble: answer.trouble })
}
