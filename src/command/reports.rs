//! `reports …`: what customers reported, and what it is about.

use crate::domain::Role;

use super::{Arg, Args, Command, CommandSpec, Kind, Line, Problem, Query};

pub(super) const LIST: CommandSpec = CommandSpec {
    name: "reports list",
    args: &[],
    role: Role::Staff,
    about_key: "command-reports-list",
    parse: |_| Ok(Line::Query(Query::ReportsList)),
};

pub(super) const ASSIGN: CommandSpec = CommandSpec {
    name: "reports assign",
    args: &[Arg::REPORT, Arg::word("server", "SERVER", Kind::Server)],
    role: Role::Staff,
    about_key: "command-reports-assign",
    parse: assign,
};

pub(super) const DISMISS: CommandSpec = CommandSpec {
    name: "reports dismiss",
    args: &[Arg::REPORT],
    role: Role::Staff,
    about_key: "command-reports-dismiss",
    parse: |args| Ok(Line::Command(Command::ReportsDismiss { report: args.report()? })),
};

fn assign(args: &mut Args) -> Result<Line, Problem> {
    let report = args.report()?;
    let server = args.server()?;
    Ok(Line::Command(Command::ReportsAssign { report, server }))
}
