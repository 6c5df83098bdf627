//! What was seen of a server, held against what the configuration wants of it. Pure.

use crate::{
    broadcast::discord::REGISTRATION,
    domain::{Audience, Destination},
    render::{self, Facts},
};

use super::{
    Application, Channel, Finding, Inquiry, Role, Seen,
    permissions::{self, MENTION_EVERYONE, Permission, TO_LISTEN, TO_SHOW, TO_SPEAK, TO_WORK},
};

/// Applications that may read messages: in more than, or less than, a hundred servers.
const MESSAGE_CONTENT_FLAGS: u64 = (1 << 18) | (1 << 19);
/// A channel of a server for text.
const TEXT: u8 = 0;
/// One whose messages can be passed on.
const ANNOUNCEMENT: u8 = 5;

/// What a channel is for.
struct Use<'a> {
    /// As the configuration names it: "staff_channel", "destination news".
    name: String,
    id: u64,
    kinds: &'a [u8],
    needs: &'static [Permission],
}

impl Inquiry<'_> {
    /// Intents, and whether commands reach us.
    pub(super) fn judge_application(&self, application: &Application) -> Vec<Finding> {
        let mut findings = Vec::new();
        let may_read = application.flags & MESSAGE_CONTENT_FLAGS != 0;
        match (self.config.message_content, may_read) {
            (true, true) => findings.push(self.good("discord-intent-good", Facts::new())),
            (true, false) => findings.push(self.wrong("discord-intent-missing", Facts::new())),
            (false, _) if !self.config.support_channels.is_empty() => {
                findings.push(self.doubtful("discord-support-unread", Facts::new()));
            }
            (false, _) => {}
        }
        if application.interactions_endpoint_url.is_some() {
            findings.push(self.wrong("discord-endpoint-set", Facts::new()));
        }
        findings
    }

    /// Channels and roles.
    pub(super) fn judge_server(&self, seen: &Seen) -> Vec<Finding> {
        let channels = self.uses().into_iter().map(|wanted| self.judge_channel(seen, &wanted));
        let mut findings: Vec<Finding> = channels.collect();
        if !self.destinations().any(|one| one.audience == Audience::Staff) {
            findings.push(self.doubtful("discord-staff-unheard", Facts::new()));
        }
        findings.extend(self.judge_roles(seen));
        findings.extend(self.judge_secrecy(seen));
        if self.config.events && !permissions::makes_events(seen) {
            let facts = Facts::new().text("bot", self.tame(&seen.own.username));
            findings.push(self.doubtful("discord-events-missing", facts));
        }
        findings
    }

    /// Where everybody reads what is staff's.
    fn judge_secrecy(&self, seen: &Seen) -> Vec<Finding> {
        let rooms = self.destinations().filter(|one| one.audience == Audience::Staff);
        let mut rooms: Vec<u64> = rooms.filter_map(|one| id_of(one, "channel")).collect();
        rooms.push(self.config.staff_channel);
        rooms.sort_unstable();
        rooms.dedup();
        let rooms: Vec<String> = rooms.iter().map(ToString::to_string).collect();
        let open = seen.channels.iter().filter(|channel| {
            let rights = permissions::for_everybody(seen, channel);
            rooms.contains(&channel.id) && rights & permissions::VIEW_CHANNEL.0 != 0
        });
        open.map(|channel| {
            let facts = Facts::new().text("channel", self.tame(&channel.name));
            self.doubtful("discord-staff-open", facts)
        })
        .collect()
    }

    /// Whether somebody of staff would look for the commands in vain. What the server's own settings
    /// say about them goes before.
    fn judge_commands(&self, seen: &Seen, role: &Role) -> Option<Finding> {
        let is_seen = permissions::sees_staff_commands(seen, role)
            || seen.allowed.iter().any(|allowed| allowed == &role.id);
        let facts = Facts::new()
            .text("role", self.tame(&role.name))
            .text("bot", self.tame(&seen.own.username));
        (!is_seen).then(|| self.doubtful("discord-commands-hidden", facts))
    }

    fn uses(&self) -> Vec<Use<'_>> {
        let staff = Use {
            name: "staff_channel".to_owned(),
            id: self.config.staff_channel,
            kinds: &[TEXT, ANNOUNCEMENT],
            needs: TO_WORK,
        };
        let support = self.config.support_channels.iter().map(|id| Use {
            name: "support_channels".to_owned(),
            id: *id,
            kinds: &[TEXT, ANNOUNCEMENT],
            needs: TO_LISTEN,
        });
        let destinations = self.destinations().filter_map(|destination| {
            Some(Use {
                name: format!("destination {}", destination.id),
                id: id_of(destination, "channel")?,
                kinds: if destination.abilities.passes_on {
                    &[ANNOUNCEMENT]
                } else {
                    &[TEXT, ANNOUNCEMENT]
                },
                needs: if destination.abilities.pictures { TO_SHOW } else { TO_SPEAK },
            })
        });
        std::iter::once(staff).chain(support).chain(destinations).collect()
    }

    fn destinations(&self) -> impl Iterator<Item = &Destination> {
        let own = |one: &&Destination| one.kind == REGISTRATION.spec.kind;
        self.destinations
            .iter()
            .filter(own)
            .filter(|destination| destination.audience != Audience::Reporters)
    }

    fn judge_channel(&self, seen: &Seen, wanted: &Use<'_>) -> Finding {
        let facts = Facts::new().text("use", &wanted.name).text("id", wanted.id.to_string());
        let found = seen.channels.iter().find(|one| one.id == wanted.id.to_string());
        let Some(channel) = found else { return self.wrong("discord-channel-missing", facts) };
        let facts = facts.text("channel", self.tame(&channel.name));
        if !wanted.kinds.contains(&channel.kind) {
            let key = match wanted.kinds {
                [ANNOUNCEMENT] => "discord-channel-not-announcement",
                _ => "discord-channel-not-text",
            };
            return self.wrong(key, facts);
        }
        self.judge_permissions(seen, channel, wanted.needs, facts)
    }

    fn judge_permissions(
        &self,
        seen: &Seen,
        channel: &Channel,
        needs: &[Permission],
        facts: Facts,
    ) -> Finding {
        let missing = permissions::missing(permissions::in_channel(seen, channel), needs);
        if missing.is_empty() {
            return self.good("discord-channel-good", facts);
        }
        let names: Vec<String> = missing
            .into_iter()
            .map(|word| {
                let facts = Facts::new().text("permission", word);
                self.words.say(self.language, "discord-permission", &facts)
            })
            .collect();
        let names = render::list(self.words, self.language, &names);
        let bot = self.tame(&seen.own.username);
        self.wrong("discord-permissions-missing", facts.text("permissions", names).text("bot", bot))
    }

    fn judge_roles(&self, seen: &Seen) -> Vec<Finding> {
        let config = self.config;
        let staff = config.staff_roles.iter().map(|id| ("staff_roles".to_owned(), *id, false));
        let admin = config.admin_roles.iter().map(|id| ("admin_roles".to_owned(), *id, false));
        let pinged = self.destinations().filter_map(|destination| {
            let name = format!("destination {}", destination.id);
            Some((name, id_of(destination, "ping_role")?, true))
        });
        let mut findings: Vec<Finding> = staff
            .chain(admin)
            .chain(pinged)
            .map(|(name, id, is_pinged)| self.judge_role(seen, &name, id, is_pinged))
            .collect();
        let staff = config.staff_roles.iter().chain(&config.admin_roles).map(ToString::to_string);
        let staff: Vec<String> = staff.collect();
        let roles = seen.guild.roles.iter().filter(|role| staff.contains(&role.id));
        findings.extend(roles.filter_map(|role| self.judge_commands(seen, role)));
        if config.staff_roles.is_empty() && config.admin_roles.is_empty() {
            findings.push(self.wrong("discord-roles-none", Facts::new()));
        }
        findings
    }

    fn judge_role(&self, seen: &Seen, name: &str, id: u64, is_pinged: bool) -> Finding {
        let facts = Facts::new().text("use", name).text("id", id.to_string());
        let found = seen.guild.roles.iter().find(|role| role.id == id.to_string());
        let Some(role) = found else { return self.wrong("discord-role-missing", facts) };
        let facts = facts.text("role", self.tame(&role.name));
        let may_ping = role.mentionable || permissions::in_server(seen) & MENTION_EVERYONE != 0;
        if is_pinged && !may_ping {
            return self.wrong("discord-role-silent", facts);
        }
        self.good("discord-role-good", facts)
    }

    /// A name that others gave, for a terminal.
    pub(super) fn tame(&self, name: &str) -> String {
        render::neutralise(name, 60)
    }
}

fn id_of(destination: &Destination, option: &str) -> Option<u64> {
    destination.options.get(option).and_then(|text| crate::config::snowflake(text))
}
