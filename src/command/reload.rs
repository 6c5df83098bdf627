//! `reload`: the configuration file is read again.

use crate::domain::Role;

use super::{Command, CommandSpec, Line};

pub(super) const RELOAD: CommandSpec = CommandSpec {
    name: "reload",
    args: &[],
    role: Role::Admin,
    about_key: "command-reload",
    parse: |_| Ok(Line::Command(Command::Reload)),
};
