//! `Observation` of FHIR R4. Pure.

use citygate_fhir::{
    CodeableConcept, DecimalText, FhirDateTime, Period, Quantity, Range as FhirRange, ReferenceTo,
    Resource,
};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::words::{self, Unfit, element, fitting};
use crate::model::{Code, NewObservation, ObservedValue, Range};

/// What of an `Observation` is understood. Whatever else it says is given back as it was sent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ObservationView {
    status: Option<String>,
    code: Option<CodeableConcept>,
    pub subject: Option<ReferenceTo>,
    effective_date_time: Option<FhirDateTime>,
    effective_instant: Option<FhirDateTime>,
    effective_period: Option<Period>,
    #[serde(skip)]
    value: Value,
    #[serde(default)]
    interpretation: Vec<CodeableConcept>,
    #[serde(default)]
    reference_range: Vec<ReferenceRange>,
    #[serde(default)]
    note: Vec<Annotation>,
    #[serde(default)]
    component: Vec<Box<RawValue>>,
}

/// `value[x]`, and why there is none.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Value {
    value_quantity: Option<Quantity>,
    value_codeable_concept: Option<CodeableConcept>,
    value_string: Option<String>,
    value_boolean: Option<bool>,
    value_integer: Option<i32>,
    value_range: Option<FhirRange>,
    value_ratio: Option<Ratio>,
    value_sampled_data: Option<serde::de::IgnoredAny>,
    value_time: Option<String>,
    value_date_time: Option<FhirDateTime>,
    value_period: Option<Period>,
    data_absent_reason: Option<CodeableConcept>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Ratio {
    numerator: Quantity,
    denominator: Quantity,
}

#[derive(Debug, Deserialize)]
struct ReferenceRange {
    low: Option<Quantity>,
    high: Option<Quantity>,
    #[serde(rename = "type")]
    kind: Option<CodeableConcept>,
    text: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Annotation {
    text: String,
}

#[derive(Debug, Deserialize)]
struct Component {
    code: CodeableConcept,
}

impl ObservationView {
    /// Reads a resource.
    pub fn read(resource: &Resource) -> Result<Self, Unfit> {
        words::refuse_contained(resource)?;
        let value = resource.view().map_err(words::unreadable)?;
        let view: Self = resource.view().map_err(words::unreadable)?;
        Ok(Self { value, ..view })
    }

    /// The item that it is.
    pub fn observation(&self) -> Result<NewObservation, Unfit> {
        let mut unfit = Unfit::default();
        let status = self.status.as_deref().and_then(words::status);
        let status = status.ok_or_else(|| element("Observation.status", "a known status"));
        let (status, code) = (unfit.keep(status), unfit.keep(self.code()));
        let (value, range) = (unfit.keep(self.value()), unfit.keep(self.range()));
        let note = unfit.keep(self.note());
        let (Some(status), Some(code), Some(value), Some(range), Some(note)) =
            (status, code, value, range, note)
        else {
            return Err(unfit);
        };
        Ok(NewObservation {
            id: None,
            code,
            status,
            value,
            range,
            flags: words::flags(&self.interpretation),
            effective_at: self.effective().map(words::instant),
            note,
            resource: None,
        })
    }

    fn code(&self) -> Result<Code, Unfit> {
        let code = self.code.as_ref().ok_or_else(|| element("Observation.code", "what it is"))?;
        words::code(code, "Observation.code")
    }

    /// When it was true; of a period, its beginning.
    fn effective(&self) -> Option<&FhirDateTime> {
        let begins = self.effective_period.as_ref().and_then(|period| period.start.as_ref());
        self.effective_date_time.as_ref().or(self.effective_instant.as_ref()).or(begins)
    }

    fn note(&self) -> Result<Option<String>, Unfit> {
        let note: Vec<&str> = self.note.iter().map(|note| note.text.as_str()).collect();
        let note = (!note.is_empty()).then(|| fitting(&note.join("\n"), "Observation.note"));
        note.transpose()
    }

