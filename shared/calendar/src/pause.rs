//! Days on which a count stands still.

use chrono::NaiveDate;

/// An interval whose days do not count. The law names what it stops: reconsideration and lawsuit
/// stop the surcharge, not the period for paying (Administrative Penalty Law, article 73), so hand
/// a pause only to the count it stops. For days late, a pause still running lasts until today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// First day that does not count.
    pub from: NaiveDate,
    /// Last day that does not count. Before `from`, the pause covers nothing.
    pub until: NaiveDate,
}

impl Pause {
    /// Whether a day lies inside.
    pub fn covers(self, day: NaiveDate) -> bool {
        (self.from..=self.until).contains(&day)
    }

    /// Whether a day lies inside any of them; a day inside two is still one day.
    pub(crate) fn any_covers(pauses: &[Self], day: NaiveDate) -> bool {
        pauses.iter().any(|pause| pause.covers(day))
    }
}
