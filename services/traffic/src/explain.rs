//! Why a fine comes to what it comes to, in a sentence.

use citygate_kernel::{Locale, Text};
use citygate_payments::AmountDue;

use crate::rules::SurchargeRule;

/// What lateness costs, and has cost.
pub(crate) fn surcharge(
    rule: &SurchargeRule,
    due: Option<&AmountDue>,
    citation: &Text,
    locale: Locale,
) -> String {
    let (daily, cap) = (percent(rule.basis_points_per_day), percent(rule.cap_basis_points));
    let citation = citation.get(locale);
    let so_far = due.filter(|due| due.days_late > 0);
    match (locale, so_far) {
        (Locale::En, None) => format!(
            "From the day after the due date, {daily} of the fine is added for each day, up to \
             {cap} of it ({citation})."
        ),
        (Locale::En, Some(due)) => format!(
            "{} days late: {daily} of the fine for each day, up to {cap} of it, is {} ({citation}).",
            due.days_late, due.surcharge
        ),
        (Locale::ZhCn, None) => format!(
            "逾期不缴的，自期满次日起每日按罚款数额的{daily}加处罚款，加处总额不超过罚款数额的{cap}（{citation}）。"
        ),
        (Locale::ZhCn, Some(due)) => format!(
            "已逾期{}日，每日按罚款数额的{daily}加处罚款，总额不超过罚款数额的{cap}，现为{}（{citation}）。",
            due.days_late, due.surcharge
        ),
    }
}

/// 300 → `3%`, 250 → `2.5%`.
fn percent(basis_points: u32) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    match (rest / 10, rest % 10) {
        (0, 0) => format!("{whole}%"),
        (tenths, 0) => format!("{whole}.{tenths}%"),
        (tenths, hundredths) => format!("{whole}.{tenths}{hundredths}%"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn percentages_are_short() {
        let all: Vec<_> = [300, 10_000, 250, 5, 1].into_iter().map(super::percent).collect();
        assert_eq!(all, ["3%", "100%", "2.5%", "0.05%", "0.01%"]);
    }
}
