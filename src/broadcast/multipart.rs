//! A form with files (RFC 7578), the same bytes for the same content. Names are our own: nothing in
//! the head of a part comes from outside.

use crate::domain::PostId;

/// A form in the making.
pub(super) struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    /// An empty form that is about a post: its parts are told apart by a line that nothing in them
    /// can hold but on purpose, as the id is a hash.
    pub(super) fn about(post: &PostId) -> Self {
        let id = post.as_str().bytes().filter(u8::is_ascii_alphanumeric).take(40);
        let id: String = id.map(char::from).collect();
        Self { boundary: format!("bellwether-{id}"), body: Vec::new() }
    }

    /// A field.
    pub(super) fn field(self, name: &str, content_type: &str, content: &[u8]) -> Self {
        self.part(&format!("name=\"{name}\""), content_type, content)
    }

    /// A file.
    pub(super) fn file(self, name: &str, file: &str, content_type: &str, content: &[u8]) -> Self {
        self.part(&format!("name=\"{name}\"; filename=\"{file}\""), content_type, content)
    }

    fn part(mut self, names: &str, content_type: &str, content: &[u8]) -> Self {
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; {names}\r\nContent-Type: {content_type}\r\n\r\n",
            self.boundary
        );
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// The header's value, and the body.
    pub(super) fn finish(mut self) -> (String, Vec<u8>) {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        (format!("multipart/form-data; boundary={}", self.boundary), self.body)
    }
}