    fn value(&self) -> Result<ObservedValue, Unfit> {
        if let Some(value) = self.value.read("Observation")? {
            return Ok(value);
        }
        if self.component.is_empty() {
            return Ok(self.value.absent());
        }
        // What has parts is shown as one line: systolic 120 mmHg; diastolic 80 mmHg.
        let mut parts = Vec::with_capacity(self.component.len());
        for component in &self.component {
            let unfit = |_| element("Observation.component", "as FHIR R4 has it");
            // Read twice, not flattened: numbers keep their digits only in a type of their own.
            let Component { code } = serde_json::from_str(component.get()).map_err(unfit)?;
            let part: Value = serde_json::from_str(component.get()).map_err(unfit)?;
            let name = words::code(&code, "Observation.component.code")?.display;
            let value = part.read("Observation.component")?.unwrap_or_else(|| part.absent());
            parts.push(format!("{name} {}", in_words(&value)));
        }
        Ok(ObservedValue::Text(fitting(&parts.join("; "), "Observation.component")?))
    }

    /// The range that is usual: one without a type, or of the type normal.
    fn range(&self) -> Result<Option<Range>, Unfit> {
        let usual = |range: &&ReferenceRange| match &range.kind {
            None => true,
            Some(kind) => kind.coding.iter().any(|c| c.code.as_deref() == Some("normal")),
        };
        let Some(range) = self.reference_range.iter().find(usual) else { return Ok(None) };
        let at = "Observation.referenceRange";
        let number = |of: &Option<Quantity>| {
            of.as_ref().and_then(|of| of.value.as_ref()).map(|value| decimal(value, at)).transpose()
        };
        let text = range.text.as_deref().map(|text| fitting(text, at)).transpose()?;
        Ok(Some(Range { low: number(&range.low)?, high: number(&range.high)?, text }))
    }
}

impl Value {
    fn absent(&self) -> ObservedValue {
        let reason = self.data_absent_reason.as_ref();
        let code = reason.and_then(|reason| reason.coding.iter().find_map(|c| c.code.clone()));
        let words = || reason.and_then(|reason| reason.text.clone());
        ObservedValue::Absent(code.or_else(words).unwrap_or_else(|| "unknown".to_owned()))
    }

