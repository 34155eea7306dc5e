//! The way out: an SMTP server, or a folder.

use std::{
    fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::{DateTime, Utc};
use lettre::{
    AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Body, Mailbox,
        header::{ContentTransferEncoding, ContentType},
    },
    transport::{file, smtp},
};

use crate::{EmailAddress, Mail, MailSettings, mail::MailId};

/// How long one address of the mail server may take to answer the call.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long the whole conversation may take: lettre bounds only its beginning, and a job is cut
/// off after 40 seconds.
const SMTP_LIMIT: Duration = Duration::from_secs(30);

/// Why a mail did not leave. It never quotes the mail server's text, which may name the recipient.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The setting `from` is not a mailbox.
    #[error("the sender of mails is not a mail address: {0}")]
    Sender(#[from] lettre::address::AddressError),
    /// The setting `smtp_url` is not the URL of a mail server.
    #[error("the URL of the mail server cannot be used: {0}")]
    Url(#[source] smtp::Error),
    /// The folder for mails cannot be written to.
    #[error("the folder for mails cannot be used: {0}")]
    Folder(#[from] io::Error),
    /// The file for a mail cannot be written.
    #[error("the mail cannot be written to its folder: {0}")]
    File(#[from] file::Error),
    /// The parts do not make a mail.
    #[error("the mail cannot be composed: {0}")]
    Form(#[from] lettre::error::Error),
    /// The mail server does not want it, now or later (5xx).
    #[error("the mail server refused the mail with {0}")]
    Rejected(u16),
    /// The mail server does not want it now (4xx).
    #[error("the mail server put the mail off with {0}")]
    Deferred(u16),
    /// There is no talking to the mail server.
    #[error("the mail server cannot be talked to: {0}")]
    Unreachable(String),
}

impl MailError {
    /// Trying again cannot help.
    pub(crate) fn is_permanent(&self) -> bool {
        matches!(self, Self::Rejected(_) | Self::Form(_))
    }
}

impl From<smtp::Error> for MailError {
    fn from(error: smtp::Error) -> Self {
        match error.status().map(u16::from) {
            // Authentication or encryption is missing (RFC 4954): a fault of the settings, and no
            // reason to give up the mail.
            Some(code @ (530 | 534 | 535 | 538)) => {
                Self::Unreachable(format!("it does not let us in ({code})"))
            }
            Some(code) if error.is_permanent() => Self::Rejected(code),
            Some(code) => Self::Deferred(code),
            None if error.is_response() => Self::Unreachable("its answer makes no sense".into()),
            None => Self::Unreachable(error.to_string()),
        }
    }
}

/// Takes mails out of the house. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    way: Way,
    from: Mailbox,
}

#[derive(Clone)]
enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder { drafts: AsyncFileTransport<Tokio1Executor>, drafts_path: PathBuf, path: PathBuf },
}

impl Mailer {
    /// A mailer after these settings; `default_folder` is used when they name neither a server nor
    /// a folder.
    pub fn new(settings: &MailSettings, default_folder: &Path) -> Result<Self, MailError> {
        let from = settings.from.parse()?;
        let way = match &settings.smtp_url {
            Some(url) => Way::Smtp(
                AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose())
                    .map_err(MailError::Url)?
                    .timeout(Some(CONNECT_LIMIT))
                    .build(),
            ),
            None => {
                let path = settings.folder.as_deref().unwrap_or(default_folder).to_owned();
                let drafts_path = path.join("drafts");
                // Mails hold one-time codes.
                fs::DirBuilder::new().recursive(true).mode(0o700).create(&drafts_path)?;
                Way::Folder { drafts: AsyncFileTransport::new(&drafts_path), drafts_path, path }
            }
        };
        Ok(Self { way, from })
    }

    /// Sends a mail. Repeated with the same id it has the same `Message-ID`, date and file name.
    pub(crate) async fn send(
        &self,
        id: MailId,
        written_at: DateTime<Utc>,
        to: &EmailAddress,
        mail: &Mail,
    ) -> Result<(), MailError> {
        let message = Message::builder()
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .date(written_at.into())
            .from(self.from.clone())
            .to(to.to_address().into())
            .subject(mail.subject.as_str())
            // Without it, clients guess the character set, and guess wrong.
            .header(ContentType::TEXT_PLAIN);
        match &self.way {
            Way::Smtp(server) => {
                let message = message.body(mail.text.clone())?;
                tokio::time::timeout(SMTP_LIMIT, server.send(message))
                    .await
                    .map_err(|_| MailError::Unreachable("it is too slow".into()))??;
            }
            Way::Folder { drafts, drafts_path, path } => {
                let draft = drafts.send(message.body(readable(&mail.text))?).await?;
                // Whoever watches the folder sees whole mails only, the newest last.
                let name = format!("{}-{id}.eml", written_at.format("%Y%m%dT%H%M%S%6fZ"));
                let draft = drafts_path.join(format!("{draft}.eml"));
                tokio::fs::rename(draft, path.join(name)).await?;
            }
        }
        Ok(())
    }
}

/// A file is read by people and their tools as it lies; on the way through mail servers only ASCII
/// is safe.
fn readable(text: &str) -> Body {
    Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::EightBit)
        .unwrap_or_else(Body::new)
}
