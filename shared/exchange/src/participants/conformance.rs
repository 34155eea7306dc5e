//! What a hospital's system has to show in the sandbox before it goes live: rules as data, and the
//! pure judgement over what it has shown.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_kernel::Text;

use super::model::Abilities;

/// Something that a system has shown, as evidence is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    /// It got a token with a signed assertion, and used it.
    Authenticated,
    /// It read something.
    Read,
    /// An order was accepted.
    OrderFiled,
    /// A preliminary report was accepted.
    PreliminaryFiled,
    /// A final report was accepted; that is, it was matched to an order.
    FinalFiled,
    /// A correction of a report was accepted.
    Corrected,
    /// A report was cancelled, or withdrawn as entered in error.
    TakenBack,
    /// A critical value came with its code.
    CriticalFlagged,
    /// The answer to a message was dropped.
    AnswerDropped,
    /// A message whose answer was dropped was sent again under its number.
    Retried,
    /// A report came before its order, and was held.
    HeldForOrder,
    /// A message for another patient than the order's was held.
    HeldMismatch,
    /// After that a right report was accepted.
    MismatchMended,
    /// A message with a signature was accepted.
    Signed,
    /// A message of HL7 version 2 was accepted.
    Hl7Accepted,
}

impl Fact {
    pub(crate) const ALL: [Self; 15] = [
        Self::Authenticated,
        Self::Read,
        Self::OrderFiled,
        Self::PreliminaryFiled,
        Self::FinalFiled,
        Self::Corrected,
        Self::TakenBack,
        Self::CriticalFlagged,
        Self::AnswerDropped,
        Self::Retried,
        Self::HeldForOrder,
        Self::HeldMismatch,
        Self::MismatchMended,
        Self::Signed,
        Self::Hl7Accepted,
    ];

    /// As a table stores it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Authenticated => "authenticated",
            Self::Read => "read",
            Self::OrderFiled => "order_filed",
            Self::PreliminaryFiled => "preliminary_filed",
            Self::FinalFiled => "final_filed",
            Self::Corrected => "corrected",
            Self::TakenBack => "taken_back",
            Self::CriticalFlagged => "critical_flagged",
            Self::AnswerDropped => "answer_dropped",
            Self::Retried => "retried",
            Self::HeldForOrder => "held_for_order",
            Self::HeldMismatch => "held_mismatch",
            Self::MismatchMended => "mismatch_mended",
            Self::Signed => "signed",
            Self::Hl7Accepted => "hl7_accepted",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fact| fact.name() == name)
    }
}

/// Who has to pass a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Everybody.
    Everybody,
    /// Who said that its messages are signed.
    WhoSigns,
    /// Who said that it speaks HL7 version 2.
    WhoSpeaksHl7,
    /// Nobody; it is good to know.
    Nobody,
}

impl Need {
    fn is_mandatory(self, abilities: Abilities) -> bool {
        match self {
            Self::Everybody => true,
            Self::WhoSigns => abilities.signs,
            Self::WhoSpeaksHl7 => abilities.speaks_hl7,
            Self::Nobody => false,
        }
    }
}

/// Something that a system has to show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub code: &'static str,
    pub need: Need,
    /// What shows it.
    pub fact: Fact,
    /// What is tested: in English, in Chinese.
    what: (&'static str, &'static str),
    /// What to do to pass.
    hint: (&'static str, &'static str),
    /// Where it stands.
    pub reference: &'static str,
}

impl Rule {
    pub(crate) fn what(&self) -> Text {
        Text::new(self.what.0, self.what.1)
    }

    pub(crate) fn hint(&self) -> Text {
        Text::new(self.hint.0, self.hint.1)
    }
}

