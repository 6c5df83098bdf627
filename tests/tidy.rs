//! The house rules, kept by machine: floors, lengths, docs, purity, words. Each rule is seen
//! failing on a bad sample before it is held against the tree.
#![allow(clippy::expect_used, reason = "a test may fail loudly")]

#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/tokens.rs"]
mod tokens;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use rules::*;

/// Folders at the top that hold nothing of ours.
const NOT_OURS: &[&str] = &["target", "data", ".git", "node_modules"];

/// Every file under `folder`, by path from the top.
fn files(folder: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut waiting: Vec<PathBuf> = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder").flatten() {
            let path = entry.path();
            let name = path.strip_prefix(root).expect("inside").to_string_lossy().into_owned();
            if NOT_OURS.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() { waiting.push(path) } else { found.push(name) }
        }
    }
    found.sort();
    found
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn sources() -> Vec<(String, String)> {
    let paths = files("src").into_iter().filter(|path| path.ends_with(".rs"));
    paths.map(|path| (path.clone(), read(&path))).collect()
}

/// Holds a rule against every source.
fn hold(rule: fn(&str, &str) -> Vec<String>) {
    let said: Vec<String> = sources().iter().flat_map(|(path, text)| rule(path, text)).collect();
    assert!(said.is_empty(), "{said:#?}");
}

#[test]
fn a_module_imports_only_from_lower_floors() {
    let of_engine = |text| keeps_the_floors("src/engine/detect.rs", text);
    assert_eq!(
        of_engine("use crate::domain::Fleet; use super::view; use crate::engine::x;").len(),
        0
    );
    for bad in [
        "use crate::outbox::Outbox;",
        "use crate::{domain::{Fleet, Server}, pages::{self, x}};",
        "use crate::{\n    intake,\n};",
        "fn f() { crate::app::run() }",
        "fn f() { say!(\"{}\", crate::cli::main()) }",
        "use super::super::journal::Journal;",
        "mod tests { use super::super::super::journal::Journal; }",
        "use bellwether::broadcast::Driver;",
        "use crate::nowhere::X;",
    ] {
        assert_eq!(of_engine(bad).len(), 1, "{bad}");
    }
    assert_eq!(of_engine("mod tests { use super::super::view; }").len(), 0);
    assert_eq!(keeps_the_floors("src/clock.rs", "use super::domain::X;").len(), 1);
    assert_eq!(keeps_the_floors("src/attic/mod.rs", "").len(), 1);
    hold(keeps_the_floors);
}

#[test]
fn every_top_module_has_a_floor_and_every_floor_a_module() {
    let text = read("src/lib.rs");
    let declared = text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let mut declared: Vec<&str> = declared.collect();
    let mut floors: Vec<&str> = FLOORS.iter().map(|(name, _)| *name).collect();
    declared.sort_unstable();
    floors.sort_unstable();
    assert_eq!(declared, floors);
}

#[test]
fn no_function_is_longer_than_a_screen() {
    let function =
        |lines: usize| format!("struct S; impl S {{ fn f() {{{}}} }}", "\n".repeat(lines));
    assert_eq!(keeps_functions_short("f", &function(FUNCTION_LINES_MAX - 1)).len(), 0);
    assert_eq!(keeps_functions_short("f", &function(FUNCTION_LINES_MAX)).len(), 1);
    let test = format!("#[cfg(test)] mod tests {{ {} }}", function(FUNCTION_LINES_MAX));
    assert_eq!(keeps_functions_short("f", &test).len(), 0);
    hold(keeps_functions_short);
}

#[test]
fn no_file_is_longer_than_a_sitting() {
    let long = "const X: u8 = 1;\n".repeat(FILE_LINES_MAX + 1);
    assert_eq!(keeps_files_short("f", &long).len(), 1);
    let tests = format!("#[cfg(test)]\nmod tests {{\n{long}}}\n");
    assert_eq!(keeps_files_short("f", &tests).len(), 0);
    hold(keeps_files_short);
}

#[test]
fn the_lengths_are_reported() {
    let sources = sources();
    let at = |sorted: &[usize], share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
    let mut lengths: Vec<usize> = sources
        .iter()
        .flat_map(|(path, text)| functions(path, text))
        .map(|function| function.lines)
        .collect();
    let mut files: Vec<usize> = sources.iter().map(|(path, text)| file_lines(path, text)).collect();
    lengths.sort_unstable();
    files.sort_unstable();
    let (median, p95) = (at(&lengths, 0.5), at(&lengths, 0.95));
    println!(
        "{} functions: median {median} lines, p95 {p95}, longest {}; {} files: p95 {} lines, all {}",
        lengths.len(),
        at(&lengths, 1.0),
        files.len(),
        at(&files, 0.95),
        files.iter().sum::<usize>(),
    );
    assert!(median <= 12, "the median function has {median} lines");
    assert!(p95 <= 50, "one function in twenty has more than {p95} lines");
}

