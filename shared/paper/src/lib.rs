//! What people would rather look at than read: documents as PDF, and charts as SVG.
//!
//! | noun | what it is |
//! |---|---|
//! | [`pdf::Document`] | words in their places on A4: facts, tables, paragraphs |
//! | [`pdf::Printer`] | makes documents, a few at a time, on threads that nobody else waits for |
//! | [`svg::LineChart`] | values over time, with what is usual |
//! | [`svg::BarChart`] | amounts of money by month, in parts |
//! | [`svg::RankChart`] | how often each of some things, the most frequent first |
//!
//! Invariants: nothing here knows what is printed or drawn; no text leaves its page or picture; a
//! character that the font does not have is seen; nothing is told by colour alone.

pub mod pdf;
pub mod svg;
