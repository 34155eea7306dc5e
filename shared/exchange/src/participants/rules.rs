//! Pure decisions about participants.

use chrono::{DateTime, TimeDelta, Utc};
use citygate_identity::AccountId;

use super::model::{
    By,
    ParticipantEvent::{
        self, Apply, Certify, GoLive, OpenSandbox, Refuse, Resume, Suspend, Withdraw,
    },
    ParticipantState::{self, Applied, Certified, Live, Refused, Sandbox, Suspended, Withdrawn},
};

/// How long somebody has to agree to what a colleague has asked for.
pub(crate) const APPROVAL_LIFE: TimeDelta = TimeDelta::days(7);

/// Where an event leads; none where it cannot happen.
pub fn next(state: ParticipantState, event: ParticipantEvent) -> Option<ParticipantState> {
    match (state, event) {
        (Refused | Withdrawn, Apply) => Some(Applied),
        (Applied, OpenSandbox) => Some(Sandbox),
        (Sandbox, Certify) => Some(Certified),
        (Certified, GoLive) | (Suspended, Resume) => Some(Live),
        (Live, Suspend) => Some(Suspended),
        (Applied | Sandbox | Certified, Refuse) => Some(Refused),
        (Applied | Sandbox | Certified | Live | Suspended, Withdraw) => Some(Withdrawn),
        (
            Applied | Sandbox | Certified | Live | Suspended | Refused | Withdrawn,
            Apply | OpenSandbox | Certify | GoLive | Suspend | Resume | Refuse | Withdraw,
        ) => None,
    }
}

/// Whether an account may agree to what another has asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Approval {
    Given,
    /// Nobody has asked, or too long ago.
    NotAsked,
    /// Nobody agrees to what they have asked for themselves.
    OwnRequest,
}

pub(crate) fn approval(asked: Option<By>, by: AccountId, now: DateTime<Utc>) -> Approval {
    match asked {
        Some(asked) if now > asked.at + APPROVAL_LIFE => Approval::NotAsked,
        Some(asked) if asked.account == by => Approval::OwnRequest,
        Some(_) => Approval::Given,
        None => Approval::NotAsked,
    }
}

#[cfg(test)]
mod tests {
    use citygate_kernel::Clock;
    use citygate_testkit::monday_morning;

    use super::*;

    #[test]
    fn every_state_knows_every_event() {
        let leads = [
            (Refused, Apply, Applied),
            (Withdrawn, Apply, Applied),
            (Applied, OpenSandbox, Sandbox),
            (Sandbox, Certify, Certified),
            (Certified, GoLive, Live),
            (Live, Suspend, Suspended),
            (Suspended, Resume, Live),
            (Applied, Refuse, Refused),
            (Sandbox, Refuse, Refused),
            (Certified, Refuse, Refused),
            (Applied, Withdraw, Withdrawn),
            (Sandbox, Withdraw, Withdrawn),
            (Certified, Withdraw, Withdrawn),
            (Live, Withdraw, Withdrawn),
            (Suspended, Withdraw, Withdrawn),
        ];
        for &state in ParticipantState::ALL {
            for event in ParticipantEvent::ALL {
                let listed = leads.iter().find(|(from, by, _)| (*from, *by) == (state, event));
                assert_eq!(next(state, event), listed.map(|(.., to)| *to), "{state:?} {event:?}");
            }
        }
    }

    #[test]
    fn nothing_is_live_that_was_never_certified() {
        for state in [Applied, Sandbox, Refused, Withdrawn] {
            for event in ParticipantEvent::ALL {
                assert_ne!(next(state, event), Some(Live), "{state:?} {event:?}");
            }
        }
    }

    #[test]
    fn four_eyes_are_two_accounts_within_seven_days() {
        let now = monday_morning();
        let clock = Clock::manual(now);
        let (one, other) = (AccountId::new(&clock), AccountId::new(&clock));
        let asked = Some(By { account: one, at: now });
        assert_eq!(approval(None, other, now), Approval::NotAsked);
        assert_eq!(approval(asked, one, now), Approval::OwnRequest);
        assert_eq!(approval(asked, other, now), Approval::Given);
        let end = now + APPROVAL_LIFE;
        assert_eq!(approval(asked, other, end), Approval::Given);
        assert_eq!(approval(asked, other, end + TimeDelta::microseconds(1)), Approval::NotAsked);
    }
}
