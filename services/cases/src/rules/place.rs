//! What everybody may know of a place.

use citygate_kernel::CityCode;

use crate::model::Point;

/// A place to about a kilometre: a hundredth of a degree.
pub(crate) fn rough(point: Point) -> Point {
    let round = |degrees: f64| (degrees * 100.0).round() / 100.0;
    Point { lat: round(point.lat), long: round(point.long) }
}

/// Whether a division lies in a city (GB/T 2260): a municipality's districts share two digits with it,
/// another city's four.
pub(crate) fn lies_in(district: CityCode, city: CityCode) -> bool {
    let digits = if city.number() % 10_000 == 0 { 10_000 } else { 100 };
    district.number() / digits == city.number() / digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_finds_a_house_by_what_is_public() {
        let exact = Point { lat: 30.274_151, long: 120.155_149 };
        let text = format!("{:?}", rough(exact));
        assert_eq!(text, "Point { lat: 30.27, long: 120.16 }");
    }

    #[test]
    fn districts_are_those_of_the_city() {
        let code = |text: &str| text.parse::<CityCode>().unwrap();
        for (district, city, fits) in [
            ("330106", "330100", true),
            ("330200", "330100", false),
            ("110105", "110000", true),
            ("120101", "110000", false),
        ] {
            assert_eq!(lies_in(code(district), code(city)), fits, "{district} {city}");
        }
    }
}
