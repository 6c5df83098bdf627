//! Staff's words about providers: what they announce, what they say, and what we measure beside it.

use crate::{
    domain::{Notice, NoticeAbout, ServerEvidence, Suspicion},
    engine::records::NoticeRecord,
    render::{Facts, NoticeWords},
};

use super::Speech;

impl Speech<'_> {
    /// A provider by its component's id, else as it is called.
    pub fn provider(&self, id: &str) -> String {
        self.tamed(&self.staff_name(id))
    }

    fn notices(&self) -> NoticeWords<'_> {
        NoticeWords {
            words: self.words,
            language: self.language,
            timezone: self.timezone(),
            now: self.records.now,
        }
    }

    /// A notice to staff: what it says, what of ours it touches, and what of it is not certain;
    /// with what was known before, where that was another. `hint` says why there is no window.
    pub fn notice(
        &self,
        now: &NoticeRecord,
        before: Option<&NoticeRecord>,
        hint: Option<String>,
    ) -> String {
        let notice = &now.notice;
        let (words, provider) = (self.notices(), self.provider(&notice.provider));
        let facts = Facts::new()
            .text("provider", provider.clone())
            .text("about", notice.about.word())
            .text("notice", now.id.to_string())
            .text("id", self.tamed(&notice.id))
            .text("title", words.title(notice));
        let key = if before.is_some() { "notice-changed" } else { "notice-new" };
        let mut lines = vec![self.say(key, facts)];
        let before = before.map(|before| &before.notice);
        lines.push(self.standing_line(notice, before));
        lines.push(self.when_line(notice, before));
        lines.push(self.touches_line(now));
        lines.extend(words.doubts(notice, &provider));
        lines.extend(hint);
        lines.push(self.weight_line(now, provider));
        lines.join("\n")
    }

    /// What it counts for beside what is measured.
    fn weight_line(&self, record: &NoticeRecord, provider: String) -> String {
        let policy = self.records.settings.policy.published;
        let notice = &record.notice;
        let counts = notice.about == NoticeAbout::Incident
            && !notice.status.is_over()
            && !record.components.is_empty()
            && policy.times > 1;
        let facts = Facts::new()
            .text("provider", provider)
            .number("times", policy.times)
            .text("span", self.span(policy.stale_after_s));
        self.say(if counts { "notice-counts" } else { "notice-not-proof" }, facts)
    }

    fn standing_line(&self, notice: &Notice, before: Option<&Notice>) -> String {
        let words = self.notices();
        let facts = Facts::new().text("standing", words.standing(notice.status));
        match before.filter(|before| before.status != notice.status) {
            Some(before) => {
                self.say("notice-was", facts.text("before", words.standing(before.status)))
            }
            None => self.say("notice-is", facts),
        }
    }

    fn when_line(&self, notice: &Notice, before: Option<&Notice>) -> String {
        let words = self.notices();
        let facts = Facts::new().text("window", words.window(notice.window));
        match before.filter(|before| before.window != notice.window) {
            Some(before) => {
                self.say("notice-when-was", facts.text("before", words.window(before.window)))
            }
            None => self.say("notice-when", facts),
        }
    }

    fn touches_line(&self, record: &NoticeRecord) -> String {
        if record.components.is_empty() {
            let mut objects: Vec<String> =
                record.notice.objects.iter().take(8).map(|one| self.tamed(one)).collect();
            objects.extend(record.notice.account.as_deref().map(|one| self.tamed(one)));
            let objects = if objects.is_empty() {
                self.say("notice-no-objects", Facts::new())
            } else {
                self.list(&objects)
            };
            return self.say("notice-touches-none", Facts::new().text("objects", objects));
        }
        let components: Vec<String> =
            record.components.iter().map(|id| self.staff_name(id.as_str())).collect();
        let facts = Facts::new()
            .text("components", self.list(&components))
            .text("servers", self.staff_servers(&record.servers));
        self.say("notice-touches", facts)
    }

    /// The title of a window that is drafted out of a notice: what is worked on, in public words.
    pub fn title_of_work(&self, targets: &[String]) -> String {
        let kind = |id: &String| self.fleet().components.iter().find(|one| one.id.as_str() == id);
        let kind = targets.iter().find_map(kind).map_or("other", |one| one.kind.word());
        self.say("maintenance-of-provider", Facts::new().text("kind", kind))
    }

    /// A notice in an incident's timeline.
    pub fn notice_said(&self, record: &NoticeRecord) -> String {
        let (words, notice) = (self.notices(), &record.notice);
        let facts = Facts::new()
            .text("provider", self.provider(&notice.provider))
            .text("title", words.title(notice))
            .text("standing", words.standing(notice.status))
            .text("window", words.window(notice.window));
        self.say("notice-said", facts)
    }

    /// A notice in the list of all.
    pub fn notice_row(&self, record: &NoticeRecord) -> String {
        let (words, notice) = (self.notices(), &record.notice);
        let servers = if record.servers.is_empty() {
            self.say("notices-no-servers", Facts::new())
        } else {
            self.staff_servers(&record.servers)
        };
        let facts = Facts::new()
            .text("notice", record.id.to_string())
            .text("provider", self.provider(&notice.provider))
            .text("id", self.tamed(&notice.id))
            .text("title", words.title(notice))
            .text("standing", words.standing(notice.status))
            .text("window", words.window(notice.window))
            .text("servers", servers);
        self.say("notices-row", facts)
    }

    /// Whether words of a provider say that it sees nothing wrong.
    pub fn denies(&self, words: &str) -> bool {
        let lower = words.to_lowercase().replace('’', "'");
        let phrases = self.say("upstream-denials", Facts::new());
        phrases.split('|').map(str::trim).any(|one| !one.is_empty() && lower.contains(one))
    }

    /// What is measured while a provider says that all is well: the affected servers of what is
    /// suspected, in short.
    pub fn measured(&self, suspicion: &Suspicion, evidence: &[ServerEvidence]) -> String {
        let affected: Vec<ServerEvidence> = evidence
            .iter()
            .filter(|row| suspicion.servers.contains(&row.server))
            .cloned()
            .collect();
        self.evidence_rows(&affected, 4).replace('\n', "; ")
    }
}
