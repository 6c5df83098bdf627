//! `delete`: a post is taken back where it stands.

use crate::domain::Role;

use super::{Arg, Args, Command, CommandSpec, Kind, Line, Problem};

pub(super) const DELETE: CommandSpec = CommandSpec {
    name: "delete",
    args: &[Arg::word("post", "POST", Kind::Post)],
    role: Role::Admin,
    about_key: "command-delete",
    parse: delete,
};

fn delete(args: &mut Args) -> Result<Line, Problem> {
    Ok(Line::Command(Command::Delete { post: args.post()? }))
}
