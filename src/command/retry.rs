//! `retry`: a post that did not arrive is tried again.

use crate::domain::Role;

use super::{Arg, Args, Command, CommandSpec, Kind, Line, Problem};

pub(super) const RETRY: CommandSpec = CommandSpec {
    name: "retry",
    args: &[Arg::word("post", "POST", Kind::Post), Arg::flag("not-there")],
    role: Role::Staff,
    about_key: "command-retry",
    parse: retry,
};

fn retry(args: &mut Args) -> Result<Line, Problem> {
    let not_there = args.flag("not-there")?;
    let post = args.post()?;
    Ok(Line::Command(Command::Retry { post, not_there }))
}
