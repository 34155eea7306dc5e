//! HL7 version 2 as text: messages, their encoding characters and character sets, acknowledgements,
//! and the framing of MLLP, without any input or output.
//!
//! | noun | what it is |
//! |---|---|
//! | [`Message`] | segments of fields, as one sender has sent them |
//! | [`Header`] | MSH, typed: who sends what, in which version and character set |
//! | [`Segment`], [`Field`], [`Value`] | views on the text; nothing is decoded before somebody asks |
//! | [`Location`] | where something stands: `OBX[3]-5.1` |
//! | [`Timestamp`] | a DTM of any precision, with or without a zone |
//! | [`Answer`] | what an acknowledgement says |
//! | [`Frames`] | messages out of a stream of MLLP |
//!
//! Invariants: bytes that are no text in the message's character set are an error and never replaced;
//! what comes in is bounded in size, segments and fields; a view never fails, whatever is asked for.
//!
//! Sources: HL7 Version 2.5.1 and 2.8, chapter 2 (Control); MLLP Release 1 (HL7 transport
//! specification). There are crates that parse HL7 v2; the best kept has not been released since
//! February 2025, borrows a text that is UTF-8 already, and knows neither limits nor GB 18030.

mod ack;
mod charset;
mod delimiters;
mod header;
mod location;
mod message;
mod mllp;
mod parse;
mod time;

pub use ack::{AckCode, Answer, ErrorCode, MessageError, ack};
pub use charset::Charset;
pub use delimiters::Delimiters;
pub use header::{Header, Version};
pub use location::Location;
pub use message::{Field, Message, Segment, Value};
pub use mllp::{FrameTooLong, Frames, frame};
pub use parse::{Fault, Malformed, parse};
pub use time::{Precision, Timestamp};

/// The largest message, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;
/// The most segments of a message.
pub const MAX_SEGMENTS: usize = 2_000;
/// The most fields of a segment.
pub const MAX_FIELDS: usize = 500;
