//! Staff's words: why something is suspected, what changed, what stands in a row of evidence.

use crate::{
    domain::{Alternative, Cause, ServerEvidence, ServerId, Suspicion},
    engine::{detect::Suspected, records::Basis},
    render::{self, Facts},
};

use super::{Speech, kind_word};

/// More affected servers than this are told as a number.
const RATES_MAX: usize = 4;
/// Healthy neighbours that are named.
const EXCLUDED_MAX: usize = 3;
/// Alternatives below this probability are not worth a reader's time.
const ALTERNATIVE_MIN: f64 = 0.01;

impl Speech<'_> {
    /// One sentence or a few: which servers, how bad and how bad normally, how many people, since
    /// when, what they share and what that excludes, what else it could be, what would tell.
    pub fn explain(&self, found: &Suspected) -> String {
        let since = found.causes.iter().map(|cause| cause.since).min().unwrap_or(self.records.now);
        let reports = self.explain_reports(&found.evidence);
        let people = reports.as_ref().map(|reports| {
            self.say("explain-people", Facts::new().text("reports", reports.clone()))
        });
        let key = if found.reports_only { "explain-reported" } else { "explain" };
        let facts = Facts::new()
            .text("servers", self.staff_servers(&found.servers))
            .text("rates", self.explain_rates(&found.evidence))
            .text("reports", reports.unwrap_or_default())
            .text("people", people.unwrap_or_default())
            .text("since", self.moment(since))
            .text("cause", self.explain_cause(&found.causes, found.servers.len()))
            .text("excluded", self.explain_excluded(&found.evidence))
            .text("alternatives", self.explain_alternatives(&found.alternatives))
            .text("apart", self.explain_apart(&found.causes))
            .text("map", self.explain_map(found));
        self.say(key, facts)
    }

    fn explain_rates(&self, evidence: &[ServerEvidence]) -> String {
        let affected: Vec<&ServerEvidence> =
            evidence.iter().filter(|row| row.affected && row.checks > 0).collect();
        let rates: Vec<String> = affected
            .iter()
            .take(RATES_MAX)
            .map(|row| {
                let bad = f64::from(row.failed + row.slow) / f64::from(row.checks.max(1));
                let facts = Facts::new()
                    .text("server", self.staff_name(row.server.as_str()))
                    .percent("loss", bad)
                    .number("checks", row.checks)
                    .percent("normal", row.normal_loss);
                self.say("explain-rate", facts)
            })
            .collect();
        let more = affected.len().saturating_sub(RATES_MAX);
        let rates = rates.join(", ");
        if more == 0 {
            return rates;
        }
        self.say("explain-rates-more", Facts::new().text("rates", rates).number("count", more))
    }

    fn explain_reports(&self, evidence: &[ServerEvidence]) -> Option<String> {
        let reported: Vec<&ServerEvidence> = evidence.iter().filter(|row| row.people > 0).collect();
        let people: u32 = reported.iter().map(|row| row.people).sum();
        if people == 0 {
            return None;
        }
        let list: Vec<String> = reported
            .iter()
            .map(|row| {
                let server = self.staff_name(row.server.as_str());
                if reported.len() == 1 {
                    return server;
                }
                let facts = Facts::new().text("server", server).number("people", row.people);
                self.say("explain-reports-server", facts)
            })
            .collect();
        let facts = Facts::new().number("people", people).text("list", self.list(&list));
        Some(self.say("explain-reports", facts))
    }

    pub fn explain_cause(&self, causes: &[Cause], servers: usize) -> String {
        let probability = causes.iter().map(|cause| cause.class_probability).fold(0.0, f64::max);
        let facts = Facts::new().percent("probability", probability);
        let [first, ..] = causes else { return String::new() };
        if causes.len() == 1 && first.kind == "server" {
            let facts = facts.text("name", self.staff_name(&first.id));
            return self.say("explain-cause-server", facts);
        }
        let facts = facts.text("names", self.list(&self.cause_names(causes)));
        self.say(if servers > 1 { "explain-cause-shared" } else { "explain-cause-one" }, facts)
    }

    /// "switch 1 in Atlanta (network)".
    pub fn cause_names(&self, causes: &[Cause]) -> Vec<String> {
        causes.iter().map(|cause| self.name_with_kind(&cause.kind, &cause.id)).collect()
    }

    fn name_with_kind(&self, kind: &str, id: &str) -> String {
        let facts = Facts::new()
            .text("name", self.staff_name(id))
            .text("kind", self.say("kind", Facts::new().text("kind", kind_word(kind))));
        self.say("explain-component", facts)
    }

    pub fn explain_excluded(&self, evidence: &[ServerEvidence]) -> String {
        let list: Vec<String> = evidence
            .iter()
            .filter(|row| !row.affected && row.checks > 0)
            .take(EXCLUDED_MAX)
            .map(|row| {
                let facts = Facts::new()
                    .text("server", self.staff_name(row.server.as_str()))
                    .number("failed", row.failed + row.slow)
                    .number("checks", row.checks);
                self.say("explain-excluded-server", facts)
            })
            .collect();
        self.unless_empty("explain-excluded", &list)
    }

    pub fn explain_alternatives(&self, others: &[Alternative]) -> String {
        let list: Vec<String> = others
            .iter()
            .filter(|other| other.probability >= ALTERNATIVE_MIN)
            .map(|other| {
                let name = if other.id.is_empty() {
                    self.say("explain-nothing", Facts::new())
                } else {
                    self.name_with_kind(&other.kind, &other.id)
                };
                let facts =
                    Facts::new().text("name", name).percent("probability", other.probability);
                self.say("explain-alternative", facts)
            })
            .collect();
        self.unless_empty("explain-alternatives", &list)
    }

    fn explain_apart(&self, causes: &[Cause]) -> String {
        let class = causes.first().map_or(0, |cause| cause.class);
        let names: Vec<String> = causes
            .iter()
            .filter(|cause| cause.class == class)
            .map(|cause| self.staff_name(&cause.id))
            .collect();
        if names.len() < 2 {
            return String::new();
        }
        self.unless_empty_named("explain-apart", "names", &names)
    }

    fn explain_map(&self, found: &Suspected) -> String {
        let Some(fit) = &found.fits else { return String::new() };
        let names: Vec<String> = fit.components.iter().map(|id| self.staff_name(id)).collect();
        let facts = Facts::new()
            .text("server", self.staff_name(fit.server.as_str()))
            .text("names", self.list(&names));
        self.say("explain-map", facts)
    }

    fn unless_empty(&self, key: &str, list: &[String]) -> String {
        self.unless_empty_named(key, "list", list)
    }

    fn unless_empty_named(&self, key: &str, name: &str, list: &[String]) -> String {
        if list.is_empty() {
            return String::new();
        }
        self.say(key, Facts::new().text(name, self.list(list)))
    }

    /// The evidence, a line a server.
    pub fn evidence_rows(&self, evidence: &[ServerEvidence], rows_max: usize) -> String {
        let rows: Vec<String> = evidence
            .iter()
            .take(rows_max)
            .map(|row| {
                let people =
                    self.say("evidence-row-people", Facts::new().number("people", row.people));
                let facts = Facts::new()
                    .text("server", self.staff_name(row.server.as_str()))
                    .number("bad", row.failed + row.slow)
                    .number("checks", row.checks)
                    .number("failed", row.failed)
                    .number("slow", row.slow)
                    .percent("normal", row.normal_loss)
                    .text("people", people);
                self.say("evidence-row", facts)
            })
            .collect();
        rows.join("\n")
    }

    /// A heads-up in one sentence.
    pub fn heads_up(
        &self,
        servers: &[ServerId],
        people: u32,
        shared: &[String],
        failed: u32,
    ) -> String {
        let names: Vec<String> = shared.iter().map(|id| self.staff_name(id)).collect();
        let facts = Facts::new()
            .number("people", people)
            .number("count", servers.len())
            .text("servers", self.staff_servers(servers))
            .text("shared", self.unless_empty_named("heads-up-shared", "names", &names))
            .number("failed", failed);
        self.say("heads-up", facts)
    }

    /// What is different between what a draft was made from and what is now; `None`: nothing.
    pub fn changed(&self, before: &Basis, after: &Basis) -> Option<String> {
        let mut changes = Vec::new();
        if before.servers != after.servers {
            let facts = Facts::new()
                .text("before", self.staff_servers(&before.servers))
                .text("after", self.staff_servers(&after.servers));
            changes.push(self.say("changed-servers", facts));
        }
        if before.causes != after.causes {
            changes.push(self.changed_causes(&before.causes, &after.causes));
        }
        if before.impact != after.impact {
            let facts = Facts::new()
                .text("before", self.impact(before.impact))
                .text("after", self.impact(after.impact));
            changes.push(self.say("changed-impact", facts));
        }
        let joined = changes.into_iter().reduce(|first, next| {
            self.say("changed-and", Facts::new().text("first", first).text("next", next))
        })?;
        Some(self.say("changed", Facts::new().text("changes", joined)))
    }

    fn changed_causes(&self, before: &[String], after: &[String]) -> String {
        if after.is_empty() {
            return self.say("changed-cause-gone", Facts::new());
        }
        let names = |ids: &[String]| {
            let names: Vec<String> = ids.iter().map(|id| self.staff_name(id)).collect();
            if names.is_empty() {
                self.say("changed-no-servers", Facts::new())
            } else {
                self.list(&names)
            }
        };
        let facts = Facts::new().text("before", names(before)).text("after", names(after));
        self.say("changed-cause", facts)
    }

    /// A text from outside, for staff's eyes.
    pub fn tamed(&self, text: &str) -> String {
        render::neutralise(text, 100)
    }

    /// How a suspicion is told in a list.
    pub fn suspicion_line(&self, suspicion: &Suspicion) -> String {
        let facts = Facts::new()
            .number("id", suspicion.id.0 as f64)
            .text("explanation", suspicion.explanation.clone());
        self.say("answer-suspicion", facts)
    }
}
