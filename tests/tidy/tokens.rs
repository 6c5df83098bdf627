//! A file as a flat list of tokens, with the line and the inline modules each stands in. Docs and
//! comments are not in it; what is inside a macro's brackets is.

use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One word, sign or bracket.
#[derive(Clone, Debug)]
pub struct Token {
    /// As it is written; a bracket is one of `( ) { } [ ]`, a text in quotes is `""`.
    pub text: String,
    /// From 1.
    pub line: usize,
    /// The inline modules around it, outermost first.
    pub modules: Vec<String>,
}

/// All tokens of a file.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut flat = Vec::new();
    let stream = TokenStream::from_str(text).expect("a file that compiles has tokens");
    flatten(stream, &mut Vec::new(), &mut flat);
    flat
}

fn flatten(stream: TokenStream, modules: &mut Vec<String>, flat: &mut Vec<Token>) {
    let mut before: [String; 2] = [String::new(), String::new()];
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let line = tree.span().start().line;
        let mut push = |text: String, line, modules: &[String]| {
            flat.push(Token { text, line, modules: modules.to_vec() });
        };
        let text = match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                // A doc comment arrives as `#[doc = "…"]`, and its words are nobody's code.
                push(open.to_owned(), line, modules);
                let is_module = open == "{" && before[0] == "mod";
                if is_module {
                    modules.push(before[1].clone());
                }
                flatten(group.stream(), modules, flat);
                if is_module {
                    modules.pop();
                }
                let end = group.span_close().end().line;
                flat.push(Token { text: close.to_owned(), line: end, modules: modules.clone() });
                close.to_owned()
            }
            TokenTree::Ident(ident) => {
                push(ident.to_string(), line, modules);
                ident.to_string()
            }
            TokenTree::Punct(punct) => {
                let path = punct.as_char() == ':'
                    && matches!(trees.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':');
                if path {
                    trees.next();
                }
                let text = if path { "::".to_owned() } else { punct.as_char().to_string() };
                push(text.clone(), line, modules);
                text
            }
            TokenTree::Literal(_) => {
                push("\"\"".to_owned(), line, modules);
                "\"\"".to_owned()
            }
        };
        before = [std::mem::take(&mut before[1]), text];
    }
}
