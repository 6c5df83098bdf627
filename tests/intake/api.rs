//! The API as its senders know it.

use bellwether::{
    domain::Role,
    event::Input,
    intake::api::{OPENAPI, OPENAPI_PATH, ROUTES},
};
use serde_json::{Value, json};

use crate::{
    hostile::{Reply, post, request},
    server::Server,
};

const INPUTS: &str = "/api/v1/inputs";

fn body(reply: &Reply) -> Value {
    let (_, body) = reply.text.rsplit_once("\r\n\r\n").expect("an answer has a body");
    serde_json::from_str(body).expect("the body is JSON")
}

fn send(server: &Server, token: &str, input: &Value) -> (u16, Value) {
    let reply = server.ask(post(INPUTS, token, input.to_string().as_bytes()));
    (reply.statuses[0], body(&reply))
}

fn report(id: &str) -> Value {
    json!({"at": "2026-03-02T18:00:00.5Z", "type": "report", "id": id, "reporter": "u-17",
           "domain": "https://www.Example.org/shop", "text": "slow\nsometimes gone"})
}

#[test]
fn a_report_keeps_its_words_and_names_out_of_the_input() {
    let server = Server::start();
    let (status, answer) = send(&server, "desk", &report("r-1"));
    assert_eq!((status, answer), (202, json!({"ok": true, "seq": 1, "report": "report-1"})));
    let kept = server.door.kept();
    let offered = &kept.inputs[0];
    assert_eq!(offered.at.to_rfc3339(), "2026-03-02T18:00:00.500+00:00");
    let expected = Input::Report {
        id: "".into(),
        reporter: "".into(),
        source: "desk".to_owned(),
        domain: Some("example.org".to_owned()),
        confirmed: true,
        answered: false,
        language: None,
        text: None,
    };
    assert_eq!(offered.input, expected);
    let private = offered.private.as_ref().expect("a report has private values");
    assert_eq!(private.account.as_deref(), Some("desk:u-17"));
    assert_eq!(private.outside_id.as_deref(), Some("desk:r-1"));
    assert_eq!(private.text.as_deref(), Some("slow\nsometimes gone"));
    assert_eq!(private.unknown_domain, None);
}

#[test]
fn a_domain_that_is_not_ours_is_kept_apart_and_answered_alike() {
    let server = Server::start();
    let mut stranger = report("r-2");
    stranger["domain"] = json!("Elsewhere.example");
    let (status, answer) = send(&server, "desk", &stranger);
    assert_eq!((status, answer), (202, json!({"ok": true, "seq": 1, "report": "report-1"})));
    let kept = server.door.kept();
    assert!(matches!(kept.inputs[0].input, Input::Report { domain: None, .. }));
    let private = kept.inputs[0].private.as_ref().expect("a report has private values");
    assert_eq!(private.unknown_domain.as_deref(), Some("elsewhere.example"));
}

#[test]
fn a_report_that_was_sent_before_is_answered_as_the_first_was() {
    let server = Server::start();
    send(&server, "desk", &report("r-1"));
    let (status, answer) = send(&server, "desk", &report("r-1"));
    let again = json!({"ok": true, "seq": 1, "report": "report-1", "duplicate": true});
    assert_eq!((status, answer), (200, again));
    assert_eq!(server.door.kept().inputs.len(), 1);
}

#[test]
fn a_command_speaks_with_its_tokens_name_and_role_on_both_paths() {
    let server = Server::start();
    let reply = server.ask(post("/api/v1/commands", "tim", br#"{"text":"status"}"#));
    assert_eq!(
        (reply.statuses[0], body(&reply)),
        (200, json!({"ok": true, "text": "heard: status"}))
    );
    let command = json!({"at": "2026-03-02T18:00:00Z", "type": "command", "by": "tim",
                         "role": "staff", "text": "dance"});
    let (status, answer) = send(&server, "tim", &command);
    assert_eq!((status, answer), (200, json!({"ok": false, "text": "heard: dance"})));
    let by_tim = |text: &str| ("tim".to_owned(), Role::Staff, text.to_owned());
    assert_eq!(server.door.kept().commands, [by_tim("status"), by_tim("dance")]);
}

#[test]
fn each_item_of_an_array_is_answered_by_its_index() {
    let server = Server::start();
    let mut late = report("r-2");
    late["at"] = json!("1970-01-01T00:00:00Z");
    let (status, answer) = send(&server, "desk", &json!([report("r-1"), late, report("r-3")]));
    assert_eq!(status, 207);
    assert_eq!((&answer["accepted"], &answer["refused"]), (&json!(2), &json!(1)));
    assert_eq!(
        answer["results"][0],
        json!({"index": 0, "ok": true, "seq": 1, "report": "report-1"})
    );
    let refused = &answer["results"][1];
    assert_eq!((&refused["index"], &refused["ok"]), (&json!(1), &json!(false)));
    assert_eq!(refused["error"]["field"], "at");
    assert_eq!(answer["results"][2]["seq"], 2);
}

#[test]
fn a_full_journal_asks_to_come_back_later() {
    let server = Server::start();
    server.door.set_full(true);
    let one = server.ask(post(INPUTS, "desk", report("r-1").to_string().as_bytes()));
    assert_eq!(one.statuses, [503]);
    assert!(one.text.contains("retry-after: 60"), "{}", one.text);
    assert_eq!(body(&one)["error"]["code"], "full");
    let many = json!([report("r-1"), report("r-2")]).to_string();
    let many = server.ask(post(INPUTS, "desk", many.as_bytes()));
    assert_eq!((many.statuses[0], &body(&many)["refused"]), (503, &json!(2)));
    assert!(many.text.contains("retry-after: 60"), "{}", many.text);
    server.door.set_full(false);
    assert_eq!(send(&server, "desk", &report("r-1")).0, 202);
}

#[test]
fn the_openapi_document_is_served_and_in_step_with_the_routes() {
    let server = Server::start();
    let reply = server.ask(request("GET", OPENAPI_PATH, "", b""));
    assert_eq!(reply.statuses, [200]);
    let document = body(&reply);
    assert_eq!(document, serde_json::from_str::<Value>(OPENAPI).expect("the document is JSON"));
    let paths = document["paths"].as_object().expect("it has paths");
    let listed: Vec<(&str, Vec<&str>)> = paths
        .iter()
        .map(|(path, methods)| {
            let methods = methods.as_object().expect("a path has methods");
            (path.as_str(), methods.keys().map(String::as_str).collect())
        })
        .collect();
    let mut routes: Vec<(&str, Vec<&str>)> =
        ROUTES.iter().map(|(path, methods)| (*path, methods.to_vec())).collect();
    routes.sort();
    assert_eq!(listed, routes);
    for (path, methods) in ROUTES {
        for method in *methods {
            let reply = server.ask(request(&method.to_uppercase(), path, "", b""));
            assert!(matches!(reply.statuses[..], [200 | 401]), "{method} {path}: {}", reply.text);
        }
    }
    for reference in OPENAPI.split("\"#/").skip(1) {
        let pointer = format!("/{}", reference.split('"').next().unwrap_or_default());
        assert!(document.pointer(&pointer).is_some(), "{pointer} is nowhere");
    }
}
