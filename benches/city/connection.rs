//! One keep-alive connection that speaks just enough HTTP/1.1: it sends bytes that were made
//! before, and of the answer it reads the status, the length and the body. What the client spends,
//! server and database do not have.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::Failure;

/// A connection with its buffer.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, as long as nothing else is asked.
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// The body as it came.
    pub body: &'a [u8],
}

/// What the head of an answer says.
struct Head {
    status: u16,
    ends: usize,
    length: usize,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(8192) })
    }

    /// Sends a request and waits for the whole answer.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>, Failure> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            self.read_more().await?;
            if let Some(head) = Head::parse(&self.buffer)? {
                break head;
            }
        };
        let whole = head.ends + head.length;
        while self.buffer.len() < whole {
            self.read_more().await?;
        }
        let body = self.buffer.get(head.ends..whole).unwrap_or_default();
        Ok(Answer { status: head.status, body })
    }

    async fn read_more(&mut self) -> Result<(), Failure> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the server closed a connection in the middle of an answer".into()),
            _ => Ok(()),
        }
    }
}

impl Head {
    /// The head, once all of it is there.
    fn parse(bytes: &[u8]) -> Result<Option<Self>, Failure> {
        let Some(blank) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(None);
        };
        let head = str::from_utf8(bytes.get(..blank).unwrap_or_default())?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
        let length = lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
        });
        match (status, length) {
            (Some(status), Some(length)) => Ok(Some(Self { status, ends: blank + 4, length })),
            _ => Err(format!("this is no answer of known length: {head}").into()),
        }
    }
}
