//! What somebody can ask to hear of. Plain data; who asked is the engine's to remember.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ComponentId, ServerId};

/// What a subscriber hears of. In JSON a text: "all", "server:s1", "component:sw-1".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Topic {
    /// Every published update.
    All,
    /// Those that touch a server.
    Server(ServerId),
    /// Those that touch a server which depends on a component.
    Component(ComponentId),
}

const ALL: &str = "all";
const SERVER: &str = "server:";
const COMPONENT: &str = "component:";

/// A text that names no topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `all`, `server:ID` or `component:ID`")]
pub struct NoTopic;

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str(ALL),
            Self::Server(id) => write!(f, "{SERVER}{id}"),
            Self::Component(id) => write!(f, "{COMPONENT}{id}"),
        }
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> Self {
        topic.to_string()
    }
}

impl TryFrom<String> for Topic {
    type Error = NoTopic;

    fn try_from(text: String) -> Result<Self, NoTopic> {
        text.parse()
    }
}

impl std::str::FromStr for Topic {
    type Err = NoTopic;

    fn from_str(text: &str) -> Result<Self, NoTopic> {
        let id = |prefix| text.strip_prefix(prefix).filter(|id: &&str| !id.is_empty());
        if text == ALL {
            return Ok(Self::All);
        }
        let server = id(SERVER).map(|id| Self::Server(id.into()));
        server.or_else(|| Some(Self::Component(id(COMPONENT)?.into()))).ok_or(NoTopic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_reads_as_it_was_written() {
        let all = [Topic::All, Topic::Server("s1".into()), Topic::Component("sw:1".into())];
        for topic in all {
            assert_eq!(topic.to_string().parse(), Ok(topic.clone()));
            let json = serde_json::to_string(&topic).expect("plain data");
            assert_eq!(serde_json::from_str::<Topic>(&json).expect("what was written"), topic);
        }
        for text in ["", "ALL", "server:", "component:", "s1", "server"] {
            assert_eq!(text.parse::<Topic>(), Err(NoTopic), "{text}");
        }
    }
}