    fn read(&self, of: &str) -> Result<Option<ObservedValue>, Unfit> {
        let at = format!("{of}.value");
        let text = |text: String| Ok(Some(ObservedValue::Text(fitting(&text, &at)?)));
        if let Some(quantity) = &self.value_quantity {
            return self::quantity(quantity, &at);
        }
        if let Some(concept) = &self.value_codeable_concept {
            return Ok(Some(ObservedValue::Coded(words::code(concept, &at)?)));
        }
        if let Some(value) = self.value_integer {
            let (value, unit) = (Decimal::from(value), String::new());
            return Ok(Some(ObservedValue::Quantity { value, comparator: None, unit }));
        }
        if let Some(said) = self.value_string.as_ref().or(self.value_time.as_ref()) {
            return text(said.clone());
        }
        if let Some(truth) = self.value_boolean {
            return text(if truth { "true" } else { "false" }.to_owned());
        }
        if let Some(range) = &self.value_range {
            return text(format!("{} – {}", side(range.low.as_ref()), side(range.high.as_ref())));
        }
        if let Some(Ratio { numerator, denominator }) = &self.value_ratio {
            return text(format!("{} : {}", side(Some(numerator)), side(Some(denominator))));
        }
        if let Some(date) = &self.value_date_time {
            return text(date.to_string());
        }
        if let Some(Period { start, end }) = &self.value_period {
            let side =
                |date: &Option<FhirDateTime>| date.map_or_else(String::new, |d| d.to_string());
            return text(format!("{} – {}", side(start), side(end)));
        }
        if self.value_sampled_data.is_some() {
            return Err(element(at, "a value that can be shown: curves are not taken"));
        }
        Ok(None)
    }
}

fn quantity(quantity: &Quantity, at: &str) -> Result<Option<ObservedValue>, Unfit> {
    let Some(value) = &quantity.value else { return Ok(None) };
    let unit = quantity.unit.clone().or_else(|| quantity.code.clone()).unwrap_or_default();
    let comparator = quantity.comparator.clone();
    let (value, unit) = (decimal(value, at)?, fitting(&unit, at)?);
    Ok(Some(ObservedValue::Quantity { value, comparator, unit }))
}

fn decimal(text: &DecimalText, at: &str) -> Result<Decimal, Unfit> {
    let text = text.as_str();
    let plain = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
    plain.map_err(|_| element(at, "a number of 28 digits at most"))
}

/// A side of a range or ratio, as people read it.
fn side(quantity: Option<&Quantity>) -> String {
    let Some(quantity) = quantity else { return String::new() };
    let value = quantity.value.as_ref().map_or("", DecimalText::as_str);
    let unit = quantity.unit.as_deref().or(quantity.code.as_deref()).unwrap_or_default();
    let comparator = quantity.comparator.as_deref().unwrap_or_default();
    format!("{comparator}{value} {unit}").trim().to_owned()
}

fn in_words(value: &ObservedValue) -> String {
    match value {
        ObservedValue::Quantity { value, comparator, unit } => {
            let comparator = comparator.as_deref().unwrap_or_default();
            format!("{comparator}{value} {unit}").trim().to_owned()
        }
        ObservedValue::Coded(code) => code.display.clone(),
        ObservedValue::Text(text) => text.clone(),
        ObservedValue::Absent(_) => "–".to_owned(),
    }
}

/// An item that came in another protocol, as an `Observation`.
pub(super) fn members(
    said: &NewObservation,
    subject: &ReferenceTo,
) -> Result<serde_json::Map<String, serde_json::Value>, serde_json::Error> {
    let mut members = serde_json::Map::new();
    let mut put = |name: &str, value: serde_json::Value| members.insert(name.to_owned(), value);
    put("status", words::observation_status_code(said.status).into());
    put("code", concept(&said.code)?);
    put("subject", serde_json::to_value(subject)?);
    if let Some(at) = said.effective_at {
        put("effectiveDateTime", at.to_rfc3339().into());
    }
    match &said.value {
        ObservedValue::Quantity { .. } => {}
        ObservedValue::Coded(code) => {
            put("valueCodeableConcept", concept(code)?);
        }
        ObservedValue::Text(text) => {
            put("valueString", text.clone().into());
        }
        ObservedValue::Absent(reason) => {
            let system = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
            let reason = CodeableConcept::of(system, reason.as_str(), None);
            put("dataAbsentReason", serde_json::to_value(reason)?);
        }
    }
    if !said.flags.is_empty() {
        let system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
        let flags = said.flags.iter().map(|flag| CodeableConcept::of(system, flag.code(), None));
        put("interpretation", serde_json::to_value(flags.collect::<Vec<_>>())?);
    }
    if let Some(note) = &said.note {
        put("note", serde_json::json!([{ "text": note }]));
    }
    Ok(members)
}

/// What of such an item are numbers: raw, because decimals keep their digits.
pub(super) fn numbers(
    said: &NewObservation,
) -> Result<Vec<(&'static str, Box<RawValue>)>, serde_json::Error> {
    let mut numbers = Vec::new();
    if let ObservedValue::Quantity { value, comparator, unit } = &said.value {
        let unit = (!unit.is_empty()).then(|| unit.clone());
        let value = Some(digits(*value)?);
        let quantity =
            Quantity { value, comparator: comparator.clone(), unit, ..Quantity::default() };
        numbers.push(("valueQuantity", serde_json::value::to_raw_value(&quantity)?));
    }
    if let Some(Range { low, high, text }) = &said.range {
        let side = |value: &Option<Decimal>| {
            let value = value.map(digits).transpose()?;
            Ok::<_, serde_json::Error>(
                value.map(|value| Quantity { value: Some(value), ..Quantity::default() }),
            )
        };
        let range = RangeOut { low: side(low)?, high: side(high)?, text: text.as_deref() };
        numbers.push(("referenceRange", serde_json::value::to_raw_value(&[range])?));
    }
    Ok(numbers)
}

#[derive(serde::Serialize)]
struct RangeOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

fn digits(value: Decimal) -> Result<DecimalText, serde_json::Error> {
    serde_json::from_str(&value.to_string())
}

/// A term as FHIR writes it.
pub(super) fn concept(code: &Code) -> Result<serde_json::Value, serde_json::Error> {
    let system = (!code.system.is_empty()).then(|| code.system.clone());
    let coding = citygate_fhir::Coding { system, code: Some(code.code.clone()), display: None };
    let text = Some(code.display.clone());
    serde_json::to_value(CodeableConcept { coding: vec![coding], text })
}

#[cfg(test)]
mod tests;