#[test]
fn every_file_says_what_it_is_for() {
    assert_eq!(has_module_docs("f", "use x;\n").len(), 1);
    assert_eq!(has_module_docs("f", "//! To be written.\n").len(), 1);
    assert_eq!(has_module_docs("f", "//! Customer domains, each on one server.\n").len(), 0);
    hold(|path, text| {
        let awaited = ["src/app/mod.rs", "src/cli/mod.rs"].contains(&path);
        let stub = awaited && text.starts_with("//! To be written.");
        if stub { Vec::new() } else { has_module_docs(path, text) }
    });
}

#[test]
fn nothing_is_left_undone() {
    for bad in ["x.unwrap()", "todo!()", "unimplemented!()", "dbg!(x)", "x.map(Option::unwrap)"] {
        assert_eq!(leaves_nothing_undone("f", &format!("fn f() {{ {bad}; }}")).len(), 1, "{bad}");
        let test = format!("mod tests {{ fn f() {{ {bad}; }} }}");
        assert_eq!(leaves_nothing_undone("f", &test).len(), 0, "{bad}");
    }
    let good =
        "/// Never call `x.unwrap()` or `todo!()`.\nfn f() { x.unwrap_or(1); say(\"todo!()\") }";
    assert_eq!(leaves_nothing_undone("f", good).len(), 0);
    hold(leaves_nothing_undone);
}

#[test]
fn nothing_is_otherwise_when_it_is_tested() {
    for bad in [
        "#[cfg(test)] fn f() {}",
        "#[cfg(not(test))] fn f() {}",
        "#[cfg_attr(test, derive(Debug))] struct S;",
        "fn f() -> bool { cfg!(test) }",
        "#[cfg(any(test, unix))] mod help {}",
        "fn f() { std::env::var(\"FAST\"); }",
        "fn f() { env::var_os(\"FAST\"); }",
    ] {
        assert_eq!(has_no_switches("src/app/mod.rs", bad).len(), 1, "{bad}");
    }
    for good in [
        "#[cfg(test)] mod tests { fn f() { std::env::var(\"X\"); } }",
        "#[cfg(test)] #[expect(clippy::x, reason = \"r\")] mod tests {}",
        "#[cfg(unix)] fn test() {}",
    ] {
        assert_eq!(has_no_switches("src/app/mod.rs", good).len(), 0, "{good}");
    }
    hold(has_no_switches);
}

#[test]
fn the_engine_is_pure() {
    for bad in [
        "async fn f() {}",
        "use std::collections::HashMap;",
        "fn f() { Utc::now(); }",
        "use crate::clock::Clock;",
        "fn f() { std::fs::read(\"x\"); }",
        "fn f() { rand::random(); }",
        "use std::thread;",
    ] {
        assert!(!keeps_the_engine_pure("src/engine/mod.rs", bad).is_empty(), "{bad}");
        assert!(keeps_the_engine_pure("src/app/mod.rs", bad).is_empty(), "{bad}");
    }
    hold(keeps_the_engine_pure);
}

#[test]
fn a_lint_is_silenced_only_with_a_reason() {
    for word in ["allow", "expect"] {
        let bad = format!("#[{word}(clippy::x)] fn f() {{}}");
        assert_eq!(silences_lints_with_a_reason("f", &bad).len(), 1);
        let good = format!("#![{word}(clippy::x, reason = \"r\")] fn f() {{ x.expect(\"y\") }}");
        assert_eq!(silences_lints_with_a_reason("f", &good).len(), 0);
    }
    hold(silences_lints_with_a_reason);
}

#[test]
fn no_file_names_the_place_it_was_written_in() {
    let bad = ["see /wo", "rk/main"].concat();
    assert_eq!(names_no_workplace("f", bad.as_bytes()).len(), 1);
    assert_eq!(names_no_workplace("f", b"the network / the rack").len(), 0);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let paths = files("").into_iter().filter(|path| path != ".git");
    let said: Vec<String> = paths
        .flat_map(|path| names_no_workplace(&path, &fs::read(root.join(&path)).expect("readable")))
        .collect();
    assert!(said.is_empty(), "{said:#?}");
}

#[test]
fn every_language_says_the_same_keys() {
    let words = |language: &str, text: &str| {
        ((language.to_owned(), "page.ftl".to_owned()), text.to_owned())
    };
    let en = words("en", "-host = us\n    .short = we\na = x\nb = y\n");
    let bad = BTreeMap::from([en.clone(), words("de", "-host = wir\na = x\nc = z\n")]);
    assert_eq!(
        says_the_same_in_every_language(&bad),
        [
            "de/page.ftl: lacks `-host.short`",
            "de/page.ftl: lacks `b`",
            "de/page.ftl: `c` is not in en",
        ]
    );
    let mut all = BTreeMap::new();
    for path in files("messages").into_iter().filter(|path| path.ends_with(".ftl")) {
        let mut parts = path.split('/').skip(1).map(str::to_owned);
        let name = parts.next().zip(parts.next()).expect("messages/LANGUAGE/FILE.ftl");
        all.insert(name, read(&path));
    }
    assert!(all.keys().any(|(language, _)| language == "en"));
    assert_eq!(says_the_same_in_every_language(&all), Vec::<String>::new());
}
