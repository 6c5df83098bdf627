//! A mail server on loopback that keeps what it takes, and does as it is told at any word of the
//! dialogue.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

/// A word of the dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Greeting,
    Hello,
    Login,
    Sender,
    Reader,
    Data,
    /// After the letter's last line.
    End,
}

/// What it does instead of what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Says(&'static str),
    /// The line is cut.
    HangsUp,
    /// Nothing more is said.
    IsSilent,
    /// The letter is kept, and the line is cut.
    KeepsAndHangsUp,
    /// The letter is kept, and nothing more is said.
    KeepsAndIsSilent,
}

/// A letter that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub from: String,
    pub to: String,
    /// As it came, with the dots at lines' beginnings undone.
    pub bytes: String,
}

/// What a moment meets, where no fault waits for it.
type Mood = Box<dyn FnMut(Moment) -> Option<Fault> + Send>;

#[derive(Default)]
struct State {
    taken: Vec<Taken>,
    faults: VecDeque<(Moment, Fault)>,
    mood: Option<Mood>,
    lines: usize,
    login: Option<(String, String)>,
}

/// The server. It lives as long as the test's runtime.
#[derive(Clone)]
pub struct Smtp {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// How it speaks TLS.
#[derive(Clone)]
pub enum Tls {
    No,
    FromTheStart(TlsAcceptor),
    WhenAsked(TlsAcceptor),
}

impl Smtp {
    pub async fn start() -> Self {
        Self::with(Tls::No).await
    }

    pub async fn with(tls: Tls) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let server = Self { address, state: Arc::default() };
        let own = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).expect("a socket");
                let (own, tls) = (own.clone(), tls.clone());
                tokio::spawn(async move {
                    own.state().lines += 1;
                    match tls {
                        Tls::No => {
                            own.talk(stream, None).await;
                        }
                        Tls::FromTheStart(acceptor) => {
                            let Ok(stream) = acceptor.accept(stream).await else { return };
                            own.talk(stream, None).await;
                        }
                        Tls::WhenAsked(acceptor) => {
                            let Some(stream) = own.talk(stream, Some(())).await else { return };
                            let Ok(stream) = acceptor.accept(stream).await else { return };
                            own.go_on(BufReader::new(stream), None).await;
                        }
                    }
                });
            }
        });
        server
    }

    /// From now on only this user may send.
    pub fn wants(&self, user: &str, password: &str) {
        self.state().login = Some((user.to_owned(), password.to_owned()));
    }

    /// The next time that `moment` comes, it does `fault`.
    pub fn fails(&self, moment: Moment, fault: Fault) {
        self.state().faults.push_back((moment, fault));
    }

    /// Fails by chance from now on.
    pub fn turn(&self, mood: impl FnMut(Moment) -> Option<Fault> + Send + 'static) {
        self.state().mood = Some(Box::new(mood));
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.state().taken.clone()
    }

    pub fn count(&self) -> usize {
        self.state().taken.len()
    }

    /// How often somebody connected.
    pub fn lines(&self) -> usize {
        self.state().lines
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics with the lock held")
    }

    fn fault_at(&self, moment: Moment) -> Option<Fault> {
        let mut state = self.state();
        match state.faults.iter().position(|(at, _)| *at == moment) {
            Some(place) => state.faults.remove(place).map(|(_, fault)| fault),
            None => state.mood.as_mut().and_then(|mood| mood(moment)),
        }
    }

    /// One line; the stream comes back when TLS was asked for.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        tls: Option<()>,
    ) -> Option<S> {
        let mut stream = BufReader::new(stream);
        if !self.say(&mut stream, Moment::Greeting, "220 mail.example ready").await {
            return None;
        }
        self.go_on(stream, tls).await
    }

    async fn go_on<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: BufReader<S>,
        tls: Option<()>,
    ) -> Option<S> {
        let (mut from, mut to, mut is_known) = (String::new(), String::new(), false);
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let word = line.trim_end().to_owned();
            let upper = word.to_ascii_uppercase();
            let goes_on = if upper.starts_with("EHLO") {
                let offers = if tls.is_some() { "250-STARTTLS\r\n" } else { "" };
                let hello = format!("250-mail.example\r\n{offers}250-8BITMIME\r\n250 AUTH PLAIN");
                self.say(&mut stream, Moment::Hello, &hello).await
            } else if upper == "STARTTLS" && tls.is_some() {
                stream.write_all(b"220 go on\r\n").await.ok()?;
                stream.flush().await.ok()?;
                return Some(stream.into_inner());
            } else if let Some(login) = word.strip_prefix("AUTH PLAIN ") {
                is_known = self.is_right(login);
                let answer = if is_known { "235 welcome" } else { "535 5.7.8 who are you" };
                self.say(&mut stream, Moment::Login, answer).await
            } else if let Some(sender) = word.strip_prefix("MAIL FROM:") {
                from = address(sender);
                let may = is_known || self.state().login.is_none();
                let answer = if may { "250 ok" } else { "530 5.7.0 log in first" };
                self.say(&mut stream, Moment::Sender, answer).await
            } else if let Some(reader) = word.strip_prefix("RCPT TO:") {
                to = address(reader);
                self.say(&mut stream, Moment::Reader, "250 ok").await
            } else if upper == "DATA" {
                if self.say(&mut stream, Moment::Data, "354 go on").await {
                    let bytes = letter(&mut stream).await?;
                    let taken = Taken { from: from.clone(), to: to.clone(), bytes };
                    self.keep(&mut stream, taken).await
                } else {
                    false
                }
            } else if upper == "QUIT" {
                let _ = stream.write_all(b"221 bye\r\n").await;
                false
            } else {
                stream.write_all(b"502 what\r\n").await.is_ok()
            };
            if !goes_on {
                return None;
            }
        }
    }

    fn is_right(&self, login: &str) -> bool {
        let said = STANDARD.decode(login).unwrap_or_default();
        let login = self.state().login.clone();
        login.is_some_and(|(user, password)| said == format!("\0{user}\0{password}").as_bytes())
    }

    async fn keep<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: &mut BufReader<S>,
        taken: Taken,
    ) -> bool {
        let fault = self.fault_at(Moment::End);
        let is_kept =
            matches!(fault, None | Some(Fault::KeepsAndHangsUp | Fault::KeepsAndIsSilent));
        if is_kept {
            self.state().taken.push(taken);
        }
        act(stream, fault, "250 taken").await
    }

    async fn say<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: &mut BufReader<S>,
        moment: Moment,
        usual: &str,
    ) -> bool {
        let fault = self.fault_at(moment);
        act(stream, fault, usual).await && !fault.is_some_and(ends_dialogue)
    }
}

