//! Discord's face: what people type, press and say there becomes inputs, and gets its answer there.
//!
//! Plain data in, plain data out: [`heard`] is what came, [`answer`] what goes back; between them
//! [`Face`] decides with pure functions, one file a concern ([`menu`], [`line`](mod@line), [`rights`],
//! [`messages`], [`floods`], [`trouble`]). serenity stays at the edge: `gateway` hears and keeps the
//! connection, `translate` makes plain data of events, `respond` answers within Discord's three
//! seconds. What the bot is asked for goes through [`House`], which `app` keeps.
//!
//! Must not: send posts (`broadcast` does), know the engine's rules, let a Discord account into the
//! chain, or ping anybody. Start at [`Face::hear`]; the connection at [`run`].

pub mod answer;
mod buttons;
pub mod cards;
mod catch_up;
mod client;
mod commands;
mod complete;
pub mod events;
mod face;
pub mod floods;
mod gateway;
pub mod heard;
mod house;
pub mod line;
pub mod menu;
pub mod messages;
mod presence;
mod reports;
mod respond;
pub mod rights;
mod status;
mod subscribe;
mod translate;
pub mod trouble;
mod wire;

pub use face::{Face, Setup};
pub use gateway::run;
pub use house::{Caller, House, Told};
