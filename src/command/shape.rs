//! What a command's arguments are, as data: from it come the usage that people read, and the typed
//! options of a chat that has its own way of asking for them.
//!
//! Each command describes its own in its file; `tests/command.rs` holds the description against what
//! its parser takes. Must not: read a line (each command's `parse` does).

/// One argument of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arg {
    /// Its name: that of the option (`--name`), and of the field where a chat asks for it. Lower
    /// case. Its help line is `command-option-NAME` in `messages/*/command.ftl`.
    pub name: &'static str,
    /// What stands for it in the usage ("ID", "title", "s1,s2"); nothing for a flag.
    pub shown: &'static str,
    /// Where it stands in the line.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
}

/// Where an argument stands in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A word, in its turn.
    Word,
    /// The text at the end, in quotes.
    Text,
    /// `--name value`.
    Option,
    /// `--name`.
    Flag,
    /// `--name`, only together with the argument before it.
    FlagOfText,
}

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An incident's number.
    Incident,
    /// A draft's number.
    Draft,
    /// A number from 1.
    Number,
    /// How an incident stood when it was read: a button's word for it, for nobody to type.
    Seen,
    /// A report's id.
    Report,
    /// A post's id, or its beginning.
    Post,
    /// A server's id.
    Server,
    /// Servers' ids with commas between.
    Servers,
    /// A component's id, or any name.
    Component,
    /// A maintenance window's number.
    Window,
    /// Ids of servers and components with commas between.
    Targets,
    /// A local time, or `now`.
    Moment,
    /// A time zone's name.
    Zone,
    /// A span of time.
    Span,
    /// A recurrence rule.
    Rule,
    /// Days with commas between.
    Days,
    /// Words.
    Text,
    /// The name of a command.
    Topic,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// There or not.
    Flag,
}

impl Arg {
    pub(super) const INCIDENT: Self = Self::word("incident", "ID", Kind::Incident);
    pub(super) const DRAFT: Self = Self::word("draft", "ID", Kind::Draft);
    pub(super) const WINDOW: Self = Self::word("window", "ID", Kind::Window);
    pub(super) const REPORT: Self = Self::word("report", "REPORT", Kind::Report);
    /// `[--incident ID]`: the open one, unless told.
    pub(super) const OF_INCIDENT: Self = Self::option("incident", "ID", Kind::Incident);
    /// `[--revision N]`: the one that was read.
    pub(super) const REVISION: Self = Self::option("revision", "N", Kind::Number);

    /// `[--seen STATE]`: how it stood when it was read.
    pub(super) const SEEN: Self = Self::option("seen", "STATE", Kind::Seen);

    /// A word that must be there.
    pub(super) const fn word(name: &'static str, shown: &'static str, kind: Kind) -> Self {
        Self { name, shown, place: Place::Word, kind, required: true }
    }

    /// A text that must be there.
    pub(super) const fn text(name: &'static str, shown: &'static str) -> Self {
        Self { name, shown, place: Place::Text, kind: Kind::Text, required: true }
    }

    /// `--name shown`, which may be left out.
    pub(super) const fn option(name: &'static str, shown: &'static str, kind: Kind) -> Self {
        Self { name, shown, place: Place::Option, kind, required: false }
    }

    /// `--name`.
    pub(super) const fn flag(name: &'static str) -> Self {
        Self { name, shown: "", place: Place::Flag, kind: Kind::Flag, required: false }
    }

    /// The same, at a place of its own.
    pub(super) const fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// The same, when it may be left out.
    pub(super) const fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    /// The same, when it must be there.
    pub(super) const fn needed(self) -> Self {
        Self { required: true, ..self }
    }

    fn usage(&self) -> String {
        match self.place {
            Place::Word => self.shown.to_owned(),
            Place::Text => format!("\"{}\"", self.shown),
            Place::Option => format!("--{} {}", self.name, self.shown),
            Place::Flag | Place::FlagOfText => format!("--{}", self.name),
        }
    }
}

/// `name` with its arguments: `incident open "title" --servers s1,s2 [--impact minor|major|critical]`.
/// What only a button writes is not among them.
pub(super) fn usage(name: &str, args: &[Arg]) -> String {
    let mut usage = name.to_owned();
    let args: Vec<&Arg> = args.iter().filter(|arg| arg.kind != Kind::Seen).collect();
    for (place, arg) in args.iter().enumerate() {
        let open = if arg.required { "" } else { "[" };
        usage += &format!(" {open}{}", arg.usage());
        let goes_inside = args.get(place + 1).is_some_and(|next| next.place == Place::FlagOfText);
        if !arg.required && !goes_inside {
            let ends = if arg.place == Place::FlagOfText { "]]" } else { "]" };
            usage += ends;
        }
    }
    usage
}
