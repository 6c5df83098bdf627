//! The demo's world: small web servers, and in front of two of them a switch that drops a share of
//! connections. Nothing in here knows Bellwether.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{Router, routing::get};
use chrono::TimeDelta;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::clock::{Clock, random_share};

/// How long the demo's sites take to answer, in the clock's milliseconds.
const HOME_MS: i64 = 600;
const DASHBOARD_MS: i64 = 900;

/// A fault injector: passes connections on, or holds them without a word and then drops them, as
/// lost packets look from outside.
#[derive(Clone, Debug, Default)]
pub struct Switch {
    loss_per_mille: Arc<AtomicU32>,
}

impl Switch {
    /// Drops this share of connections from now on, 0 to 1.
    pub fn lose(&self, share: f64) {
        self.loss_per_mille.store((share.clamp(0.0, 1.0) * 1000.0) as u32, Ordering::Relaxed);
    }

    fn drops_this_one(&self) -> bool {
        random_share() * 1000.0 < f64::from(self.loss_per_mille.load(Ordering::Relaxed))
    }
}

/// Where everything listens.
pub struct World {
    /// The switch in front of `s1` and `s2`.
    pub switch: Switch,
    /// The first server, behind the switch.
    pub s1: SocketAddr,
    /// The second server, behind the switch.
    pub s2: SocketAddr,
    /// The third server, behind a switch that works.
    pub s3: SocketAddr,
    /// Something that is not ours.
    pub canary: SocketAddr,
    tasks: JoinSet<()>,
}

impl World {
    /// Starts all servers on loopback.
    pub async fn start(clock: &Clock) -> std::io::Result<Self> {
        let mut tasks = JoinSet::new();
        let (faulty, healthy) = (Switch::default(), Switch::default());
        let s1 = server(&mut tasks, &faulty, clock).await?;
        let s2 = server(&mut tasks, &faulty, clock).await?;
        let s3 = server(&mut tasks, &healthy, clock).await?;
        let canary = server(&mut tasks, &healthy, clock).await?;
        Ok(Self { switch: faulty, s1, s2, s3, canary, tasks })
    }

    /// Ends all servers.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

/// A web server behind `switch`; returns the switch's side.
async fn server(
    tasks: &mut JoinSet<()>,
    switch: &Switch,
    clock: &Clock,
) -> std::io::Result<SocketAddr> {
    let inner = TcpListener::bind(("127.0.0.1", 0)).await?;
    let inside = inner.local_addr()?;
    let (home, dashboard) = (clock.clone(), clock.clone());
    let router = Router::new()
        .route("/", get(|| after(home, HOME_MS, "welcome")))
        .fallback(|| after(dashboard, DASHBOARD_MS, "here is your dashboard"));
    tasks.spawn(async move {
        let _ = axum::serve(inner, router).await;
    });
    let outer = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = outer.local_addr()?;
    tasks.spawn(pass_on(outer, inside, switch.clone(), clock.clone()));
    Ok(address)
}

/// A site that takes its time, as sites do.
async fn after(clock: Clock, latency_ms: i64, words: &'static str) -> &'static str {
    clock.sleep(TimeDelta::milliseconds(latency_ms)).await;
    words
}

async fn pass_on(outer: TcpListener, inside: SocketAddr, switch: Switch, clock: Clock) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((mut outside, _)) = outer.accept().await else { continue };
        let (lost, clock) = (switch.drops_this_one(), clock.clone());
        connections.spawn(async move {
            if lost {
                clock.sleep(TimeDelta::seconds(120)).await;
            } else if let Ok(mut server) = TcpStream::connect(inside).await {
                let _ = copy_bidirectional(&mut outside, &mut server).await;
            }
        });
        while connections.try_join_next().is_some() {}
    }
}
