//! A provider's page on a loopback port, told answer by answer what to do.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

/// What the page does when it is next asked; the last one is done again and again.
#[derive(Clone, Debug)]
pub enum Answer {
    /// These bytes, whatever was asked.
    Raw(Vec<u8>),
    /// 200 with this body and ETag; 304 when the ETag is sent back.
    Page(String, &'static str),
    /// Nothing at all, ever.
    Silence,
    /// 200 and bytes without end.
    Endless,
}

/// The page, with what it was asked.
pub struct Page {
    pub address: SocketAddr,
    script: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Page {
    pub async fn start(script: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (script, asked) = (Arc::new(Mutex::new(script.into())), Arc::default());
        let task = tokio::spawn(serve(listener, Arc::clone(&script), Arc::clone(&asked)));
        Self { address, script, asked, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/api/v2/summary.json", self.address)
    }

    /// From now on only this.
    pub fn answer(&self, answer: Answer) {
        *self.script.lock().unwrap() = [answer].into();
    }

    /// The heads of all requests, in lower case.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    listener: TcpListener,
    script: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<String>>>,
) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let (script, asked) = (Arc::clone(&script), Arc::clone(&asked));
        tokio::spawn(async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else { return };
                head.push(byte);
            }
            let head = String::from_utf8_lossy(&head).to_lowercase();
            let answer = {
                asked.lock().unwrap().push(head.clone());
                let mut script = script.lock().unwrap();
                let next = script.pop_front().unwrap();
                if script.is_empty() {
                    script.push_back(next.clone());
                }
                next
            };
            match answer {
                Answer::Raw(bytes) => {
                    let _ = stream.write_all(&bytes).await;
                }
                Answer::Page(body, etag) => {
                    let bytes = if head.contains(&etag.to_lowercase()) {
                        "HTTP/1.1 304 Not Modified\r\ncontent-length: 0\r\n\r\n".to_owned()
                    } else {
                        format!(
                            "HTTP/1.1 200 OK\r\netag: {etag}\r\ncontent-length: {}\r\n\r\n{body}",
                            body.len()
                        )
                    };
                    let _ = stream.write_all(bytes.as_bytes()).await;
                }
                Answer::Silence => std::future::pending().await,
                Answer::Endless => {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
                    while stream.write_all(&[b' '; 64 * 1024]).await.is_ok() {}
                }
            }
        });
    }
}
