//! The web form, with the visitors it is for and those it isn't.

use bellwether::event::Input;

use crate::{
    hostile::{Reply, request},
    server::Server,
};

/// A browser with one form open.
struct Visitor<'a> {
    server: &'a Server,
    cookie: String,
    token: String,
    address: &'static str,
}

impl<'a> Visitor<'a> {
    fn arrives(server: &'a Server, address: &'static str) -> Self {
        let page = server.ask(request("GET", "/report", "", b""));
        let cookie = between(&page.text, "set-cookie: ", ";").to_owned();
        Self { server, cookie, token: token_in(&page), address }
    }

    fn sends(&self, fields: &str) -> Reply {
        let headers = format!(
            "Content-Type: application/x-www-form-urlencoded\r\nCookie: a=b; {}\r\n\
             X-Forwarded-For: 198.51.100.99, {}\r\n",
            self.cookie, self.address
        );
        let body = format!("token={}&{fields}", self.token);
        self.server.ask(request("POST", "/report", &headers, body.as_bytes()))
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).expect("the text has it");
    rest.split(after).next().unwrap_or_default()
}

fn token_in(page: &Reply) -> String {
    between(&page.text, "name=\"token\" value=\"", "\"").to_owned()
}

const DOWN: &str = "domain=Example.org&what=all+down%0D%0Asince+noon&email=Eve%40mail.example";

#[test]
fn a_web_report_is_shown_to_staff_and_counts_as_nothing_yet() {
    let server = Server::start();
    let thanks = Visitor::arrives(&server, "192.0.2.1").sends(DOWN);
    assert_eq!(thanks.statuses, [200]);
    assert!(thanks.text.contains("we’ll look into it"), "{}", thanks.text);
    let kept = server.door.kept();
    let expected = Input::Report {
        id: "".into(),
        reporter: "".into(),
        source: "web".to_owned(),
        domain: Some("example.org".to_owned()),
        confirmed: false,
        answered: false,
        language: None,
        text: None,
    };
    assert_eq!(kept.inputs[0].input, expected);
    let private = kept.inputs[0].private.as_ref().expect("a report has private values");
    assert_eq!(private.account.as_deref(), Some("web:eve@mail.example"));
    assert_eq!(private.address.as_deref(), Some("eve@mail.example"));
    assert_eq!(private.text.as_deref(), Some("all down\nsince noon"));
}

#[test]
fn the_answer_does_not_tell_whose_domain_is_ours() {
    let server = Server::start();
    let ours = Visitor::arrives(&server, "192.0.2.1").sends("domain=example.org&what=x");
    let other = Visitor::arrives(&server, "192.0.2.1").sends("domain=elsewhere.example&what=x");
    let body = |reply: &Reply| reply.text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    assert_eq!(body(&ours), body(&other));
    let kept = server.door.kept();
    let private = kept.inputs[1].private.as_ref().expect("a report has private values");
    assert_eq!(private.unknown_domain.as_deref(), Some("elsewhere.example"));
    let account = private.account.as_deref().expect("a person has an account");
    assert!(account.starts_with("web:~") && !account.contains("192.0.2.1"), "{account}");
    let first = kept.inputs[0].private.as_ref().and_then(|private| private.account.as_deref());
    assert_eq!(first, Some(account), "the same address is the same person");
}

#[test]
fn a_form_sent_twice_is_one_report() {
    let server = Server::start();
    let visitor = Visitor::arrives(&server, "192.0.2.1");
    assert_eq!(visitor.sends(DOWN).statuses, [200]);
    assert_eq!(visitor.sends(DOWN).statuses, [200]);
    assert_eq!(server.door.kept().inputs.len(), 1);
}

#[test]
fn another_sites_page_cannot_send_in_a_visitors_name() {
    let server = Server::start();
    let eve = Visitor::arrives(&server, "192.0.2.1");
    let mut victim = Visitor::arrives(&server, "192.0.2.2");
    victim.token = eve.token;
    let refused = victim.sends(DOWN);
    assert_eq!(refused.statuses, [403]);
    assert!(refused.text.contains("value=\"Example.org\""), "what was typed is kept");
    assert!(refused.text.contains("SameSite=Strict"), "{}", refused.text);
    victim.token = token_in(&refused);
    assert_eq!(victim.sends(DOWN).statuses, [200], "pressing the button once more is enough");
    assert_eq!(server.door.kept().inputs.len(), 1);
}

#[test]
fn mistakes_are_marked_and_what_was_typed_is_kept_harmless() {
    let server = Server::start();
    let visitor = Visitor::arrives(&server, "192.0.2.1");
    let page = visitor.sends("domain=%22%3E%3Cscript%3E&what=%3C/textarea%3E%3Cb%3E&email=nobody");
    assert_eq!(page.statuses, [422]);
    assert_eq!(page.text.matches("aria-invalid").count(), 2, "{}", page.text);
    assert!(!page.text.contains("<script>") && !page.text.contains("</textarea><b>"));
    assert!(page.text.contains("default-src 'none'"));
    let empty = visitor.sends("domain=&what=+&email=");
    assert_eq!(empty.text.matches("aria-invalid").count(), 2, "{}", empty.text);
    assert!(server.door.kept().inputs.is_empty());
}

#[test]
fn a_robot_that_fills_every_field_is_thanked_and_forgotten() {
    let server = Server::start();
    let answer = Visitor::arrives(&server, "192.0.2.1").sends(&format!("{DOWN}&website=x"));
    assert_eq!(answer.statuses, [200]);
    assert!(server.door.kept().inputs.is_empty());
}

#[test]
fn one_address_and_all_together_may_send_so_many_reports_an_hour() {
    let server = Server::start();
    let send = |address| Visitor::arrives(&server, address).sends(DOWN).statuses[0];
    assert_eq!([(); 3].map(|()| send("192.0.2.1")), [200; 3]);
    assert_eq!(send("192.0.2.1"), 429, "three from one address");
    assert_eq!(send("2001:db8::1"), 200);
    assert_eq!(send("2001:db8::2"), 200, "a neighbour in the same /64");
    assert_eq!(send("192.0.2.7"), 429, "five from everybody");
    let told = Visitor::arrives(&server, "192.0.2.7").sends(DOWN);
    let wait = between(&told.text, "retry-after: ", "\r\n").parse::<u64>().expect("seconds");
    assert!((3500..=3600).contains(&wait), "{wait}");
    assert_eq!(server.door.kept().inputs.len(), 5);
}

#[test]
fn a_full_journal_is_told_to_the_visitor() {
    let server = Server::start();
    server.door.set_full(true);
    let answer = Visitor::arrives(&server, "192.0.2.1").sends(DOWN);
    assert_eq!(answer.statuses, [503]);
    assert!(answer.text.contains("it was not kept"), "{}", answer.text);
}
