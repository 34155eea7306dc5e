//! Who pays how much of a line.

use serde::{Deserialize, Serialize};

/// Who is insured, by the token of the electronic credential. All are made up.
pub const INSURED: [Insured; 4] = [
    // An employee before and after the deductible of the year, somebody without an account of their
    // own, and somebody whom medical assistance helps.
    Insured {
        credential: "ec_sandbox_employee",
        deductible: 0,
        pool: 7_000,
        cap: 5_000_000,
        assistance: 0,
        account: 20_000,
    },
    Insured {
        credential: "ec_sandbox_new_year",
        deductible: 30_000,
        pool: 7_000,
        cap: 5_000_000,
        assistance: 0,
        account: 0,
    },
    Insured {
        credential: "ec_sandbox_resident",
        deductible: 0,
        pool: 5_000,
        cap: 100_000,
        assistance: 0,
        account: 0,
    },
    Insured {
        credential: "ec_sandbox_assisted",
        deductible: 30_000,
        pool: 5_000,
        cap: 100_000,
        assistance: 5_000,
        account: 0,
    },
];
/// A credential that was shown too late.
pub(super) const EXPIRED: &str = "ec_sandbox_expired";

/// Of the B class, what the insured pays before anything else is counted, in basis points.
const CLASS_B_SELF: i64 = 1_000;
/// Of what is above the cap of the pool, what the large-amount fund pays, in basis points.
const LARGE_AMOUNT: i64 = 8_000;

/// What somebody is entitled to: amounts in fen, ratios in basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Insured {
    /// The token of the electronic credential.
    pub credential: &'static str,
    /// What is still to be paid before the pool pays.
    pub deductible: i64,
    /// What the pool pays of the rest.
    pub pool: i64,
    /// What the pool still pays at most.
    pub cap: i64,
    /// What medical assistance pays of what the pool leaves.
    pub assistance: i64,
    /// What stands on the personal account.
    pub account: i64,
}

/// The class of a line in the catalogue of the insurance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Class {
    A,
    B,
    C,
}

/// A line of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// Its number in the charge.
    pub n: i16,
    pub class: Class,
    /// More than zero.
    pub amount: i64,
}

/// Who pays what of a line. All of it together is the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The number of the line.
    pub n: i16,
    /// What is not in the catalogue.
    pub out_of_catalogue: i64,
    /// What the insured pays of the B class beforehand.
    pub category_b_self: i64,
    /// What counts towards the deductible.
    pub deductible_used: i64,
    /// What the pool pays.
    pub pool: i64,
    /// What the fund for large amounts pays.
    pub large_amount: i64,
    /// What medical assistance pays.
    pub assistance: i64,
    /// What is taken from the personal account.
    pub account: i64,
    /// What the insured pays besides, of what is covered.
    pub cash: i64,
}

/// What somebody is still entitled to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entitled {
    terms: Insured,
    deductible: i64,
    cap: i64,
    account: i64,
}

impl Entitled {
    pub(super) fn new(terms: Insured) -> Self {
        Self { terms, deductible: terms.deductible, cap: terms.cap, account: terms.account }
    }

    /// Splits a line, and sets aside what is used of the entitlement.
    pub(super) fn use_for(&mut self, line: &Line) -> Share {
        let mut share = Share { n: line.n, ..Share::default() };
        let mut left = line.amount;
        match line.class {
            Class::A => {}
            Class::B => {
                share.category_b_self = take(&mut left, line.amount * CLASS_B_SELF / 10_000)
            }
            Class::C => share.out_of_catalogue = take(&mut left, line.amount),
        }
        share.deductible_used = take(&mut left, self.deductible);
        self.deductible -= share.deductible_used;
        let pays = left * self.terms.pool / 10_000;
        share.pool = take(&mut left, pays.min(self.cap));
        self.cap -= share.pool;
        share.large_amount = take(&mut left, (pays - share.pool) * LARGE_AMOUNT / 10_000);
        let helped = left * self.terms.assistance / 10_000;
        share.assistance = take(&mut left, helped);
        share.account = take(&mut left, self.account);
        self.account -= share.account;
        share.cash = left;
        share
    }

    /// Gives back what a line has used.
    pub(super) fn give_back(&mut self, share: &Share) {
        self.deductible += share.deductible_used;
        self.cap += share.pool;
        self.account += share.account;
    }
}

fn take(left: &mut i64, most: i64) -> i64 {
    let taken = most.clamp(0, *left);
    *left -= taken;
    taken
}

impl Share {
    /// All of it together.
    #[cfg(test)]
    pub(super) fn total(&self) -> i64 {
        let covered = self.deductible_used + self.pool + self.large_amount + self.assistance;
        self.out_of_catalogue + self.category_b_self + covered + self.account + self.cash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_aside_is_given_back_and_every_line_is_split_whole() {
        for terms in INSURED {
            let mut entitled = Entitled::new(terms);
            let mut shares = Vec::new();
            for (n, class) in [(1, Class::A), (2, Class::B), (3, Class::C), (4, Class::A)] {
                for amount in [1, 99, 33_333, 450_001] {
                    let share = entitled.use_for(&Line { n, class, amount });
                    assert_eq!(share.total(), amount, "{terms:?} {share:?}");
                    assert!(entitled.account >= 0 && entitled.cap >= 0, "{terms:?} {share:?}");
                    shares.push(share);
                }
            }
            shares.iter().for_each(|share| entitled.give_back(share));
            let back = (entitled.deductible, entitled.cap, entitled.account);
            assert_eq!(back, (terms.deductible, terms.cap, terms.account));
        }
    }
}
