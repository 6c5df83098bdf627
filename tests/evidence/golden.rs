//! `reference.py`'s golden numbers, to a millionth.

use bellwether::engine::evidence::{
    core::{Core, Localised},
    model::{ALARM_S, GRID},
    search::Strike,
    shape::{Class, Shape, Sort},
};
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("../data/evidence/golden.json")).expect("golden.json")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn ms(value: &Value) -> i64 {
    (number(value) * 1000.0).round() as i64
}

fn index(value: &Value) -> usize {
    usize::try_from(value.as_u64().expect("an index")).expect("small")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn class(value: &Value) -> Class {
    let sort = match (text(&value["name"]), value["nuis"].as_bool()) {
        ("monitor", _) => Sort::Monitor,
        (_, Some(true)) => Sort::Canary,
        _ => Sort::Fleet,
    };
    let targets = list(&value["members"]).iter().map(index).collect();
    Class { sort, targets, rate: number(&value["rate"]) }
}

fn close(found: f64, expected: f64, what: &str) {
    let away = (found - expected).abs();
    assert!(away <= 1e-6 * expected.abs().max(1e-9), "{what}: {found}, not {expected}");
}

fn compare(localised: &Localised, expected: &Value, names: &[&str]) {
    let causes = &localised.answer.causes;
    let said: Vec<&str> = causes.iter().map(|cause| names[cause.class]).collect();
    let blamed: Vec<&str> = list(&expected["H"]).iter().map(text).collect();
    assert_eq!(said, blamed);
    for ((cause, age), theta) in
        causes.iter().zip(list(&expected["onset_age_s"])).zip(list(&expected["theta"]))
    {
        assert_eq!(cause.age_ms, ms(age));
        let Strike::Loss(loss) = cause.profile.strike else { panic!("{cause:?}") };
        close(GRID[loss], number(theta), "theta");
    }
    close(localised.answer.score, number(&expected["score"]), "score");
    let gains = expected["single_gain"].as_object().expect("gains");
    assert_eq!(localised.answer.singles.len(), gains.len());
    for (class, gain, _) in &localised.answer.singles {
        close(*gain, number(&gains[names[*class]]), names[*class]);
    }
}

#[test]
fn both_stages_agree_with_the_golden_numbers() {
    let golden = golden();
    let expect = &golden["expect"];
    let classes = list(&golden["classes"]);
    let names: Vec<&str> = classes.iter().map(|class| text(&class["name"])).collect();
    let baselines: Vec<Option<f64>> = list(&golden["p0"]).iter().map(Value::as_f64).collect();
    let shape = Shape::new(classes.iter().map(class).collect(), (0..5).collect(), 2);
    let mut core = Core::new(shape, &baselines, 0);
    let mut trace = list(&expect["trace"]).iter();
    let mut crossing = None;
    for event in list(&golden["events"]) {
        let (at_ms, target) = (ms(&event["t"]), index(&event["target"]));
        if text(&event["type"]) == "probe" {
            core.probe(at_ms, target, event["ok"].as_bool().expect("ok"));
        } else if event["counted"].as_bool().expect("counted") {
            core.report(at_ms, target);
        }
        if at_ms >= 590_000 {
            let expected = trace.next().expect("a line of the trace");
            close(core.stage1().total(), number(&expected["total"]), "S");
            for (class, sum) in list(&expected["sums"]).iter().enumerate() {
                close(core.stage1().sum(class), number(sum), names[class]);
            }
        }
        if crossing.is_none() && core.stage1().total() >= ALARM_S {
            crossing = Some(at_ms);
            compare(&core.localise(at_ms, &[]), &expect["localise_at_crossing"], &names);
        }
    }
    assert_eq!(crossing, Some(ms(&expect["first_crossing_t"])));
    compare(&core.localise(835_000, &[]), &expect["localise_at_835"], &names);
}
