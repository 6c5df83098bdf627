//! Who asks: the address of the other side, or the one a trusted proxy names.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};

use axum::http::{Extensions, HeaderMap};

/// The other side of the connection; an extension of every request served by
/// [`serve`](super::serve).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peers {
    trusted: BTreeSet<IpAddr>,
}

impl Peers {
    /// Believes these addresses alone.
    pub fn trusting(proxies: impl IntoIterator<Item = IpAddr>) -> Self {
        Self { trusted: proxies.into_iter().map(|proxy| proxy.to_canonical()).collect() }
    }

    /// Believes these, and a proxy on this machine when the server listens on loopback alone: then
    /// every stranger comes through it, and all of them would share one address.
    pub fn in_front_of(listen: SocketAddr, proxies: impl IntoIterator<Item = IpAddr>) -> Self {
        let own = listen.ip().is_loopback().then_some(listen.ip());
        Self::trusting(proxies.into_iter().chain(own))
    }

    /// Whether this address is a trusted proxy.
    pub fn is_trusted(&self, address: IpAddr) -> bool {
        self.trusted.contains(&address.to_canonical())
    }

    /// Who asks: the last address in the chain that is no trusted proxy. What stands before it was
    /// written by a stranger. `None` when the server did not say who is connected.
    pub fn client(&self, headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
        let mut client = extensions.get::<Peer>()?.0.ip().to_canonical();
        let named = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
        let mut chain: Vec<&str> = named.flat_map(|value| value.split(',')).collect();
        while self.is_trusted(client) {
            let Some(Ok(before)) = chain.pop().map(|text| text.trim().parse::<IpAddr>()) else {
                break;
            };
            client = before.to_canonical();
        }
        Some(client)
    }
}

/// What counts as one address for a limit: an IPv4 address, or an IPv6 /64.
pub fn address_key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
    }
}
