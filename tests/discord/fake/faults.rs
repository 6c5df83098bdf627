//! What goes wrong, where and how often, as a test has ordered it.
//!
//! ```ignore
//! fake.fail("POST /channels/*/messages", Fault::LostAfter).skip(1).times(2);
//! ```
//! lets the first such request through and cuts the connection of the second and third after the
//! message was made.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    errors::{ApiError, Known},
    http::Request,
    limits::Scope,
    route_pattern::Pattern,
    world::World,
};

/// One way to fail.
#[derive(Clone)]
pub enum Fault {
    /// Answers with a status (500, 502, 503) and does nothing.
    Before(u16),
    /// Does what was asked, then answers with a status.
    After(u16),
    /// Does what was asked, then answers 503, to be tried again after so long.
    BusyAfter(Duration),
    /// Cuts the connection and does nothing.
    LostBefore,
    /// Does what was asked, then cuts the connection without an answer.
    LostAfter,
    /// Does nothing and keeps the connection silent for so long, then cuts it.
    Hang(Duration),
    /// Does what was asked and keeps the connection silent for so long, then cuts it.
    HangAfter(Duration),
    /// Does and answers what was asked, but so much later.
    Slow(Duration),
    /// 429 of a kind, to be tried again after so long.
    TooMany(Scope, Duration),
    /// Refuses in Discord's own words.
    Refuse(Known),
    /// Takes the message that the path names away first: "Unknown Message".
    Gone,
    /// Changes the world at this moment, then goes on: a channel deleted, the bot kicked.
    Happens(Arc<dyn Fn(&mut World) + Send + Sync>),
}

impl Fault {
    /// Something that happens just before the request is looked at.
    pub fn happens(what: impl Fn(&mut World) + Send + Sync + 'static) -> Self {
        Self::Happens(Arc::new(what))
    }

    /// Makes of the message under the request a deleted one, or whatever was ordered.
    pub fn before(&self, world: &mut World, request: &Request) -> Result<(), ApiError> {
        match self {
            Self::Refuse(known) => Err((*known).into()),
            Self::Gone => {
                let named = request.segments().get(3).and_then(|id| id.parse().ok());
                if let Some(id) = named {
                    world.delete_message(id);
                }
                Ok(())
            }
            Self::Happens(what) => {
                what(world);
                Ok(())
            }
            Self::Before(_)
            | Self::After(_)
            | Self::BusyAfter(_)
            | Self::LostBefore
            | Self::LostAfter
            | Self::Hang(_)
            | Self::HangAfter(_)
            | Self::Slow(_)
            | Self::TooMany(..) => Ok(()),
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Before(status) => return write!(to, "Before({status})"),
            Self::After(status) => return write!(to, "After({status})"),
            Self::BusyAfter(span) => return write!(to, "BusyAfter({span:?})"),
            Self::LostBefore => "LostBefore",
            Self::LostAfter => "LostAfter",
            Self::Hang(_) => "Hang",
            Self::HangAfter(_) => "HangAfter",
            Self::Slow(_) => "Slow",
            Self::TooMany(..) => "TooMany",
            Self::Refuse(_) => "Refuse",
            Self::Gone => "Gone",
            Self::Happens(_) => "Happens",
        };
        to.write_str(name)
    }
}

#[derive(Clone, Debug)]
struct Order {
    pattern: Pattern,
    fault: Fault,
    skip: usize,
    left: usize,
}

/// The orders that stand.
#[derive(Debug, Default)]
pub struct Faults {
    orders: Vec<Order>,
    struck: usize,
}

impl Faults {
    /// Orders a fault for a route, once and at once; returns its number.
    pub fn order(&mut self, route: &str, fault: Fault) -> usize {
        let pattern = Pattern::new(route);
        self.orders.push(Order { pattern, fault, skip: 0, left: 1 });
        self.orders.len() - 1
    }

    /// Lets so many requests through before a fault strikes.
    pub fn skip(&mut self, order: usize, requests: usize) {
        self.orders[order].skip = requests;
    }

    /// Lets a fault strike so many times.
    pub fn times(&mut self, order: usize, times: usize) {
        self.orders[order].left = times;
    }

    /// The fault for a request, if one is due.
    pub fn take(&mut self, request: &Request) -> Option<Fault> {
        let matching = self.orders.iter_mut().filter(|order| order.pattern.matches(request));
        for order in matching {
            if order.skip > 0 {
                order.skip -= 1;
            } else if order.left > 0 {
                order.left -= 1;
                self.struck += 1;
                return Some(order.fault.clone());
            }
        }
        None
    }

    /// How many faults have struck.
    pub fn struck(&self) -> usize {
        self.struck
    }

    /// Whether every ordered fault has struck.
    pub fn are_spent(&self) -> bool {
        self.orders.iter().all(|order| order.left == 0)
    }

    /// Lets every order rest.
    pub fn clear(&mut self) {
        self.orders.iter_mut().for_each(|order| order.left = 0);
    }
}
