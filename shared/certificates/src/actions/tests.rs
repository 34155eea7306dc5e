//! What is promised of certificates, against the real database.

mod certificates;
mod keys;
mod scene;
