//! Who comes, and what is wrong with them.

use serde_json::{Value, json};

use crate::dice::Dice;

/// Somebody who comes without an appointment.
#[derive(Debug)]
pub struct Patient {
    /// What happens to them.
    pub dice: Dice,
    /// In which department.
    pub department: usize,
    /// The group whose priority they have.
    pub priority: Option<&'static str>,
    /// Whether they go home before they are called.
    pub gone: bool,
    /// Whether they are in some room just now.
    pub inside: bool,
    /// Their visit, once they are there.
    pub visit: String,
}

impl Patient {
    /// The `n`th of the day.
    pub fn new(n: usize, departments: usize) -> Self {
        let mut dice = Dice::new(20_261_123 + u64::try_from(n).unwrap_or_default());
        let priority = match dice.roll(200) {
            0 => Some("critically_ill"),
            1..=8 => Some("over_80"),
            9..=12 => Some("pregnant"),
            13..=16 => Some("disabled"),
            _ => None,
        };
        let gone = dice.chance(1);
        let (visit, department) = (String::new(), n % departments.max(1));
        Self { dice, department, priority, gone, inside: false, visit }
    }

    /// What the desk says of them.
    pub fn arrival(&self, n: usize, department_no: &str) -> Value {
        let who =
            json!({"name": "某人", "id_number": id_number(n), "department_no": department_no});
        match self.priority {
            Some(group) => json!({"walk_in": who, "priority": group}),
            None => json!({"walk_in": who}),
        }
    }

    /// What the doctor orders at the end of a step.
    pub fn orders_after(&mut self, step: &str) -> Vec<&'static str> {
        let dice = &mut self.dice;
        match step {
            "consult" if dice.chance(45) => match dice.roll(10) {
                0..=4 => vec!["laboratory"],
                5..=7 => vec!["imaging"],
                _ => vec!["laboratory", "imaging"],
            },
            "consult" if dice.chance(70) => vec!["prescription"],
            "return_consult" if dice.chance(60) => vec!["prescription"],
            _ => Vec::new(),
        }
    }
}

/// A resident identity number (GB 11643) of somebody who does not exist.
fn id_number(n: usize) -> String {
    let body = format!("330106{}0101{:03}", 1950 + n / 1_000, n % 1_000);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = body.chars().filter_map(|digit| digit.to_digit(10));
    let sum: u32 = digits.zip(weights).map(|(digit, weight)| digit * weight).sum();
    let check = "10X98765432".chars().nth(usize::try_from(sum % 11).unwrap_or_default());
    body.chars().chain(check).collect()
}
