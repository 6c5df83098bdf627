//! A wire to a server that loses an answer when it is told to, after the server has given it.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub struct Wire {
    pub address: SocketAddr,
    /// What a request must hold for its answer to be lost; taken out when it comes.
    doomed: Arc<Mutex<Option<&'static [u8]>>>,
}

impl Wire {
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let doomed = Arc::new(Mutex::new(None));
        let shared = Arc::clone(&doomed);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, server, Arc::clone(&shared)));
            }
        });
        Self { address, doomed }
    }

    /// Loses the answer to the next request.
    pub fn lose_the_next_answer(&self) {
        self.lose_the_answer_to(b"");
    }

    /// Loses the answer to the next piece of the talk that holds this.
    pub fn lose_the_answer_to(&self, piece: &'static [u8]) {
        *self.doomed.lock().unwrap_or_else(PoisonError::into_inner) = Some(piece);
    }

    /// Whether an answer is still to be lost.
    pub fn is_waiting(&self) -> bool {
        self.doomed.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

async fn carry(mut near: TcpStream, server: SocketAddr, doomed: Arc<Mutex<Option<&'static [u8]>>>) {
    let Ok(mut far) = TcpStream::connect(server).await else { return };
    let (mut asked, mut answered) = (vec![0; 16 << 10], vec![0; 16 << 10]);
    // The end of what was said last, in case a piece comes in two.
    let (mut said, mut is_lost): (Vec<u8>, bool) = (Vec::new(), false);
    loop {
        let written = tokio::select! {
            read = near.read(&mut asked) => match read {
                Ok(length) if length > 0 => {
                    said.extend_from_slice(&asked[..length]);
                    is_lost |= is_doomed(&said, &doomed);
                    said.drain(..said.len().saturating_sub(64));
                    far.write_all(&asked[..length]).await
                }
                Ok(_) | Err(_) => return,
            },
            read = far.read(&mut answered) => match read {
                // The server has done what it was asked, and begins to say so.
                Ok(_) if is_lost => return,
                Ok(length) if length > 0 => near.write_all(&answered[..length]).await,
                Ok(_) | Err(_) => return,
            },
        };
        if written.is_err() {
            return;
        }
    }
}

fn is_doomed(said: &[u8], doomed: &Mutex<Option<&'static [u8]>>) -> bool {
    let mut doomed = doomed.lock().unwrap_or_else(PoisonError::into_inner);
    let holds =
        |piece: &[u8]| piece.is_empty() || said.windows(piece.len()).any(|part| part == piece);
    doomed.take_if(|piece| holds(piece)).is_some()
}
