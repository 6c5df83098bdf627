//! `bellwether check --destinations`, as somebody types it.

use std::{fs, process::Command};

use super::{
    fake::Fake,
    rows::{clock, secret},
    worlds::mastodon::World,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_destinations_says_a_line_each_and_posts_nothing() {
    let good = Fake::of(Box::new(World::new(clock(), &secret()))).await;
    let other = Fake::of(Box::new(World::new(clock(), "another token"))).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    let dead = free.local_addr().expect("bound");
    drop(free);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bellwether.toml");
    let write = |feeds: &[(&str, String)]| {
        let mut text = "[bot]\nname = \"Host\"\n[[server]]\nid = \"s1\"\n\
            [[destination]]\nid = \"term\"\nkind = \"console\"\naudience = \"staff\"\n"
            .to_owned();
        for (id, url) in feeds {
            text += &format!(
                "[[destination]]\nid = \"{id}\"\nkind = \"mastodon\"\naudience = \"public\"\n\
                 url = \"{url}\"\ntoken_env = \"CHECK_TOKEN\"\n"
            );
        }
        fs::write(&path, text).expect("a disk");
    };
    let check = || {
        let output = Command::new(env!("CARGO_BIN_EXE_bellwether"))
            .args(["check", "--destinations"])
            .arg(&path)
            .env("CHECK_TOKEN", secret())
            .output()
            .expect("the binary");
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(!said.contains("whsec"), "{said}");
        (output.status.code(), said)
    };
    write(&[("toots", format!("http://{}", good.address))]);
    let (status, said) = check();
    insta::assert_snapshot!(said, @"
    ✔ term: nothing to ask
    ✔ toots: posts go to status at 127.0.0.1, at most 400 characters
    2 destinations were asked and can be used.
    ");
    assert_eq!(status, Some(0));
    write(&[
        ("toots", format!("http://{}", good.address)),
        ("wrong", format!("http://{}", other.address)),
        ("dead", format!("http://{dead}")),
        ("open", "http://social.example".to_owned()),
    ]);
    let (status, said) = check();
    insta::assert_snapshot!(said, @"
    ✘ destination open: url must be the server's https:// address, or a http:// one of this machine
    ✔ term: nothing to ask
    ✔ toots: posts go to status at 127.0.0.1, at most 400 characters
    ✘ wrong: refused (status 401). Are its account and its secret still right?
    ✘ dead: no answer (connection refused). Is its address right, and is it up?
    3 destinations cannot be used as they are.
    ");
    assert_eq!(status, Some(1));
    let asked = [good.requests(), other.requests()].concat();
    assert!(!asked.is_empty() && asked.iter().all(|request| request.line.starts_with("GET ")));
}
