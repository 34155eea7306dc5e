//! What a service is called by.

use std::fmt;

use citygate_kernel::CityCode;
use citygate_listings::ListingId;

/// A category of a listing: `330100_<32 hexadecimal digits>_street_lighting`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceCode {
    pub listing: ListingId,
    pub category: String,
}

impl ServiceCode {
    /// Reads it; none where no service can be called so.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '_');
        let (city, id, category) = (parts.next()?, parts.next()?, parts.next()?);
        let listing = format!("list_{city}_{id}").parse().ok()?;
        (!category.is_empty()).then(|| Self { listing, category: category.to_owned() })
    }

    /// Whose it is.
    pub(crate) fn city(&self) -> CityCode {
        self.listing.city()
    }
}

impl fmt::Display for ServiceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (listing, category) = (self.listing, &self.category);
        write!(f, "{}_{}_{category}", listing.city(), listing.uuid().simple())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_written() {
        let text = "330100_0199f0c2a4b07c3d8e1f2a3b4c5d6e7f_street_lighting";
        let code = ServiceCode::read(text).unwrap();
        assert_eq!((code.to_string().as_str(), code.category.as_str()), (text, "street_lighting"));
        for other in ["", "330100", "330100_0199f0c2a4b07c3d8e1f2a3b4c5d6e7f", "x_y_z"] {
            assert_eq!(ServiceCode::read(other), None, "{other}");
        }
    }
}
