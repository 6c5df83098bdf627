//! The rules. Each is a pure function from a file's path and text to what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::Entry;
use syn::visit::Visit;

use super::tokens::{Token, tokens};

/// The floors; a module imports only from lower ones.
pub const FLOORS: &[(&str, u8)] = &[
    ("domain", 0),
    ("clock", 0),
    ("rests", 1),
    ("event", 1),
    ("command", 1),
    ("render", 1),
    ("config", 1),
    ("engine", 2),
    ("journal", 2),
    ("outbox", 2),
    ("intake", 3),
    ("chat", 3),
    ("broadcast", 3),
    ("pages", 3),
    ("app", 4),
    ("cli", 5),
];
/// The longest function, in lines from its `fn` to its last bracket.
pub const FUNCTION_LINES_MAX: usize = 70;
/// The longest file, in lines without its inline tests.
pub const FILE_LINES_MAX: usize = 500;

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// The path of a file as a module: `src/a/b.rs` and `src/a/b/mod.rs` are `[a, b]`.
fn module_path(path: &str) -> Vec<&str> {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    let inside = inside.strip_suffix(".rs").unwrap_or(inside);
    let mut parts: Vec<&str> = inside.split('/').collect();
    if parts.last() == Some(&"mod") {
        parts.pop();
    }
    parts
}

/// A module imports only from lower floors, whichever way it writes the path: `crate::…`,
/// `super::super::…`, in braces, in a macro.
pub fn keeps_the_floors(path: &str, text: &str) -> Vec<String> {
    let own_path = module_path(path);
    let own = own_path[0];
    if own == "lib" || own == "main" {
        return Vec::new();
    }
    let Some(own_floor) = floor(own) else { return vec![format!("{path}: `{own}` has no floor")] };
    let flat = tokens(text);
    let mut said = Vec::new();
    for at in 0..flat.len() {
        for (line, module) in roots_named(&flat, at, own_path.len()) {
            match floor(&module) {
                _ if module == own => {}
                Some(floor) if floor < own_floor => {}
                Some(floor) => said.push(format!(
                    "{path}:{line}: `{own}` on floor {own_floor} imports `{module}` on floor {floor}"
                )),
                None => said.push(format!("{path}:{line}: `{module}` has no floor")),
            }
        }
    }
    said
}

/// The top modules that a path beginning at token `at` leads to.
fn roots_named(flat: &[Token], at: usize, depth: usize) -> Vec<(usize, String)> {
    let word = |at: usize| flat.get(at).map_or("", |token| token.text.as_str());
    let begins = at == 0 || word(at - 1) != "::";
    let after = match word(at) {
        "crate" | "bellwether" if begins && word(at + 1) == "::" => at + 2,
        "super" if begins => {
            let mut after = at;
            let mut up = depth + flat[at].modules.len();
            while word(after) == "super" && word(after + 1) == "::" {
                (after, up) = (after + 2, up.saturating_sub(1));
            }
            if up > 0 || after == at {
                return Vec::new();
            }
            after
        }
        _ => return Vec::new(),
    };
    if word(after) != "{" {
        return vec![(flat[at].line, word(after).to_owned())];
    }
    // The first word after the bracket, and after every comma of the same depth.
    let (mut open, mut named) = (0, Vec::new());
    for token in &flat[after..] {
        match token.text.as_str() {
            "{" => open += 1,
            "}" => open -= 1,
            "," if open == 1 => {}
            text if open == 1 => named.push((token.line, text.to_owned())),
            _ => {}
        }
        if open == 0 {
            break;
        }
        if token.text == "," && open == 1 {
            named.push((0, String::new()));
        }
    }
    named.split(|(line, _)| *line == 0).filter_map(|path| path.first().cloned()).collect()
}

/// A function's name, first line and lines.
#[derive(Debug)]
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

struct Functions(Vec<Function>);

impl Functions {
    fn add(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let line = signature.fn_token.span.start().line;
        let lines = block.brace_token.span.close().end().line + 1 - line;
        self.0.push(Function { name: signature.ident.to_string(), line, lines });
    }
}

