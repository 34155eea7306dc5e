//! Argon2id, a few at a time.

use std::{fmt, sync::Arc};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use citygate_platform::keys::random;
use tokio::sync::Semaphore;

use crate::{error::Error, rules::Password};

/// Memory of one hash in KiB, passes over it, and lanes (OWASP Password Storage Cheat Sheet).
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How many are computed at once: 76 MiB, and never all threads that may block.
const AT_ONCE: usize = 4;

/// Hashes and verifies passwords on threads of their own. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Hasher(Arc<Inner>);

struct Inner {
    places: Semaphore,
    argon2: Argon2<'static>,
    /// Of no password: what is verified against where there is no account, at the same cost.
    nobody: String,
}

/// Whether a password was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Wrong,
    Right,
    /// Right, and hashed with less than what is used today.
    Outdated,
}

/// A hash could not be computed, which is a fault of ours.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed: {0}")]
pub struct HashError(String);

impl Hasher {
    pub(crate) fn new() -> Result<Self, HashError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(failed)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, &random::<32>())?;
        Ok(Self(Arc::new(Inner { places: Semaphore::new(AT_ONCE), argon2, nobody })))
    }

    /// A PHC string with a salt of its own.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, Error> {
        self.blocking(move |inner| Ok(hash(&inner.argon2, password.expose().as_bytes())?)).await
    }

    /// Compares a password with a PHC string, or with that of nobody.
    pub(crate) async fn verify(
        &self,
        password: Password,
        phc: Option<String>,
    ) -> Result<Verdict, Error> {
        self.blocking(move |inner| {
            let known = phc.is_some();
            let phc = phc.unwrap_or_else(|| inner.nobody.clone());
            let stored = PasswordHash::new(&phc).map_err(failed)?;
            let right = inner.argon2.verify_password(password.expose().as_bytes(), &stored);
            Ok(match (known && right.is_ok(), is_outdated(&stored)) {
                (false, _) => Verdict::Wrong,
                (true, false) => Verdict::Right,
                (true, true) => Verdict::Outdated,
            })
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let inner = Arc::clone(&self.0);
        let _place = self.0.places.acquire().await.map_err(failed)?;
        tokio::task::spawn_blocking(move || work(&inner)).await.map_err(failed)?
    }
}

fn failed(error: impl fmt::Display) -> HashError {
    HashError(error.to_string())
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> Result<String, HashError> {
    let hash = argon2.hash_password_with_salt(password, &random::<16>());
    Ok(hash.map_err(failed)?.to_string())
}

fn is_outdated(stored: &PasswordHash) -> bool {
    let today = (Some(MEMORY_KIB), Some(PASSES), Some(LANES));
    let params = Params::try_from(stored).ok();
    let used = params.map(|p| (Some(p.m_cost()), Some(p.t_cost()), Some(p.p_cost())));
    stored.algorithm.as_str() != "argon2id" || used != Some(today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_alone() {
        let hasher = Hasher::new().unwrap();
        let right: Password = "correct horse battery staple".parse().unwrap();
        let wrong: Password = "correct horse battery stable".parse().unwrap();
        let phc = hasher.hash(right.clone()).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_ne!(phc, hasher.hash(right.clone()).await.unwrap(), "a salt of its own");
        let verify = async |password: &Password, phc: Option<&String>| {
            hasher.verify(password.clone(), phc.cloned()).await.unwrap()
        };
        assert_eq!(verify(&right, Some(&phc)).await, Verdict::Right);
        assert_eq!(verify(&wrong, Some(&phc)).await, Verdict::Wrong);
        assert_eq!(verify(&right, None).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_hash_of_less_is_outdated() {
        let params = Params::new(8 * 1_024, 1, 1, None).unwrap();
        let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let phc = hash(&cheap, b"correct horse battery staple").unwrap();
        let hasher = Hasher::new().unwrap();
        let verify = async |text: &str| {
            hasher.verify(text.parse().unwrap(), Some(phc.clone())).await.unwrap()
        };
        assert_eq!(verify("correct horse battery staple").await, Verdict::Outdated);
        assert_eq!(verify("correct horse battery stable").await, Verdict::Wrong);
    }
}
