//! What a score is held against: who covers what by the fleet file, and what broke when.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde_json::{Value, json};

use super::{
    Manner, Plan,
    faults::{Cause, Fault, Nuisance, NuisanceKind, Trouble},
    topology::{Topology, vantage_id},
    written,
};

pub(super) fn write(
    plan: &Plan,
    topology: &Topology,
    trouble: &Trouble,
    out: &mut impl Write,
) -> io::Result<()> {
    let truth = json!({
        "start": written(0),
        "end": written(plan.length_ms()),
        "members": members(topology),
        "faults": trouble.faults.iter().map(|one| fault(topology, one)).collect::<Vec<_>>(),
        "nuisance": trouble.nuisances.iter().map(nuisance).collect::<Vec<_>>(),
    });
    serde_json::to_writer(&mut *out, &truth)?;
    writeln!(out)
}

/// By the fleet file: nobody can be asked to know what it does not say.
fn members(topology: &Topology) -> BTreeMap<String, Vec<String>> {
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (server, parts) in topology.map.iter().enumerate() {
        members.insert(server_id(server), vec![server_id(server)]);
        for part in parts {
            let id = topology.components[*part].id.clone();
            members.entry(id).or_default().push(server_id(server));
        }
    }
    members
}

fn fault(topology: &Topology, fault: &Fault) -> Value {
    let cause = match fault.cause {
        Cause::Server(server) => server_id(server),
        Cause::Component(part) => topology.components[part].id.clone(),
    };
    json!({
        "cause": cause,
        "at": written(fault.at_ms),
        "until": written(fault.until_ms),
        "loss": fault.loss,
        "patchy": fault.manner == Manner::Patchy,
        "blind": fault.manner == Manner::Blind,
        "servers": fault.servers.iter().map(|server| server_id(*server)).collect::<Vec<_>>(),
    })
}

fn nuisance(nuisance: &Nuisance) -> Value {
    let (t0, t1) = (nuisance.at_ms as f64 / 1000.0, nuisance.until_ms as f64 / 1000.0);
    match &nuisance.kind {
        NuisanceKind::Flood { server, messages } => {
            json!({"kind": "flood", "t0": t0, "t1": t1, "server": server, "messages": messages})
        }
        NuisanceKind::Vantage { vantage, loss } => {
            let vantage = vantage_id(*vantage);
            json!({"kind": "vantage", "t0": t0, "t1": t1, "vantage": vantage, "loss": loss})
        }
        NuisanceKind::Blip { servers } => {
            let servers: Vec<String> = servers.iter().map(|server| server_id(*server)).collect();
            json!({"kind": "blip", "t0": t0, "t1": t1, "servers": servers})
        }
    }
}

fn server_id(server: usize) -> String {
    format!("srv{server}")
}
