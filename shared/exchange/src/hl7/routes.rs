//! HL7 version 2 over HTTP, as HAPI's "HL7 over HTTP" has it.

use actix_web::{HttpRequest, HttpResponse, http::header, post, web::Data};
use citygate_hl7v2::Charset;
use citygate_identity::Backend;
use citygate_kernel::Problem;
use citygate_platform::{
    Cx,
    http::{Failure, Sent},
};
use utoipa::ToSchema;

use super::{
    desk::{Acknowledgement, Envelope, open, take},
    error::MEDIA_TYPE,
};
use crate::{
    Sender,
    fhir::{Access, Server, require, require_one},
    inbox::Protocol,
    signature,
};

/// What a message in the encoding of strokes is called: as registered practice has it, as HAPI sends
/// it, and as HAPI's specification writes it.
const MEDIA_TYPES: [&str; 3] =
    ["application/hl7-v2", "application/hl7-v2+er7", "x-application/hl7-v2+er7"];

/// A message in the encoding of strokes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is the schema of what is read elsewhere")]
#[schema(
    as = Hl7v2Message,
    pattern = r"^MSH\|[^\r]+\r([A-Z][A-Z0-9]{2}\|[^\r]*\r)+$",
    example = json!(EXAMPLE)
)]
struct MessageBody(String);

/// A blood count of 王芳 of the demo data.
const EXAMPLE: &str = "MSH|^~\\&|LIS|FIRST_HOSPITAL|CITYGATE|330100|20261005093000+0800||\
    ORU^R01^ORU_R01|M-20261005-0009|P|2.5.1||||||UNICODE UTF-8\r\
    PID|1||330106199305120021^^^CHN^NI||王^芳\r\
    OBR|1|PY-20261005-0009|R-20261005-0009|58410-2^血常规^LN|||20261005083000+0800\
    |||||||||||||||20261005093000+0800||HM|F\r\
    OBX|1|NM|6690-2^白细胞计数^LN||9.8|10*9/L|3.5-9.5|H|||F\r";

/// Takes a message of HL7 version 2
///
/// One message in a body: `ORU^R01`, or `SIU` with `S12`, `S13`, `S14`, `S15` or `S26`, of version
/// 2.3 to 2.8. The answer is its acknowledgement, in the message's character set, encoding
/// characters and version, given after COMMIT; its status is 200 whatever it says: `AA`, taken over
/// or held until what it refers to is there (MSA-3 says so); `AE`, to be mended by the sender, with
/// the place in ERR-2; `AR`, not taken over. The same message again, by MSH-10, is given the same
/// answer.
///
/// The character set is that of MSH-18; without it, that of the content type. The token needs what
/// the message writes: `system/DiagnosticReport.write` for results, `system/Appointment.write` for
/// appointments.
#[utoipa::path(
    operation_id = "exchange_hl7v2_message",
    tag = "exchange",
    security(("partner" = ["system/*.write"])),
    request_body(
        content = MessageBody,
        content_type = "application/hl7-v2",
        description = "A message, its segments ended by CR."
    ),
    responses(
        (status = 200, body = String, content_type = "application/hl7-v2",
            description = "The acknowledgement: AA, AE or AR."),
        (status = 401, description = "`exchange.signature_required`, \
            `exchange.signature_invalid`, `exchange.signature_stale`, \
            `exchange.signature_replayed`"),
        (status = 403, description = "`identity.scope_missing`"),
        (status = 415, description = "`exchange.hl7_media_type`")
    )
)]
#[post("/v1/exchange/hl7v2")]
pub(crate) async fn message(
    cx: Cx,
    caller: Backend,
    server: Data<Server>,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Failure> {
    // Who may send no message at all is told so before anything is said of this one.
    let writes = server.registry.receivers.iter().map(|receiver| receiver.writes());
    require_one(&caller, writes, Access::Create)?;
    let (media_type, charset) = media_type(&request).ok_or(Problem::new(&MEDIA_TYPE))?;
    let sender = Sender::of(&caller);
    let proof = signature::check(&cx, &request, Protocol::Hl7v2, sender, &sent.bytes).await?;
    let opened = open(&server.registry, &sent.bytes, charset);
    if let Ok(opened) = &opened {
        require(&caller, opened.receiver().writes(), Access::Create)?;
    }
    let envelope = Envelope { sender, bytes: &sent.bytes, proof: proof.as_ref() };
    render(take(&cx, &opened, &envelope).await, media_type)
}

/// What failed before the message was looked at, or by no fault of it, is a failure of HTTP.
fn render(
    acknowledgement: Acknowledgement,
    media_type: &'static str,
) -> Result<HttpResponse, Failure> {
    let Acknowledgement { bytes, charset, replayed, problem } = acknowledgement;
    let of_transport = |problem: &Problem| matches!(problem.kind.status, 401 | 500..);
    if let Some(problem) = problem.filter(of_transport) {
        return Err(problem.into());
    }
    let mut response = HttpResponse::Ok();
    response.insert_header((
        header::CONTENT_TYPE,
        format!("{media_type}; charset={}", charset.label()),
    ));
    if replayed {
        response.insert_header(("Idempotent-Replayed", "true"));
    }
    Ok(response.body(bytes))
}

/// The media type of a request, and its character set; UTF-8 where it does not say.
fn media_type(request: &HttpRequest) -> Option<(&'static str, Charset)> {
    let text = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    read_media_type(text)
}

fn read_media_type(text: &str) -> Option<(&'static str, Charset)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next()?;
    let known = MEDIA_TYPES.into_iter().find(|known| known.eq_ignore_ascii_case(name))?;
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    let charset = charset.map_or(Some(Charset::Utf8), Charset::named)?;
    Some((known, charset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_says_which_bytes_they_are() {
        for (text, expected) in [
            ("application/hl7-v2", Some(Charset::Utf8)),
            ("Application/HL7-v2; charset=utf-8", Some(Charset::Utf8)),
            ("application/hl7-v2+er7;charset=\"GBK\"", Some(Charset::Gb18030)),
            ("x-application/hl7-v2+er7; charset=gb18030", Some(Charset::Gb18030)),
            ("application/hl7-v2; charset=us-ascii", Some(Charset::Ascii)),
            ("application/hl7-v2; charset=iso-8859-1", None),
            ("application/json", None),
            ("text/plain", None),
            ("", None),
        ] {
            assert_eq!(read_media_type(text).map(|(_, charset)| charset), expected, "{text}");
        }
    }
}
