//! The framing of MLLP (Minimal Lower Layer Protocol, release 1): `<VT>` message `<FS><CR>`.

use crate::MAX_BYTES;

const START: u8 = 0x0B;
const END: u8 = 0x1C;
const CR: u8 = 0x0D;

/// A message as it is sent.
pub fn frame(message: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(message.len() + 3);
    framed.push(START);
    framed.extend_from_slice(message);
    framed.extend_from_slice(&[END, CR]);
    framed
}

/// A message does not end within the limit. What follows in the stream cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the message does not end within 1 MiB")]
pub struct FrameTooLong;

/// Messages out of a stream, however it is cut. Whatever stands between frames is dropped.
#[derive(Debug, Default)]
pub struct Frames {
    buffer: Vec<u8>,
    /// How much of the buffer is known to hold no end.
    searched: usize,
}

impl Frames {
    /// Takes what was read.
    pub fn push(&mut self, bytes: &[u8]) {
        let between = self.buffer.is_empty();
        let start = if between { bytes.iter().position(|b| *b == START) } else { Some(0) };
        if let Some(wanted) = start.and_then(|start| bytes.get(start..)) {
            self.buffer.extend_from_slice(wanted);
        }
    }

    /// The next message that is whole.
    pub fn take(&mut self) -> Result<Option<Vec<u8>>, FrameTooLong> {
        let unsearched = self.buffer.get(self.searched..).unwrap_or_default();
        let Some(found) = unsearched.windows(2).position(|pair| pair == [END, CR]) else {
            self.searched = self.buffer.len().saturating_sub(1);
            return if self.buffer.len() > MAX_BYTES + 2 { Err(FrameTooLong) } else { Ok(None) };
        };
        let end = self.searched + found;
        let rest = self.buffer.split_off(end + 2);
        let framed = std::mem::take(&mut self.buffer);
        self.searched = 0;
        self.push(&rest);
        let message = framed.get(1..end).unwrap_or_default();
        if message.len() > MAX_BYTES { Err(FrameTooLong) } else { Ok(Some(message.to_vec())) }
    }

    /// Whether a message has begun and not ended.
    pub fn is_within(&self) -> bool {
        !self.buffer.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(frames: &mut Frames) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| frames.take().unwrap()).collect()
    }

    #[test]
    fn messages_are_taken_as_they_come() {
        for (chunks, expected, within) in [
            (vec![&b"\x0bA\x1c\x0d"[..]], vec![&b"A"[..]], false),
            (vec![b"\x0bA\x1c\x0d\x0bB\x1c\x0d"], vec![b"A", b"B"], false),
            (vec![b"\x0bA", b"B\x1c", b"\x0d"], vec![b"AB"], false),
            (vec![b"junk\r\n\x0bA\x1c\x0djunk\x0bB"], vec![b"A"], true),
            (vec![b"junk", b"\x1c\x0d"], vec![], false),
            (vec![b"\x0b\x1c\x0d"], vec![b""], false),
            (vec![b"\x0bA\x1cB\x1c\x0d"], vec![b"A\x1cB"], false),
        ] {
            let mut frames = Frames::default();
            let mut found = Vec::new();
            for chunk in &chunks {
                frames.push(chunk);
                found.extend(all(&mut frames));
            }
            assert_eq!(found, expected, "{chunks:?}");
            assert_eq!(frames.is_within(), within, "{chunks:?}");
        }
    }

    #[test]
    fn a_message_without_an_end_is_given_up() {
        let mut frames = Frames::default();
        frames.push(&[START]);
        frames.push(&vec![b'a'; MAX_BYTES]);
        assert_eq!(frames.take(), Ok(None));
        frames.push(b"aa");
        assert_eq!(frames.take(), Err(FrameTooLong));
    }

    proptest! {
        #[test]
        fn however_a_stream_is_cut_the_messages_are_the_same(
            messages in proptest::collection::vec("[A-Z|\r]{0,20}", 0..6),
            sizes in proptest::collection::vec(1_usize..9, 1..9),
        ) {
            let stream: Vec<u8> = messages.iter().flat_map(|m| frame(m.as_bytes())).collect();
            let (mut frames, mut found, mut rest) = (Frames::default(), Vec::new(), &stream[..]);
            for size in sizes.iter().cycle() {
                if rest.is_empty() { break }
                let (chunk, after) = rest.split_at((*size).min(rest.len()));
                frames.push(chunk);
                found.extend(all(&mut frames));
                rest = after;
            }
            let sent: Vec<Vec<u8>> = messages.iter().map(|m| m.as_bytes().to_vec()).collect();
            prop_assert_eq!(found, sent);
        }
    }
}
