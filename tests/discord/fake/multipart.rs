//! Reads a `multipart/form-data` body: `payload_json` and files.

use serde_json::Value;

/// A file that came along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The number in `files[N]`.
    pub number: u64,
    pub name: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// A body's parts.
#[derive(Debug, Default)]
pub struct Parts {
    pub files: Vec<Upload>,
    fields: Vec<(String, Vec<u8>)>,
}

impl Parts {
    /// What came as `payload_json`; null without one.
    pub fn payload(&self) -> serde_json::Result<Value> {
        let named = self.fields.iter().find(|(name, _)| name == "payload_json");
        named.map_or(Ok(Value::Null), |(_, bytes)| serde_json::from_slice(bytes))
    }
}

/// The parts of a body, or nothing if it is not well formed.
pub fn parse(content_type: &str, body: &[u8]) -> Option<Parts> {
    let boundary = parameter(content_type, "boundary")?;
    let line = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(&line.as_bytes()[2..])?;
    let mut parts = Parts::default();
    loop {
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let end = find(rest, line.as_bytes())?;
        add(&mut parts, &rest[..end])?;
        rest = &rest[end + line.len()..];
    }
}

fn add(parts: &mut Parts, part: &[u8]) -> Option<()> {
    let head_end = find(part, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&part[..head_end]).ok()?;
    let bytes = part[head_end + 4..].to_vec();
    let header = |name: &str| {
        head.lines().filter_map(|line| line.split_once(':')).find_map(|(key, value)| {
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let disposition = header("content-disposition")?;
    let name = parameter(&disposition, "name")?;
    let number = name.strip_prefix("files[").and_then(|rest| rest.strip_suffix(']'));
    let number = number.or((name == "file").then_some("0"));
    match (number.and_then(|number| number.parse().ok()), parameter(&disposition, "filename")) {
        (Some(number), Some(file_name)) => {
            let content_type = header("content-type");
            let content_type = content_type.unwrap_or("application/octet-stream".to_owned());
            parts.files.push(Upload { number, name: file_name, content_type, bytes });
        }
        _ => parts.fields.push((name, bytes)),
    }
    Some(())
}

/// A header's parameter, with or without quotes.
fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim_matches('"').to_owned())
    })
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}
