//! `status`: how things stand, in public words.

use crate::domain::Role;

use super::{CommandSpec, Line, Query};

pub(super) const STATUS: CommandSpec = CommandSpec {
    name: "status",
    args: &[],
    role: Role::Customer,
    about_key: "command-status",
    parse: |_| Ok(Line::Query(Query::Status)),
};
