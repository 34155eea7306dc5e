//! HL7 version 2 over MLLP: connections that are trusted for where they come from.
//!
//! MLLP has no credentials, no signatures and no encryption. It is for private networks, a VPN, or a
//! tunnel of TLS that ends in front of it. Whoever speaks from no network that is registered is hung
//! up on unread; what is read is answered by the name that its sender gives and the network that it
//! speaks from, together. A hospital that has to sign its messages cannot use it.

use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener},
    rc::Rc,
    sync::Arc,
    thread,
    time::Duration,
};

use citygate_hl7v2::{Charset, Frames, Header, frame, parse};
use citygate_kernel::{Id, Kind, Locale, Problem};
use citygate_platform::{Cx, Platform};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Semaphore, watch},
    task::LocalSet,
    time::timeout,
};

use super::{
    MessageFault,
    desk::{Acknowledgement, Envelope, Unopened, open, refused, take},
    peers::{MllpPeer, is_enabled, mllp_peers, named},
};
use crate::{Error, registry::Registry};

/// Settings of the listener.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MllpSettings {
    /// Address and port, on a private network. Nobody listens where it is not set, except in a demo
    /// city, on 127.0.0.1.
    pub listen: Option<String>,
    /// Connections at a time; more wait to be accepted.
    pub connections: usize,
    /// After how many seconds without a message a connection is closed.
    pub idle_seconds: u64,
    /// Within how many seconds a message that has begun must have arrived, and its answer be taken.
    pub message_seconds: u64,
}

impl Default for MllpSettings {
    fn default() -> Self {
        Self { listen: None, connections: 64, idle_seconds: 600, message_seconds: 20 }
    }
}

enum MllpMessageKind {}
impl Kind for MllpMessageKind {
    const PREFIX: &'static str = "mllp";
}

/// How long connections have, on the way out, to finish what they have begun.
const FAREWELL: Duration = Duration::from_secs(10);

/// A listener that runs.
pub struct MllpServer {
    /// Where.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    thread: thread::JoinHandle<()>,
}

impl MllpServer {
    /// Takes the address, before anything slow is done.
    pub fn bind(address: &str) -> io::Result<TcpListener> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    }

    /// Listens, on a thread of its own: what services do stays on the thread where it began.
    pub fn start(
        listener: TcpListener,
        platform: &Platform,
        registry: Registry,
        settings: &MllpSettings,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let desk = Desk { platform: platform.clone(), registry, settings: settings.clone() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::spawn(move || {
            LocalSet::new().block_on(&runtime, async move {
                if let Err(error) = serve(listener, desk, stopped).await {
                    tracing::error!(%error, "MLLP: the listener has ended");
                }
            });
        });
        Ok(Self { address, stop, thread })
    }

    /// Accepts nobody any more, answers what has arrived whole, and hangs up.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = tokio::task::spawn_blocking(move || self.thread.join()).await;
    }
}

struct Desk {
    platform: Platform,
    registry: Registry,
    settings: MllpSettings,
}