impl<'f> Visit<'f> for Functions {
    fn visit_item_mod(&mut self, item: &'f syn::ItemMod) {
        if !is_tests(item) {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'f syn::ItemFn) {
        self.add(&item.sig, &item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'f syn::ImplItemFn) {
        self.add(&item.sig, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'f syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.add(&item.sig, block);
        }
        syn::visit::visit_trait_item_fn(self, item);
    }
}

fn parsed(path: &str, text: &str) -> syn::File {
    syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn is_tests(item: &syn::ItemMod) -> bool {
    item.ident == "tests" && item.attrs.iter().any(|attribute| attribute.path().is_ident("cfg"))
}

/// Every function outside the inline tests.
pub fn functions(path: &str, text: &str) -> Vec<Function> {
    let mut functions = Functions(Vec::new());
    functions.visit_file(&parsed(path, text));
    functions.0
}

/// No function is longer than [`FUNCTION_LINES_MAX`].
pub fn keeps_functions_short(path: &str, text: &str) -> Vec<String> {
    let long =
        functions(path, text).into_iter().filter(|function| function.lines > FUNCTION_LINES_MAX);
    long.map(|Function { name, line, lines }| format!("{path}:{line}: `{name}` has {lines} lines"))
        .collect()
}

/// No file is longer than [`FILE_LINES_MAX`] without its inline tests.
pub fn keeps_files_short(path: &str, text: &str) -> Vec<String> {
    let lines = file_lines(path, text);
    if lines > FILE_LINES_MAX { vec![format!("{path}: {lines} lines")] } else { Vec::new() }
}

/// A file's lines without its inline tests.
pub fn file_lines(path: &str, text: &str) -> usize {
    let items = parsed(path, text).items;
    let tests = items.iter().filter_map(|item| {
        let syn::Item::Mod(item) = item else { return None };
        let first = item.attrs.first().map_or(item.mod_token.span, |first| first.pound_token.span);
        let end = item.content.as_ref().map_or(first, |(brace, _)| brace.span.close());
        is_tests(item).then(|| end.end().line + 1 - first.start().line)
    });
    text.lines().count() - tests.sum::<usize>()
}

/// Every file begins by saying what it is for.
pub fn has_module_docs(path: &str, text: &str) -> Vec<String> {
    let docs: String = text
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .map(|line| line.trim_start_matches("//!"))
        .collect();
    let said = docs.trim().len() >= 30;
    if said { Vec::new() } else { vec![format!("{path}:1: no `//!` that says what it is for")] }
}

/// No `unwrap()`, `todo!`, `unimplemented!` or `dbg!` outside the inline tests.
pub fn leaves_nothing_undone(path: &str, text: &str) -> Vec<String> {
    let flat = tokens(text);
    let is = |at: usize, text: &str| flat.get(at).is_some_and(|token| token.text == text);
    let mut said = Vec::new();
    for (at, token) in flat.iter().enumerate().filter(|(_, token)| !is_test_code(token)) {
        let found = match token.text.as_str() {
            "unwrap" if at > 0 && (is(at - 1, ".") || is(at - 1, "::")) => true,
            "todo" | "unimplemented" | "dbg" => is(at + 1, "!"),
            _ => false,
        };
        if found {
            said.push(format!("{path}:{}: `{}`", token.line, token.text));
        }
    }
    said
}

fn is_test_code(token: &Token) -> bool {
    token.modules.first().is_some_and(|module| module == "tests")
}

/// Nothing in the program is otherwise when it is tested: `cfg(test)` stands only on `mod tests`,
/// and only the configuration and the command line read the environment.
pub fn has_no_switches(path: &str, text: &str) -> Vec<String> {
    let flat = tokens(text);
    let word = |at: usize| flat.get(at).map_or("", |token| token.text.as_str());
    let mut said = Vec::new();
    for (at, token) in flat.iter().enumerate() {
        if token.text == "cfg" || token.text == "cfg_attr" {
            let inside =
                flat[at + 1..].iter().take_while(|token| token.text != "]" && token.text != ";");
            let named = inside.clone().any(|token| token.text == "test");
            let after = at + 1 + inside.count();
            let on_tests =
                token.text == "cfg" && word(after) == "]" && names_tests(&flat[after + 1..]);
            if named && !on_tests {
                said.push(format!(
                    "{path}:{}: `{}(test)` not on `mod tests`",
                    token.line, token.text
                ));
            }
        }
        let reads = token.text == "env" && word(at + 1) == "::" && word(at + 2).starts_with("var");
        let may = path.starts_with("src/config/") || path.starts_with("src/cli/");
        if reads && !may && !is_test_code(token) {
            said.push(format!("{path}:{}: reads the environment", token.line));
        }
    }
    said
}

/// Whether the next item, after its other attributes, is `mod tests`.
fn names_tests(flat: &[Token]) -> bool {
    let mut open = 0;
    let mut words = flat.iter().filter(|token| {
        let before = open;
        match token.text.as_str() {
            "[" => open += 1,
            "]" => open -= 1,
            _ => {}
        }
        before == 0 && !["#", "[", "]"].contains(&token.text.as_str())
    });
    words.next().is_some_and(|token| token.text == "mod")
        && words.next().is_some_and(|token| token.text == "tests")
}

/// The engine is pure: what it must not even name.
pub fn keeps_the_engine_pure(path: &str, text: &str) -> Vec<String> {
    if !path.starts_with("src/engine") {
        return Vec::new();
    }
    const WORDS: &[&str] = &[
        "async",
        "await",
        "HashMap",
        "HashSet",
        "RandomState",
        "SystemTime",
        "Instant",
        "Utc",
        "Local",
        "Clock",
        "Stopwatch",
        "println",
        "eprintln",
    ];
    const MODULES: &[&str] =
        &["tokio", "rand", "fs", "net", "thread", "env", "process", "tracing", "clock"];
    let flat = tokens(text);
    let joined =
        |at: Option<usize>| at.and_then(|at| flat.get(at)).is_some_and(|token| token.text == "::");
    let named = |at: usize, word: &str| {
        let in_path = joined(at.checked_sub(1)) || joined(Some(at + 1));
        WORDS.contains(&word) || (MODULES.contains(&word) && in_path)
    };
    let impure = flat
        .iter()
        .enumerate()
        .filter(|(at, token)| !is_test_code(token) && named(*at, &token.text));
    impure
        .map(|(_, token)| format!("{path}:{}: `{}` in the engine", token.line, token.text))
        .collect()
}

/// A lint is silenced only with a reason.
pub fn silences_lints_with_a_reason(path: &str, text: &str) -> Vec<String> {
    let flat = tokens(text);
    let word = |at: usize| flat.get(at).map_or("", |token| token.text.as_str());
    let silencing = (2..flat.len()).filter(|at| {
        ["allow", "expect"].contains(&word(*at)) && word(at - 1) == "[" && word(at + 1) == "("
    });
    silencing
        .filter(|at| {
            !flat[*at..]
                .iter()
                .take_while(|token| token.text != "]")
                .any(|token| token.text == "reason")
        })
        .map(|at| format!("{path}:{}: `{}` without a reason", flat[at].line, word(at)))
        .collect()
}

/// Nothing speaks of the machine or the workplace that a file was written on.
pub fn names_no_workplace(path: &str, bytes: &[u8]) -> Vec<String> {
    // Put together here, so that this file does not name them either.
    let words = ["/wo.rk/", "work.tree", "/ro.ot/", "/ho.me/", "bash._jobs"]
        .map(|word| word.replace('.', ""));
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let found = |word: &String| text.contains(word.as_str());
    words.iter().filter(|word| found(word)).map(|word| format!("{path}: names `{word}`")).collect()
}

/// The keys of a file of words: messages, terms and their attributes.
pub fn message_keys(path: &str, text: &str) -> BTreeSet<String> {
    let resource = fluent_syntax::parser::parse(text)
        .unwrap_or_else(|(_, errors)| panic!("{path}: {errors:?}"));
    let mut keys = BTreeSet::new();
    for entry in &resource.body {
        let (key, attributes) = match entry {
            Entry::Message(message) => (message.id.name.to_owned(), &message.attributes),
            Entry::Term(term) => (format!("-{}", term.id.name), &term.attributes),
            Entry::Comment(_)
            | Entry::GroupComment(_)
            | Entry::ResourceComment(_)
            | Entry::Junk { .. } => continue,
        };
        keys.extend(attributes.iter().map(|attribute| format!("{key}.{}", attribute.id.name)));
        keys.insert(key);
    }
    keys
}

/// Every language says the same keys as `en`, file by file; a file that `en` alone has is staff's, who
/// read English.
pub fn says_the_same_in_every_language(files: &BTreeMap<(String, String), String>) -> Vec<String> {
    let keys: BTreeMap<_, _> =
        files.iter().map(|(name, text)| (name, message_keys(&name.1, text))).collect();
    let languages: BTreeSet<&String> = keys.keys().map(|(language, _)| language).collect();
    let names: BTreeSet<&String> = keys.keys().map(|(_, file)| file).collect();
    let none = BTreeSet::new();
    let mut said = Vec::new();
    let is_translated =
        |file: &String| keys.keys().any(|(language, other)| language != "en" && other == file);
    for file in names.into_iter().filter(|file| is_translated(file)) {
        let of = |language: &str| keys.get(&(language.to_owned(), file.clone())).unwrap_or(&none);
        for language in languages.iter().filter(|language| **language != "en") {
            let (own, en) = (of(language), of("en"));
            said.extend(en.difference(own).map(|key| format!("{language}/{file}: lacks `{key}`")));
            said.extend(
                own.difference(en).map(|key| format!("{language}/{file}: `{key}` is not in en")),
            );
        }
    }
    said
}
