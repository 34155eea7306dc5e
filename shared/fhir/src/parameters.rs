//! What operations are given (FHIR R4, Parameters).

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Resource;

/// A parameter is not as the operation has it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidParameters {
    /// It is no `Parameters` resource, or has too many of them.
    #[error("a Parameters resource is expected")]
    NotParameters,
    /// A parameter has not the type that the operation gives it.
    #[error("parameter {0} is not as the operation has it")]
    Value(&'static str),
}

/// What an operation is given, by name.
#[derive(Debug, Clone, Copy)]
pub struct Parameters<'a> {
    list: &'a [Value],
}

impl<'a> Parameters<'a> {
    /// The most parameters of one call.
    pub const COUNT_MAX: usize = 100;

    /// Reads a `Parameters` resource.
    pub fn read(resource: &'a Value) -> Result<Self, InvalidParameters> {
        let kind = resource.get("resourceType").and_then(Value::as_str);
        let list = match resource.get("parameter") {
            None => &[][..],
            Some(Value::Array(list)) => list,
            Some(_) => return Err(InvalidParameters::NotParameters),
        };
        let named = |parameter: &Value| parameter.get("name").is_some_and(Value::is_string);
        let fits = list.len() <= Self::COUNT_MAX && list.iter().all(named);
        if kind != Some("Parameters") || !fits {
            return Err(InvalidParameters::NotParameters);
        }
        Ok(Self { list })
    }

    /// The values of a name, each as `value` and the type: `valueReference`, `valueDateTime`.
    pub fn values<T: DeserializeOwned>(
        &self,
        name: &'static str,
        kind: &str,
    ) -> Result<Vec<T>, InvalidParameters> {
        self.members(name, &format!("value{kind}"))
    }

    /// The only value of a name; `None` when it is not given.
    pub fn value<T: DeserializeOwned>(
        &self,
        name: &'static str,
        kind: &str,
    ) -> Result<Option<T>, InvalidParameters> {
        only(name, self.values(name, kind)?)
    }

    /// The only resource of a name; `None` when it is not given.
    pub fn resource(&self, name: &'static str) -> Result<Option<Resource>, InvalidParameters> {
        only(name, self.members(name, "resource")?)
    }

    fn members<T: DeserializeOwned>(
        &self,
        name: &'static str,
        member: &str,
    ) -> Result<Vec<T>, InvalidParameters> {
        let of_name = |parameter: &&Value| parameter.get("name").is_some_and(|n| n == name);
        let read = |parameter: &Value| {
            let value = parameter.get(member).cloned().ok_or(InvalidParameters::Value(name))?;
            serde_json::from_value(value).map_err(|_| InvalidParameters::Value(name))
        };
        self.list.iter().filter(of_name).map(read).collect()
    }
}

fn only<T>(name: &'static str, mut values: Vec<T>) -> Result<Option<T>, InvalidParameters> {
    let value = values.pop();
    if values.is_empty() { Ok(value) } else { Err(InvalidParameters::Value(name)) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{FhirDateTime, ReferenceTo, ResourceType};

    #[test]
    fn parameters_are_read_by_name_and_type() {
        let sent = json!({"resourceType": "Parameters", "parameter": [
            {"name": "start", "valueDateTime": "2026-11-22"},
            {"name": "slot", "valueReference": {"reference": "Slot/a"}},
            {"name": "slot", "valueReference": {"reference": "Slot/b"}},
            {"name": "appointment", "resource": {"resourceType": "Appointment"}},
        ]});
        let parameters = Parameters::read(&sent).unwrap();
        let start: Option<FhirDateTime> = parameters.value("start", "DateTime").unwrap();
        assert_eq!(start.unwrap().to_string(), "2026-11-22");
        let slots: Vec<ReferenceTo> = parameters.values("slot", "Reference").unwrap();
        assert_eq!(slots.len(), 2);
        let appointment = parameters.resource("appointment").unwrap().unwrap();
        assert_eq!(appointment.kind(), ResourceType::Appointment);
        assert_eq!(parameters.value::<String>("end", "DateTime"), Ok(None));

        let wrong = InvalidParameters::Value;
        assert_eq!(parameters.value::<ReferenceTo>("slot", "Reference"), Err(wrong("slot")));
        assert_eq!(parameters.value::<String>("start", "String"), Err(wrong("start")));
        assert_eq!(parameters.resource("start").unwrap_err(), wrong("start"));
    }

    #[test]
    fn what_are_no_parameters_is_refused() {
        for sent in [
            json!([]),
            json!({"resourceType": "Slot"}),
            json!({"resourceType": "Parameters", "parameter": {}}),
            json!({"resourceType": "Parameters", "parameter": [{}]}),
            json!({"resourceType": "Parameters", "parameter": vec![json!({"name": "a"}); 101]}),
        ] {
            assert_eq!(Parameters::read(&sent).unwrap_err(), InvalidParameters::NotParameters);
        }
        assert!(Parameters::read(&json!({"resourceType": "Parameters"})).is_ok());
    }
}
