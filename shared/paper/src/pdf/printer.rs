//! Documents are made beside everything else.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{Document, PdfError, render};

/// How many documents are made at once. Whoever comes beside them is asked to come again.
const AT_ONCE: usize = 2;

/// Makes documents on threads of their own, a few at a time. Cheap to clone; clones share the few.
#[derive(Debug, Clone)]
pub struct Printer(Arc<Semaphore>);

/// Why a document was not printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    /// Others are being printed; it may work a moment later.
    #[error("too many documents are being made")]
    Busy,
    /// It cannot be printed.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// The process ends.
    #[error("it was interrupted")]
    Interrupted,
}

impl Printer {
    /// A printer of its own.
    #[expect(clippy::new_without_default, reason = "there is no usual one: a process has one")]
    pub fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// The document as PDF 1.7.
    pub async fn print(&self, document: Document) -> Result<Vec<u8>, PrintError> {
        let place = Arc::clone(&self.0).try_acquire_owned().map_err(|_| PrintError::Busy)?;
        let printed = tokio::task::spawn_blocking(move || {
            let printed = render(&document);
            drop(place);
            printed
        });
        Ok(printed.await.map_err(|_| PrintError::Interrupted)??)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_comes_beside_the_few_is_asked_to_come_again() {
        let printer = Printer::new();
        let places = Arc::clone(&printer.0).acquire_many_owned(2).await.unwrap();
        assert_eq!(printer.clone().print(Document::default()).await, Err(PrintError::Busy));
        drop(places);
        assert!(printer.print(Document::default()).await.is_ok());
        assert_eq!(printer.0.available_permits(), AT_ONCE, "each place is given back");
    }
}