async fn serve(
    listener: TcpListener,
    desk: Desk,
    mut stopped: watch::Receiver<bool>,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let places = u32::try_from(desk.settings.connections.max(1)).unwrap_or(u32::MAX);
    let free = Arc::new(Semaphore::new(desk.settings.connections.max(1)));
    let desk = Rc::new(desk);
    while !*stopped.borrow() {
        let place = tokio::select! {
            place = Arc::clone(&free).acquire_owned() => place.map_err(io::Error::other)?,
            _ = stopped.changed() => break,
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Too many files, or a client that was gone already: it passes.
                    tracing::warn!(%error, "MLLP: a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            _ = stopped.changed() => break,
        };
        let (desk, stopped) = (Rc::clone(&desk), stopped.clone());
        tokio::task::spawn_local(async move {
            let end = desk.converse(stream, peer.ip(), stopped).await;
            tracing::debug!(%peer, ?end, "MLLP: a connection has ended");
            drop(place);
        });
    }
    drop(listener);
    let _ = timeout(FAREWELL, free.acquire_many(places)).await;
    Ok(())
}

/// Why a connection has ended.
#[derive(Debug)]
enum End {
    HungUp,
    Stranger,
    Idle,
    TooSlow,
    TooLong,
    Stopped,
    Broken(#[expect(dead_code, reason = "the log shows it")] io::Error),
    NoPeers(#[expect(dead_code, reason = "the log shows it")] Error),
}

impl Desk {
    /// One message after the other: nothing more is read before the answer is taken, and answers
    /// keep the order of what they answer. What has begun is finished, whoever hangs up.
    async fn converse(
        &self,
        mut stream: TcpStream,
        from: IpAddr,
        mut stopped: watch::Receiver<bool>,
    ) -> End {
        match self.peers().await {
            Ok(peers) if peers.iter().any(|peer| peer.speaks_from(from)) => {}
            Ok(_) => {
                tracing::warn!(%from, "MLLP: hung up on an address that nobody is registered at");
                return End::Stranger;
            }
            Err(error) => return End::NoPeers(error),
        }
        let mut frames = Frames::default();
        let mut began = tokio::time::Instant::now();
        let mut chunk = vec![0; 16 * 1024];
        loop {
            match frames.take() {
                Ok(Some(message)) => {
                    let answer = frame(&self.answer(&message, from).await);
                    if let Err(end) = self.send(&mut stream, &answer).await {
                        return end;
                    }
                    began = tokio::time::Instant::now();
                    continue;
                }
                Ok(None) if *stopped.borrow() => return End::Stopped,
                Ok(None) => {}
                Err(_) => return End::TooLong,
            }
            let within = frames.is_within();
            let limit =
                if within { self.settings.message_seconds } else { self.settings.idle_seconds };
            let read = tokio::select! {
                read = tokio::time::timeout_at(began + Duration::from_secs(limit),
                    stream.read(&mut chunk)) => read,
                _ = stopped.changed() => continue,
            };
            match read {
                Err(_) => return if within { End::TooSlow } else { End::Idle },
                Ok(Err(error)) => return End::Broken(error),
                Ok(Ok(0)) => return End::HungUp,
                Ok(Ok(count)) => frames.push(chunk.get(..count).unwrap_or_default()),
            }
            if !within && frames.is_within() {
                began = tokio::time::Instant::now();
            }
        }
    }

    async fn send(&self, stream: &mut TcpStream, answer: &[u8]) -> Result<(), End> {
        let limit = Duration::from_secs(self.settings.message_seconds);
        match timeout(limit, stream.write_all(answer)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(End::Broken(error)),
            Err(_) => Err(End::TooSlow),
        }
    }

    async fn peers(&self) -> Result<Vec<MllpPeer>, Error> {
        let db = &self.platform.db;
        db.read("exchange.mllp_peers", async |tx| mllp_peers(tx).await).await
    }

    /// The acknowledgement of a message.
    async fn answer(&self, bytes: &[u8], from: IpAddr) -> Vec<u8> {
        let id = Id::<MllpMessageKind>::new(&self.platform.clock).to_string();
        let cx = self.platform.cx(Locale::ZhCn, id);
        let acknowledgement = match self.heard(&cx, bytes, from).await {
            Ok(acknowledgement) => acknowledgement,
            Err(error) => refused(cx.clock.now(), &header_of(bytes), Problem::from(error)),
        };
        if let Some(problem) = &acknowledgement.problem {
            log(&cx, problem, from);
        }
        acknowledgement.bytes
    }

    async fn heard(&self, cx: &Cx, bytes: &[u8], from: IpAddr) -> Result<Acknowledgement, Error> {
        let peers = self.peers().await?;
        let header = header_of(bytes);
        let Some(peer) = named(&peers, &header) else {
            let problem = Problem::from(MessageFault::PeerUnknown);
            return Ok(refused(cx.clock.now(), &header, problem));
        };
        let sender = peer.sender();
        let enabled =
            cx.db.read("exchange.mllp_sender", async |tx| is_enabled(tx, sender).await).await?;
        let opened = if enabled && peer.speaks_from(from) {
            open(&self.registry, bytes, peer.charset)
        } else {
            // Among the hospital's refusals, so that it learns who speaks in its name.
            Err(Box::new(Unopened { header, fault: MessageFault::PeerUnknown }))
        };
        let envelope = Envelope { sender, bytes, proof: None };
        Ok(take(cx, &opened, &envelope).await)
    }
}

/// The header of bytes, before it is known who sent them.
fn header_of(bytes: &[u8]) -> Header {
    match parse(bytes, Charset::Utf8) {
        Ok(message) => message.header().clone(),
        Err(malformed) => {
            malformed.header.map_or_else(|| Header::unknown(Charset::Utf8), |header| *header)
        }
    }
}

fn log(cx: &Cx, problem: &Problem, from: IpAddr) {
    let (id, code) = (&cx.request_id, problem.kind.code);
    match &problem.cause {
        Some(cause) => tracing::error!(%id, code, %from, ?cause, "MLLP: failed"),
        None => tracing::warn!(%id, code, %from, "MLLP: refused"),
    }
}