/// A refusal where a letter would begin: no letter comes.
fn ends_dialogue(fault: Fault) -> bool {
    matches!(fault, Fault::Says(words) if words.starts_with("421"))
}

/// Whether the line goes on.
async fn act<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    fault: Option<Fault>,
    usual: &str,
) -> bool {
    let words = match fault {
        None => usual,
        Some(Fault::Says(words)) => words,
        Some(Fault::HangsUp | Fault::KeepsAndHangsUp) => return false,
        Some(Fault::IsSilent | Fault::KeepsAndIsSilent) => {
            std::future::pending::<()>().await;
            return false;
        }
    };
    stream.write_all(format!("{words}\r\n").as_bytes()).await.is_ok()
        && stream.flush().await.is_ok()
}

async fn letter<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let (mut bytes, mut line) = (String::new(), String::new());
    loop {
        line.clear();
        // Nothing more comes: whoever wrote it is gone, perhaps in the middle of a line.
        if stream.read_line(&mut line).await.ok()? == 0 || !line.ends_with('\n') {
            return None;
        }
        assert!(line.ends_with("\r\n"), "a line ends with CR LF: {line:?}");
        assert!(line.len() <= 1000, "a line is too long: {line:?}");
        if line == ".\r\n" {
            return Some(bytes);
        }
        bytes += line.strip_prefix('.').unwrap_or(&line);
    }
}

/// `<ann@example.org> BODY=8BITMIME` → `ann@example.org`.
fn address(said: &str) -> String {
    said.trim_start_matches('<').split('>').next().unwrap_or_default().to_owned()
}

impl Taken {
    /// A header's value, unfolded; empty when it is not there.
    pub fn header(&self, name: &str) -> String {
        let head = self.bytes.split("\r\n\r\n").next().unwrap_or_default();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let start = format!("{}:", name.to_ascii_lowercase());
        let mut lines = unfolded.split("\r\n");
        let line = lines.find(|line| line.to_ascii_lowercase().starts_with(&start));
        line.map(|line| line[start.len()..].trim().to_owned()).unwrap_or_default()
    }

    /// The plain text.
    pub fn text(&self) -> String {
        self.part("text/plain")
    }

    pub fn html(&self) -> String {
        self.part("text/html")
    }

    fn part(&self, kind: &str) -> String {
        let boundary = self.header("content-type");
        let boundary = boundary.split("boundary=\"").nth(1).expect("a boundary");
        let boundary = format!("--{}", boundary.split('"').next().unwrap_or_default());
        let part = self.bytes.split(&boundary).find(|part| part.contains(kind));
        let (head, body) = part.expect("the part").split_once("\r\n\r\n").expect("a head");
        let body = body.trim_end();
        if head.contains("quoted-printable") {
            return unquoted(body);
        }
        if head.contains("base64") {
            let bytes = STANDARD.decode(body.replace("\r\n", "")).expect("base64");
            return String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n");
        }
        body.replace("\r\n", "\n")
    }

    /// The first link with `path` in it.
    pub fn link(&self, path: &str) -> String {
        let text = self.text();
        let link = text.split_whitespace().find(|word| word.contains(path));
        link.expect("a link").to_owned()
    }
}

fn unquoted(body: &str) -> String {
    let joined = body.replace("=\r\n", "").replace("\r\n", "\n");
    let (mut bytes, mut rest) = (Vec::new(), joined.as_bytes());
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        if *first == b'=' {
            let hex = std::str::from_utf8(&rest[..2]).expect("hex digits");
            bytes.push(u8::from_str_radix(hex, 16).expect("hex digits"));
            rest = &rest[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}
