//! Reads a form with files, strictly.

use std::collections::BTreeMap;

use super::super::fake::Request;

/// A form's parts by their names.
pub struct Form(BTreeMap<String, Vec<u8>>);

impl Form {
    /// What came under a name.
    pub fn file(&self, name: &str) -> &[u8] {
        self.0.get(name).unwrap_or_else(|| panic!("no part {name}"))
    }
}

pub fn read(request: &Request) -> Form {
    let content_type = request.header("content-type");
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").expect("a form");
    let line = format!("\r\n--{boundary}");
    let mut rest = request.body.strip_prefix(&line.as_bytes()[2..]).expect("its beginning");
    let mut parts = BTreeMap::new();
    while rest != b"--\r\n" {
        let part = rest.strip_prefix(b"\r\n").expect("a part");
        let end = place_of(part, line.as_bytes());
        let head_end = place_of(part, b"\r\n\r\n");
        let head = std::str::from_utf8(&part[..head_end]).expect("UTF-8");
        let name = head.split("name=\"").nth(1).and_then(|rest| rest.split('"').next());
        let content = part[head_end + 4..end].to_vec();
        let before = parts.insert(name.expect("a name").to_owned(), content);
        assert!(before.is_none(), "one name twice");
        rest = &part[end + line.len()..];
    }
    Form(parts)
}

fn place_of(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|some| some == wanted).expect("it is there")
}
