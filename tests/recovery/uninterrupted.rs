//! A run that nothing interrupts: one engine and one outbox take all inputs of a journal in order.

use std::collections::BTreeMap;

use bellwether::{
    app::recovery::{self, Recovered},
    engine::Engine,
    event::{Body, Entry, Input, Output},
    outbox::Outbox,
};

pub struct Uninterrupted {
    engine: Engine,
    outbox: Outbox,
    /// What was decided about each input.
    decided: BTreeMap<u64, Vec<Output>>,
}

impl Uninterrupted {
    pub fn run(entries: &[Entry]) -> Self {
        let mut run =
            Self { engine: <Engine>::new(), outbox: Outbox::new(), decided: BTreeMap::new() };
        for entry in entries {
            let Body::Input(happening) = &entry.body else { continue };
            if let Input::Delivery { post, event } = &happening.input {
                run.outbox.apply_event(entry.at, post, event);
            }
            let outputs = run.engine.handle(entry.seq, entry.at, happening);
            for output in &outputs {
                run.outbox.apply_output(entry.at, output);
            }
            if !outputs.is_empty() {
                run.decided.insert(entry.seq, outputs);
            }
        }
        run
    }

    /// The first thing in which a journal and what was recovered from it differ from this run.
    pub fn differs_from(&self, entries: &[Entry], recovered: &Recovered) -> Option<String> {
        let mut recorded: BTreeMap<u64, Vec<Output>> = BTreeMap::new();
        for entry in entries {
            if let Body::Decision(decision) = &entry.body {
                recorded.entry(decision.of).or_default().push(decision.output.clone());
            }
        }
        for (of, _, output) in &recovered.fresh {
            recorded.entry(*of).or_default().push(output.clone());
        }
        let all: std::collections::BTreeSet<_> =
            recorded.keys().chain(self.decided.keys()).collect();
        for of in all {
            let (ours, theirs) = (bytes(self.decided.get(of)), bytes(recorded.get(of)));
            if ours != theirs {
                return Some(format!("about input {of}\n{ours}\nwas recorded as\n{theirs}"));
            }
        }
        let ours = recovery::freeze(&self.engine, &self.outbox);
        let theirs = recovery::freeze(&recovered.engine, &recovered.outbox);
        let shown = |bytes: &[u8], at: usize| {
            let from = at.saturating_sub(200);
            String::from_utf8_lossy(&bytes[from..bytes.len().min(at + 200)]).into_owned()
        };
        let at = ours.iter().zip(&theirs).position(|(one, other)| one != other);
        let at = at.or((ours.len() != theirs.len()).then(|| ours.len().min(theirs.len())))?;
        Some(format!("the states part at\n{}\nand\n{}", shown(&ours, at), shown(&theirs, at)))
    }
}

fn bytes(outputs: Option<&Vec<Output>>) -> String {
    serde_json::to_string(&outputs).expect("JSON")
}
