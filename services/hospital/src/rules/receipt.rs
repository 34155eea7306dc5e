//! Numbers of receipts.

use citygate_kernel::CityCode;
use uuid::Uuid;

/// How many digits a number has.
pub(crate) const DIGITS: usize = 24;

/// A number of 24 digits: city (6), year (2), 15 that belong to nobody else, and a check digit, so
/// that one who copies it by hand and errs is told so.
pub(crate) fn number(city: CityCode, year: i32, id: Uuid) -> String {
    const OWN: u128 = 1_000_000_000_000_000;
    let own = id.as_u128() % OWN;
    let head = format!("{:06}{:02}{own:015}", city.number(), year.rem_euclid(100));
    let check = check_digit(&head);
    format!("{head}{check}")
}

/// The city of a number, if it is one.
pub(crate) fn city_of(number: &str) -> Option<CityCode> {
    let digits = number.len() == DIGITS && number.bytes().all(|byte| byte.is_ascii_digit());
    let (head, check) = number.split_at_checked(DIGITS - 1).filter(|_| digits)?;
    if check.parse() != Ok(check_digit(head)) {
        return None;
    }
    head.get(..6)?.parse::<i32>().ok()?.try_into().ok()
}

/// ISO/IEC 7064, MOD 11,10: finds every wrong digit, and nearly every swap of two.
fn check_digit(digits: &str) -> u32 {
    let product =
        digits.chars().filter_map(|digit| digit.to_digit(10)).fold(10, |product, digit| {
            let sum = (product + digit) % 10;
            (if sum == 0 { 10 } else { sum }) * 2 % 11
        });
    (11 - product) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_names_its_city_and_every_wrong_digit_is_found() {
        let id = Uuid::from_u128(0x0199_9999_0000_7000_8000_1234_5678_9abc);
        let good = number(CityCode::HANGZHOU, 2026, id);
        assert!(good.starts_with("33010026") && good.len() == DIGITS, "{good}");
        assert_eq!(city_of(&good), Some(CityCode::HANGZHOU));
        for at in 0..DIGITS {
            for other in '0'..='9' {
                let mut wrong: Vec<char> = good.chars().collect();
                if wrong[at] != other {
                    wrong[at] = other;
                    assert_eq!(city_of(&wrong.iter().collect::<String>()), None, "{wrong:?}");
                }
            }
        }
        for wrong in ["", "330100", &good[1..], &format!("{good}0"), "ü30100261234567890123456"] {
            assert_eq!(city_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_check_digit_of_the_standard() {
        // The example of ISO/IEC 7064 for MOD 11,10.
        assert_eq!(check_digit("0794"), 5);
    }
}
