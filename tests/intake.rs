//! Intake over a real socket: the API, the form, the console, the server's bounds, and the table of hostile inputs.
#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests stop at the first surprise and wait in real time"
)]

#[path = "intake/api.rs"]
mod api;
#[path = "intake/console.rs"]
mod console;
#[path = "intake/form.rs"]
mod form;
mod hostile;
#[path = "intake/recorder.rs"]
mod recorder;
#[path = "intake/server.rs"]
mod server;
#[path = "intake/table.rs"]
mod table;
