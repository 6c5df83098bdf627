//! Who may what: roles of a Discord server become our roles. Pure.

use crate::{config::DiscordConfig, domain::Role};

use super::heard::Member;

/// Which roles mean what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// The one server whose roles count.
    pub guild: u64,
    /// Their members are staff.
    pub staff_roles: Vec<u64>,
    /// Their members are admins.
    pub admin_roles: Vec<u64>,
}

impl Rights {
    /// As configured.
    pub fn of(config: &DiscordConfig) -> Self {
        Self {
            guild: config.guild,
            staff_roles: config.staff_roles.clone(),
            admin_roles: config.admin_roles.clone(),
        }
    }

    /// What somebody is who speaks from `guild`. Roles of another server mean nothing, and the role
    /// that everybody has (it has the server's id) never makes anybody staff.
    pub fn role(&self, who: &Member, guild: Option<u64>) -> Role {
        let has = |wanted: &[u64]| {
            who.roles.iter().any(|role| *role != self.guild && wanted.contains(role))
        };
        if guild != Some(self.guild) || who.is_bot {
            Role::Customer
        } else if has(&self.admin_roles) {
            Role::Admin
        } else if has(&self.staff_roles) {
            Role::Staff
        } else {
            Role::Customer
        }
    }

    /// Whether nobody at all is staff.
    pub fn is_nobody(&self) -> bool {
        self.staff_roles.is_empty() && self.admin_roles.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(roles: &[u64]) -> Member {
        Member { id: 7, roles: roles.to_vec(), ..Member::default() }
    }

    #[test]
    fn a_role_counts_in_its_own_server_alone_and_the_higher_one_wins() {
        let rights = Rights { guild: 1, staff_roles: vec![10, 1], admin_roles: vec![20] };
        assert_eq!(rights.role(&member(&[10]), Some(1)), Role::Staff);
        assert_eq!(rights.role(&member(&[10, 20]), Some(1)), Role::Admin);
        assert_eq!(rights.role(&member(&[10, 20]), Some(2)), Role::Customer);
        assert_eq!(rights.role(&member(&[10, 20]), None), Role::Customer);
        assert_eq!(rights.role(&member(&[1, 30]), Some(1)), Role::Customer, "everybody's role");
        let program = Member { is_bot: true, ..member(&[20]) };
        assert_eq!(rights.role(&program, Some(1)), Role::Customer);
    }
}
