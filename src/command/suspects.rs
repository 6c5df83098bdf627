//! `suspects`: what the evidence points at.

use crate::domain::Role;

use super::{CommandSpec, Line, Query};

pub(super) const SUSPECTS: CommandSpec = CommandSpec {
    name: "suspects",
    usage: "suspects",
    role: Role::Staff,
    about_key: "command-suspects",
    parse: |_| Ok(Line::Query(Query::Suspects)),
};
