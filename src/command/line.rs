//! What a line can ask for, as data.

use crate::domain::{
    AsShown, DraftId, Impact, IncidentId, NoticeId, ReportId, ServerId, UpdateKind, WindowId,
};

use super::Maintenance;

/// What a line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Something is to change: it goes into the journal.
    Command(Command),
    /// Something is to be told: it is answered from the state and leaves no trace.
    Query(Query),
}

/// A change that staff ask for. Texts are staff's own words: trimmed, not empty, without control
/// characters but for line breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Open an incident by hand.
    IncidentOpen {
        /// Public title.
        title: String,
        /// At least one, each once, in the order typed; they may be unknown.
        servers: Vec<ServerId>,
        /// `minor` unless told.
        impact: Impact,
    },
    /// Say something new about an incident.
    IncidentUpdate {
        /// Which.
        incident: IncidentId,
        /// `Update`, or with `--state`: `Identified`, `Monitoring`.
        kind: UpdateKind,
        /// Public words.
        text: String,
        /// Publish at once; else a draft.
        publish: bool,
    },
    /// Tell what happened, once an incident is over.
    IncidentPostMortem {
        /// Which.
        incident: IncidentId,
        /// Public words, or a link to them.
        text: String,
        /// Publish at once; else a draft.
        publish: bool,
    },
    /// Say that an incident is over.
    IncidentResolve {
        /// Which.
        incident: IncidentId,
        /// Public words; `None`: the bot drafts them.
        text: Option<String>,
        /// Publish at once; else a draft. Only with a text.
        publish: bool,
        /// How it stood when they decided; `None`: as it stands.
        seen: Option<AsShown>,
    },
    /// Say that an incident was none.
    IncidentFalseAlarm {
        /// Which.
        incident: IncidentId,
        /// How it stood when they decided; `None`: as it stands.
        seen: Option<AsShown>,
    },
    /// Put other words into a draft.
    DraftEdit {
        /// Which.
        draft: DraftId,
        /// Public words.
        text: String,
        /// The language they are a translation into; `None`: they are the draft's own.
        language: Option<&'static str>,
        /// The revision that they change; `None`: the newest.
        revision: Option<u32>,
    },
    /// Approve a draft.
    DraftPublish {
        /// Which.
        draft: DraftId,
        /// The revision that was read; `None`: the newest.
        revision: Option<u32>,
        /// Although the evidence changed.
        anyway: bool,
    },
    /// Decide that a draft is not said.
    DraftDismiss {
        /// Which.
        draft: DraftId,
    },
    /// Be asked again later.
    DraftWait {
        /// Which.
        draft: DraftId,
        /// From now, 1 second to 7 days.
        wait_s: u64,
    },
    /// Say which server a report is about.
    ReportsAssign {
        /// Which.
        report: ReportId,
        /// It may be unknown.
        server: ServerId,
    },
    /// Say that a report is none.
    ReportsDismiss {
        /// Which.
        report: ReportId,
    },
    /// Keep what was tried and what came of it.
    Tried {
        /// In staff's words.
        what: String,
        /// `None`: the open one, if there is just one.
        incident: Option<IncidentId>,
    },
    /// Have a window be as a provider's notice says.
    UpstreamWindow {
        /// Which.
        notice: NoticeId,
        /// How long it is to last, where the notice does not say; 1 second to 7 days.
        length_s: Option<u64>,
        /// The notice's revision that was read; `None`: the newest.
        revision: Option<u32>,
    },
    /// Keep what a provider said.
    UpstreamSaid {
        /// Who: a component's id, or any name.
        who: String,
        /// What they said.
        words: String,
        /// `None`: the open one, if there is just one.
        incident: Option<IncidentId>,
    },
    /// Change something about a maintenance window.
    Maintenance(Maintenance),
    /// Read the configuration again. The program sees to it, not the engine.
    Reload,
    /// Keep a remark.
    Note {
        /// In staff's words.
        words: String,
        /// `None`: the open one, if there is just one.
        incident: Option<IncidentId>,
    },
    /// Try again to send a post that did not arrive.
    Retry {
        /// The beginning of its id, in lower case.
        post: String,
        /// Somebody looked: it does not stand there.
        not_there: bool,
    },
    /// Delete a public post where it stands.
    Delete {
        /// The beginning of its id, in lower case.
        post: String,
    },
}

/// A question about the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// One incident with its timeline.
    IncidentShow(IncidentId),
    /// Open incidents and the latest ended ones.
    IncidentList,
    /// One draft with its words.
    DraftShow(DraftId),
    /// Drafts that wait for an answer.
    DraftList,
    /// Reports that wait for a server, and the latest others.
    ReportsList,
    /// What is suspected, with the evidence.
    Suspects,
    /// Posts that are not sent yet, may have arrived, or failed.
    Deliveries,
    /// One maintenance window with all that was said of it.
    MaintenanceShow(WindowId),
    /// Maintenance windows that are open, and the latest others; for a customer what is announced.
    MaintenanceList,
    /// Evidence to paste into a provider's ticket.
    UpstreamPacket {
        /// `None`: the only one that is open.
        incident: Option<IncidentId>,
        /// As much as there is; else what fits one message.
        in_full: bool,
    },
    /// What providers announced.
    UpstreamNotices,
    /// How things stand, in public words.
    Status,
    /// What can be typed.
    Help {
        /// A command or a noun; `None`: everything.
        topic: Option<String>,
    },
}
