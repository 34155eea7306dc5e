//! Sharing an amount out, exact to the minor unit.

/// Shares `amount` out by parts: all shares come to it, none is negative, and afterwards each party
/// has had **less than one minor unit** more or less than its part of everything shared out so far.
/// Once that is a multiple of all parts together, each has had its part exactly. `received` is what
/// each has had by earlier calls with the same parts.
///
/// Whoever would else be a whole unit behind gets it now; the units that are left go to those who
/// would be a unit behind soonest, among equals to the first named. That this never leads into a
/// corner is the chairman assignment problem (R. Tijdeman, 1980): there is an order in which nobody
/// is ever a whole unit off, and serving the earliest deadline first keeps to one.
pub(crate) fn split<P: Copy + Into<i128>>(amount: i64, parts: &[P], received: &[i64]) -> Vec<i64> {
    let whole: i128 = parts.iter().map(|part| (*part).into()).sum();
    let before: i128 = received.iter().map(|minor| i128::from(*minor)).sum();
    let after = before + i128::from(amount);
    let mut left = amount;
    let mut parties: Vec<Party> = parts
        .iter()
        .zip(received)
        .map(|(part, received)| {
            let part = (*part).into();
            let units = (after * part).checked_div(whole).unwrap_or(0) - i128::from(*received);
            let share = i64::try_from(units).unwrap_or(0).clamp(0, left);
            left -= share;
            Party { part, had: i128::from(*received + share), share }
        })
        .collect();
    let mut turns: Vec<&mut Party> = parties.iter_mut().collect();
    turns.sort_by_key(|party| party.turn(after, whole));
    // Each lacks less than a unit now, so there are fewer units left than parties.
    for party in turns.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        party.share += 1;
    }
    parties.into_iter().map(|party| party.share).collect()
}

struct Party {
    part: i128,
    /// What it has had, with this share.
    had: i128,
    share: i64,
}

impl Party {
    /// When it is its turn: after all who lack something of their part, if it does not; and then in
    /// the order of the totals at which their part will be a unit more than they have had.
    fn turn(&self, after: i128, whole: i128) -> (bool, i128) {
        let has_its_part = self.had * whole >= after * self.part;
        let behind_at = ((self.had + 1) * whole + self.part - 1).div_euclid(self.part.max(1));
        (has_its_part, behind_at)
    }
}
