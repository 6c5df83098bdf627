//! Bellwether: a chat bot that does the talking for a hosting company during outages.
//!
//! The floors, lowest first; a module imports only from lower floors, and siblings do not know each
//! other (`tests/tidy.rs` keeps it so):
//!
//! | Floor | Modules |
//! |---|---|
//! | 0 | [`domain`], [`clock`] |
//! | 1 | [`event`], [`command`], [`render`], [`config`] |
//! | 2 | [`engine`], [`journal`], [`outbox`] |
//! | 3 | [`intake`], [`chat`], [`broadcast`], [`pages`] |
//! | 4 | [`app`] |
//! | 5 | [`cli`] |
//!
//! Start at [`event`] for what enters and leaves, then at [`app`] for the loop that joins all.

pub mod app;
pub mod broadcast;
pub mod chat;
pub mod cli;
pub mod clock;
pub mod command;
pub mod config;
pub mod domain;
pub mod engine;
pub mod event;
pub mod intake;
pub mod journal;
pub mod outbox;
pub mod pages;
pub mod render;
pub mod rests;
