//! What the scopes of a token allow (SMART App Launch 2.2, 3.0.2): `system/Type.rs` in the second
//! version, `system/Type.read` in the first.

use citygate_fhir::ResourceType;
use citygate_identity::{Backend, Error};

/// What is done to resources of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A resource is made.
    Create,
    /// A resource, or its history, is read.
    Read,
    /// A resource is changed.
    Update,
    /// Resources are looked for.
    Search,
}

impl Access {
    /// Every one of them.
    pub const ALL: [Self; 4] = [Self::Create, Self::Read, Self::Update, Self::Search];

    const fn letter(self) -> char {
        match self {
            Self::Create => 'c',
            Self::Read => 'r',
            Self::Update => 'u',
            Self::Search => 's',
        }
    }

    const fn reads(self) -> bool {
        matches!(self, Self::Read | Self::Search)
    }
}

/// The letters of the second version, in the order that it demands.
const LETTERS: &str = "cruds";

/// Whether a scope allows something. A scope that is limited by a search (`?category=…`) allows
/// nothing here: whoever gives a token less than a type should not find that it has become more.
pub fn allows(scope: &str, kind: ResourceType, access: Access) -> bool {
    let Some((of, rights)) = scope.strip_prefix("system/").and_then(|rest| rest.split_once('.'))
    else {
        return false;
    };
    if of != "*" && of != kind.name() {
        return false;
    }
    match rights {
        "*" => true,
        "read" => access.reads(),
        "write" => !access.reads(),
        letters => are_letters(letters) && letters.contains(access.letter()),
    }
}

/// Whether a client may be registered for a scope: it is well-formed, and of a type that is kept.
pub fn is_scope(scope: &str) -> bool {
    ResourceType::ALL
        .into_iter()
        .any(|kind| Access::ALL.into_iter().any(|access| allows(scope, kind, access)))
}

fn are_letters(letters: &str) -> bool {
    let mut order = LETTERS.chars();
    !letters.is_empty() && letters.chars().all(|letter| order.any(|next| next == letter))
}

/// Lets a system in that may do something with a type.
pub(crate) fn require(caller: &Backend, kind: ResourceType, access: Access) -> Result<(), Error> {
    if caller.scopes().any(|scope| allows(scope, kind, access)) {
        Ok(())
    } else {
        Err(Error::ScopeMissing(needed(kind, access)))
    }
}

/// Lets a system in that may do something with one of several types.
pub(crate) fn require_one(
    caller: &Backend,
    mut kinds: impl Iterator<Item = ResourceType>,
    access: Access,
) -> Result<(), Error> {
    if kinds.any(|kind| require(caller, kind, access).is_ok()) {
        Ok(())
    } else {
        Err(Error::ScopeMissing(if access.reads() { "system/*.read" } else { "system/*.write" }))
    }
}

/// Lets a system in that may do anything at all.
pub(crate) fn require_any(caller: &Backend) -> Result<(), Error> {
    if caller.scopes().any(is_scope) { Ok(()) } else { Err(Error::ScopeMissing("system/*.read")) }
}

/// The scope of the first version that would do.
const fn needed(kind: ResourceType, access: Access) -> &'static str {
    macro_rules! scope {
        ($($kind:ident),*) => {
            match (kind, access.reads()) {
                $(
                    (ResourceType::$kind, true) => concat!("system/", stringify!($kind), ".read"),
                    (ResourceType::$kind, false) => concat!("system/", stringify!($kind), ".write"),
                )*
            }
        };
    }
    scope!(
        Appointment,
        DiagnosticReport,
        HealthcareService,
        Location,
        Observation,
        Organization,
        Patient,
        Practitioner,
        PractitionerRole,
        Schedule,
        ServiceRequest,
        Slot
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rights(scope: &str, kind: ResourceType) -> String {
        let allowed = Access::ALL.into_iter().filter(|access| allows(scope, kind, *access));
        allowed.map(Access::letter).collect()
    }

    #[test]
    fn a_scope_allows_what_it_says_of_the_type_it_names() {
        use ResourceType::{Patient, Slot};
        for (scope, of_slot, of_patient) in [
            ("system/*.read", "rs", "rs"),
            ("system/*.write", "cu", "cu"),
            ("system/*.*", "crus", "crus"),
            ("system/*.cruds", "crus", "crus"),
            ("system/Slot.read", "rs", ""),
            ("system/Slot.rs", "rs", ""),
            ("system/Slot.s", "s", ""),
            ("system/Slot.c", "c", ""),
            ("system/Slot.d", "", ""),
            ("system/Patient.write", "", "cu"),
            ("system/Slot.sr", "", ""),
            ("system/Slot.rr", "", ""),
            ("system/Slot.", "", ""),
            ("system/Slot", "", ""),
            ("system/slot.read", "", ""),
            ("system/Slo.read", "", ""),
            ("system/Slot.rs?status=free", "", ""),
            ("system/Slot.read write", "", ""),
            ("user/Slot.read", "", ""),
            ("patient/*.read", "", ""),
            ("system/Medication.read", "", ""),
            ("", "", ""),
        ] {
            assert_eq!(rights(scope, Slot), of_slot, "{scope}");
            assert_eq!(rights(scope, Patient), of_patient, "{scope}");
            assert_eq!(is_scope(scope), !(of_slot.is_empty() && of_patient.is_empty()), "{scope}");
        }
    }

    #[test]
    fn what_is_asked_for_would_do() {
        for kind in ResourceType::ALL {
            for access in Access::ALL {
                assert!(allows(needed(kind, access), kind, access));
            }
        }
    }

    proptest! {
        #[test]
        fn a_scope_for_one_type_never_opens_another(
            of in 0..ResourceType::ALL.len(),
            asked in 0..ResourceType::ALL.len(),
            rights in "[a-z*]{1,6}",
        ) {
            let (of, asked) = (ResourceType::ALL[of], ResourceType::ALL[asked]);
            let scope = format!("system/{of}.{rights}");
            let opens = Access::ALL.into_iter().any(|access| allows(&scope, asked, access));
            prop_assert!(!opens || of == asked);
        }
    }
}
