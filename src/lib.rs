//! Citygate: the composition root. Everything that is one thing of the city is put together here;
//! nothing is decided here.
//!
//! | room | what it does |
//! |---|---|
//! | [`settings`] | flags over variables over a file, read once |
//! | [`services`] | the list of all parts of the city |
//! | [`migrations`] | the timelines of all owners |
//! | [`instance`] | a running city: database, server, worker, in the order they need each other |
//! | [`commands`] | what the command line can do |
//! | [`documents`] | the OpenAPI document and the table of problems |
//! | [`demo`] | the demo city, and the story that is played in it |

pub mod commands;
pub mod demo;
pub mod documents;
pub mod instance;
pub mod migrations;
pub mod services;
pub mod settings;