/// All rules, in the order in which a hospital meets them.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        code: "token",
        need: Need::Everybody,
        fact: Fact::Authenticated,
        what: (
            "A token is got with an assertion signed by the system's own key, and used",
            "使用系统私钥签名的断言获取访问令牌并使用",
        ),
        hint: (
            "POST /v1/oauth/token with grant_type=client_credentials and a client_assertion; then \
             read or send something with the token",
            "以 grant_type=client_credentials 和 client_assertion 请求 /v1/oauth/token，再携带令牌读取或发送",
        ),
        reference: "RFC 7523, 2.2; SMART App Launch 2.2, Backend Services",
    },
    Rule {
        code: "read",
        need: Need::Everybody,
        fact: Fact::Read,
        what: ("Something is read or searched", "读取或检索资源"),
        hint: ("GET /fhir/r4/DiagnosticReport", "请求 GET /fhir/r4/DiagnosticReport"),
        reference: "FHIR R4, 3.1.0 (RESTful API)",
    },
    Rule {
        code: "order",
        need: Need::Everybody,
        fact: Fact::OrderFiled,
        what: ("An order is sent and accepted", "发送医嘱并被接收"),
        hint: (
            "Send a ServiceRequest with the hospital's own number and a specimen patient",
            "发送含院内医嘱号和样本患者的 ServiceRequest",
        ),
        reference: "FHIR R4, ServiceRequest",
    },
    Rule {
        code: "final_report",
        need: Need::Everybody,
        fact: Fact::FinalFiled,
        what: ("A final report is sent and matched to its order", "发送最终报告并与医嘱匹配"),
        hint: (
            "Send a DiagnosticReport of status final with its Observations, based on the order",
            "发送状态为 final、基于该医嘱并含 Observation 的 DiagnosticReport",
        ),
        reference: "FHIR R4, DiagnosticReport.status; HL7 v2 table 0123",
    },
    Rule {
        code: "retry",
        need: Need::Everybody,
        fact: Fact::Retried,
        what: (
            "A message without an answer is sent again under the same number",
            "未获应答的消息以相同编号重发",
        ),
        hint: (
            "PUT /v1/exchange/sandbox with drop_answers, send a message, and send the very same \
             again when 503 comes",
            "先以 PUT /v1/exchange/sandbox 设置 drop_answers，发送消息收到503后，以相同编号和内容重发",
        ),
        reference: "Idempotency-Key; FHIR R4, Bundle.identifier; HL7 v2, MSH-10",
    },
    Rule {
        code: "correction",
        need: Need::Everybody,
        fact: Fact::Corrected,
        what: ("A final report is corrected", "更正最终报告"),
        hint: (
            "Send the report again with status corrected, amended or appended, and a later issued",
            "以 corrected、amended 或 appended 状态及更晚的 issued 重新发送该报告",
        ),
        reference: "FHIR R4, DiagnosticReport.status; HL7 v2 table 0123, C",
    },
    Rule {
        code: "taking_back",
        need: Need::Everybody,
        fact: Fact::TakenBack,
        what: ("A report is cancelled or withdrawn as entered in error", "取消报告或标记为误录"),
        hint: (
            "Send the report again with status cancelled or entered-in-error",
            "以 cancelled 或 entered-in-error 状态重新发送该报告",
        ),
        reference: "FHIR R4, DiagnosticReport.status; HL7 v2 table 0123, X",
    },
    Rule {
        code: "critical_value",
        need: Need::Everybody,
        fact: Fact::CriticalFlagged,
        what: ("A critical value carries its code", "危急值附带危急标志"),
        hint: (
            "Send an Observation with interpretation HH, LL or AA within a report",
            "在报告中发送 interpretation 为 HH、LL 或 AA 的 Observation",
        ),
        reference: "HL7 v3 ObservationInterpretation; HL7 v2 table 0078",
    },
    Rule {
        code: "patient_mismatch",
        need: Need::Everybody,
        fact: Fact::MismatchMended,
        what: (
            "After a report for another patient than the order's was held, a right one is sent",
            "患者与医嘱不一致的报告被挂起后，重新发送正确的报告",
        ),
        hint: (
            "Send a report about another specimen patient than the order's: it is held with 422; \
             then send the right one",
            "发送患者与医嘱不一致的报告（将以422挂起），再发送正确的报告",
        ),
        reference: "docs/hospitals.md, outcomes",
    },
    Rule {
        code: "signature",
        need: Need::WhoSigns,
        fact: Fact::Signed,
        what: (
            "A message carries a signature that holds, made within 300 seconds",
            "消息附带有效签名，且签名时间相差不超过300秒",
        ),
        hint: (
            "Sign content-digest with the registered key (Signature-Input, Signature)",
            "以登记的密钥对 content-digest 签名（Signature-Input、Signature）",
        ),
        reference: "RFC 9421; RFC 9530",
    },
    Rule {
        code: "hl7v2",
        need: Need::WhoSpeaksHl7,
        fact: Fact::Hl7Accepted,
        what: ("A message of HL7 version 2 is answered AA", "HL7 v2 消息获得 AA 应答"),
        hint: (
            "POST an ORU^R01 or SIU^S12 to /v1/exchange/hl7v2, or send it by MLLP",
            "向 /v1/exchange/hl7v2 或通过 MLLP 发送 ORU^R01 或 SIU^S12",
        ),
        reference: "HL7 v2, chapter 2.9 (acknowledgement)",
    },
    Rule {
        code: "preliminary_report",
        need: Need::Nobody,
        fact: Fact::PreliminaryFiled,
        what: ("A preliminary report is sent", "发送初步报告"),
        hint: (
            "Send a DiagnosticReport of status preliminary",
            "发送状态为 preliminary 的 DiagnosticReport",
        ),
        reference: "FHIR R4, DiagnosticReport.status; HL7 v2 table 0123, P",
    },
    Rule {
        code: "early_report",
        need: Need::Nobody,
        fact: Fact::HeldForOrder,
        what: (
            "A report that comes before its order is held, and released by the order",
            "先于医嘱到达的报告被挂起，医嘱到达后自动放行",
        ),
        hint: (
            "Send a report and then its order: the first is answered 202",
            "先发送报告再发送医嘱：前者应答202",
        ),
        reference: "docs/hospitals.md, outcomes",
    },
];

