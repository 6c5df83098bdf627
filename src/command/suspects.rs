//! `suspects`: what the evidence points at.

use crate::domain::Role;

use super::{CommandSpec, Line, Query};

pub(super) const SUSPECTS: CommandSpec = CommandSpec {
    name: "suspects",
    args: &[],
    role: Role::Staff,
    about_key: "command-suspects",
    parse: |_| Ok(Line::Query(Query::Suspects)),
};
