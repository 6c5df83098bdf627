//! `deliveries`: posts that have not arrived, or may not have.

use crate::domain::Role;

use super::{CommandSpec, Line, Query};

pub(super) const DELIVERIES: CommandSpec = CommandSpec {
    name: "deliveries",
    args: &[],
    role: Role::Staff,
    about_key: "command-deliveries",
    parse: |_| Ok(Line::Query(Query::Deliveries)),
};