/// A rule, and whether the system has passed it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Finding {
    pub rule: &'static Rule,
    pub mandatory: bool,
    /// When it first did.
    pub passed_at: Option<DateTime<Utc>>,
}

/// What is found of a system with such abilities that has shown this.
pub(crate) fn judge(abilities: Abilities, shown: &BTreeMap<Fact, DateTime<Utc>>) -> Vec<Finding> {
    let finding = |rule: &'static Rule| Finding {
        rule,
        mandatory: rule.need.is_mandatory(abilities),
        passed_at: shown.get(&rule.fact).copied(),
    };
    RULES.iter().map(finding).collect()
}

/// Whether nothing is missing that has to be shown.
pub(crate) fn is_conformant(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| !finding.mandatory || finding.passed_at.is_some())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use citygate_testkit::monday_morning;

    use super::*;

    const PLAIN: Abilities = Abilities { signs: false, speaks_hl7: false };

    fn shown(facts: impl IntoIterator<Item = Fact>) -> BTreeMap<Fact, DateTime<Utc>> {
        facts.into_iter().map(|fact| (fact, monday_morning())).collect()
    }

    #[test]
    fn names_are_unique_and_come_back() {
        for fact in Fact::ALL {
            assert_eq!(Fact::from_name(fact.name()), Some(fact));
        }
        let codes: BTreeSet<_> = RULES.iter().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), RULES.len());
    }

    #[test]
    fn each_mandatory_rule_is_needed_and_together_they_are_enough() {
        for signs in [false, true] {
            for speaks_hl7 in [false, true] {
                let abilities = Abilities { signs, speaks_hl7 };
                let all = shown(Fact::ALL);
                assert!(is_conformant(&judge(abilities, &all)), "{abilities:?}");
                for rule in RULES {
                    let mut less = all.clone();
                    less.remove(&rule.fact);
                    let mandatory = match rule.need {
                        Need::Everybody => true,
                        Need::WhoSigns => signs,
                        Need::WhoSpeaksHl7 => speaks_hl7,
                        Need::Nobody => false,
                    };
                    let conformant = is_conformant(&judge(abilities, &less));
                    assert_eq!(conformant, !mandatory, "{abilities:?} {}", rule.code);
                }
            }
        }
        assert!(!is_conformant(&judge(PLAIN, &BTreeMap::new())));
    }
}
