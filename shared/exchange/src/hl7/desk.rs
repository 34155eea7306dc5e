//! A message from its bytes to its acknowledgement, whatever it came through.

use chrono::{DateTime, Utc};
use citygate_hl7v2::{Answer, Charset, Header, Malformed, Message, ack, parse};
use citygate_kernel::{CityCode, Problem};
use citygate_platform::{Cx, db::Tx};

use super::{MessageFault, Receiver, rules};
use crate::{
    Fault, Sender,
    inbox::{Incoming, Protocol, Received, Reply, receive},
    model::new_id,
    registry::Registry,
    signature::Proof,
};

/// What a message is called among refusals before it is known to be one.
const UNREAD: &str = "HL7v2";

/// What came in.
pub(super) struct Envelope<'a> {
    pub sender: Sender,
    pub bytes: &'a [u8],
    pub proof: Option<&'a Proof>,
}

/// What goes out.
pub(super) struct Acknowledgement {
    pub bytes: Vec<u8>,
    pub charset: Charset,
    /// Whether the message had been answered before.
    pub replayed: bool,
    /// Why it was refused.
    pub problem: Option<Problem>,
}

impl Acknowledgement {
    fn new(header: &Header, text: &str) -> Self {
        let (bytes, charset) = (header.charset.encode(text), header.charset);
        Self { bytes, charset, replayed: false, problem: None }
    }
}

/// A message that was read, and who understands it.
pub(super) struct Opened<'a> {
    message: Message,
    receiver: &'a dyn Receiver,
    /// `ORU^R01`
    what: String,
}

impl<'a> Opened<'a> {
    pub(super) fn receiver(&self) -> &'a dyn Receiver {
        self.receiver
    }
}

/// A message that cannot be handed to anybody.
pub(super) struct Unopened {
    pub header: Header,
    pub fault: MessageFault,
}

/// Reads a message and finds out who understands it.
pub(super) fn open<'a>(
    registry: &'a Registry,
    bytes: &[u8],
    charset: Charset,
) -> Result<Opened<'a>, Box<Unopened>> {
    let message = parse(bytes, charset).map_err(|malformed| {
        let Malformed { fault, location, header } = malformed;
        let header = header.map_or_else(|| Header::unknown(charset), |header| *header);
        Box::new(Unopened { header, fault: MessageFault::Malformed { fault, location } })
    })?;
    let known = rules::check(message.header()).and_then(|()| find(registry, message.header()));
    match known {
        Ok((receiver, what)) => Ok(Opened { message, receiver, what }),
        Err(fault) => Err(Box::new(Unopened { header: message.header().clone(), fault })),
    }
}

fn find<'a>(
    registry: &'a Registry,
    header: &Header,
) -> Result<(&'a dyn Receiver, String), MessageFault> {
    let all = || {
        let receivers = registry.receivers.iter();
        receivers.flat_map(|one| one.messages().iter().map(move |kind| (one.as_ref(), *kind)))
    };
    let mut of_code = all().filter(|(_, (code, _))| *code == header.code).peekable();
    if of_code.peek().is_none() {
        return Err(MessageFault::TypeUnsupported);
    }
    let found = of_code.find(|(_, (_, event))| *event == header.event);
    let (receiver, (code, event)) = found.ok_or(MessageFault::EventUnsupported)?;
    Ok((receiver, format!("{code}^{event}")))
}

/// Carries out what was opened, once, or refuses what was not. The answer is given after COMMIT.
pub(super) async fn take(
    cx: &Cx,
    opened: &Result<Opened<'_>, Box<Unopened>>,
    envelope: &Envelope<'_>,
) -> Acknowledgement {
    let (header, what) = match opened {
        Ok(opened) => (opened.message.header(), opened.what.as_str()),
        Err(unopened) => (&unopened.header, UNREAD),
    };
    let incoming = Incoming {
        sender: envelope.sender,
        protocol: Protocol::Hl7v2,
        message_no: opened.as_ref().ok().map(|_| header.control_id.as_str()),
        what,
        conditions: conditions(header),
        body: envelope.bytes,
        proof: envelope.proof,
        part: None,
    };
    let received = receive(cx, &incoming, async |tx| match opened {
        Ok(opened) => {
            carry_out(cx, tx, envelope.sender, opened).await?;
            Ok(reply(answer(tx.now(), header, &rules::accepted())))
        }
        Err(unopened) => Err(Fault::from(unopened.fault.clone())),
    })
    .await;
    acknowledged(cx, header, received)
}

/// What the message itself does not say: the sender's character set, where it is not the usual one.
fn conditions(header: &Header) -> &'static str {
    let silent = header.charset_name.is_empty() && header.charset != Charset::default();
    if silent { header.charset.label() } else { "" }
}

async fn carry_out(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    opened: &Opened<'_>,
) -> Result<(), Fault> {
    let sandbox = sender.agency.city() == CityCode::SANDBOX;
    rules::check_processing(opened.message.header(), sandbox)?;
    opened.receiver.receive(cx, tx, sender, &opened.message).await
}

/// Carries a message out that was held, in the transaction that releases it. `conditions` are those
/// that it was kept with.
pub(crate) async fn redo(
    cx: &Cx,
    tx: &mut Tx<'_>,
    registry: &Registry,
    sender: Sender,
    (conditions, bytes): (&str, &[u8]),
) -> Result<Reply, Fault> {
    let charset = Charset::named(conditions).unwrap_or_default();
    let opened = open(registry, bytes, charset).map_err(|unopened| Fault::from(unopened.fault))?;
    carry_out(cx, tx, sender, &opened).await?;
    Ok(reply(answer(tx.now(), opened.message.header(), &rules::accepted())))
}

/// What is kept of an answer, and sent again: its text, which is sent in the character set of the
/// message.
fn reply(text: String) -> Reply {
    let content_type = "application/hl7-v2".to_owned();
    Reply { status: 200, content_type, headers: Vec::new(), body: text }
}

fn answer(now: DateTime<Utc>, header: &Header, answer: &Answer) -> String {
    let mut id = new_id(now).simple().to_string();
    // Before version 2.7, MSH-10 has 20 characters.
    id.truncate(20);
    ack(header, answer, &id, now.fixed_offset())
}

fn acknowledged(cx: &Cx, header: &Header, received: Result<Received, Fault>) -> Acknowledgement {
    let now = cx.clock.now();
    match received {
        Ok(Received::Answered { reply, replayed }) => {
            Acknowledgement { replayed, ..Acknowledgement::new(header, &reply.body) }
        }
        Ok(Received::Held { hold, replayed, .. }) => {
            let text = answer(now, header, &rules::held(&hold));
            Acknowledgement { replayed, ..Acknowledgement::new(header, &text) }
        }
        Err(Fault::Held(hold)) => {
            Acknowledgement::new(header, &answer(now, header, &rules::held(&hold)))
        }
        Err(Fault::Refused(error)) => refused(now, header, error.problem()),
    }
}

/// AE or AR for a problem.
pub(super) fn refused(now: DateTime<Utc>, header: &Header, problem: Problem) -> Acknowledgement {
    let text = answer(now, header, &rules::refused(&problem));
    Acknowledgement { problem: Some(problem), ..Acknowledgement::new(header, &text) }
}
