//! `draft …`: read, change, approve or put off what the bot would say.

use crate::domain::Role;

use super::{Args, Command, CommandSpec, Line, Problem, Query};

pub(super) const SHOW: CommandSpec = CommandSpec {
    name: "draft show",
    usage: "draft show ID",
    role: Role::Staff,
    about_key: "command-draft-show",
    parse: |args| Ok(Line::Query(Query::DraftShow(args.draft()?))),
};

pub(super) const EDIT: CommandSpec = CommandSpec {
    name: "draft edit",
    usage: "draft edit ID \"text\"",
    role: Role::Staff,
    about_key: "command-draft-edit",
    parse: edit,
};

pub(super) const PUBLISH: CommandSpec = CommandSpec {
    name: "draft publish",
    usage: "draft publish ID [--revision N] [--anyway]",
    role: Role::Staff,
    about_key: "command-draft-publish",
    parse: publish,
};

pub(super) const DISMISS: CommandSpec = CommandSpec {
    name: "draft dismiss",
    usage: "draft dismiss ID",
    role: Role::Staff,
    about_key: "command-draft-dismiss",
    parse: |args| Ok(Line::Command(Command::DraftDismiss { draft: args.draft()? })),
};

pub(super) const WAIT: CommandSpec = CommandSpec {
    name: "draft wait",
    usage: "draft wait ID 15m",
    role: Role::Staff,
    about_key: "command-draft-wait",
    parse: wait,
};

pub(super) const LIST: CommandSpec = CommandSpec {
    name: "draft list",
    usage: "draft list",
    role: Role::Staff,
    about_key: "command-draft-list",
    parse: |_| Ok(Line::Query(Query::DraftList)),
};

fn edit(args: &mut Args) -> Result<Line, Problem> {
    let draft = args.draft()?;
    let text = args.text("text")?;
    Ok(Line::Command(Command::DraftEdit { draft, text }))
}

fn publish(args: &mut Args) -> Result<Line, Problem> {
    let anyway = args.flag("anyway")?;
    let revision = args.revision_option()?;
    let draft = args.draft()?;
    Ok(Line::Command(Command::DraftPublish { draft, revision, anyway }))
}

fn wait(args: &mut Args) -> Result<Line, Problem> {
    let draft = args.draft()?;
    let wait_s = args.span_s("how long")?;
    Ok(Line::Command(Command::DraftWait { draft, wait_s }))
}
