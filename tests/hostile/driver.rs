//! Sends what a case says over a plain socket and reads what comes back.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    thread,
    time::Duration,
};

use super::Send;

/// What came back.
#[derive(Debug, Default)]
pub struct Reply {
    /// The status of each answer, in order.
    pub statuses: Vec<u16>,
    /// All bytes, as text.
    pub text: String,
    /// The other side ended the connection.
    pub ended: bool,
}

/// Sends, then reads until the connection ends or nothing comes for `patience`.
pub fn exchange(address: SocketAddr, send: &Send, patience: Duration) -> Reply {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(patience)).expect("a time-out can be set");
    stream.set_write_timeout(Some(patience)).expect("a time-out can be set");
    let writer = stream.try_clone().expect("a socket can be shared");
    thread::scope(|scope| {
        scope.spawn(move || {
            // The other side may end it at any byte: what it answered is what counts.
            let _ = write(writer, send);
        });
        let reply = read(stream.try_clone().expect("a socket can be shared"));
        let _ = stream.shutdown(Shutdown::Both);
        reply
    })
}

fn write(mut stream: TcpStream, send: &Send) -> std::io::Result<()> {
    match send {
        Send::Whole(bytes) => stream.write_all(bytes),
        Send::ThenClose(bytes) => {
            stream.write_all(bytes)?;
            stream.shutdown(Shutdown::Write)
        }
        Send::Flood { head, filler, bytes_max } => {
            stream.write_all(head)?;
            let times = bytes_max / filler.len() as u64;
            (0..times).try_for_each(|_| stream.write_all(filler))
        }
        Send::Drip(bytes) => bytes.chunks(1).try_for_each(|byte| {
            thread::sleep(Duration::from_millis(50));
            stream.write_all(byte)
        }),
    }
}

fn read(mut stream: TcpStream) -> Reply {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    let ended = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break true,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) => {
                break !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
            }
        }
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let heads = text.match_indices("HTTP/1.1 ").map(|(at, found)| &text[at + found.len()..]);
    let statuses = heads.filter_map(|head| head.get(..3)?.parse().ok()).collect();
    Reply { statuses, text, ended }
}

/// The memory that a process holds now, in bytes.
pub fn resident_bytes(pid: u32) -> u64 {
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).expect("Linux tells");
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.expect("the second number is the resident pages") * 4096
}
