//! A wire to a server that loses an answer when it is told to, after the server has given it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

pub struct Wire {
    pub address: SocketAddr,
    loses: Arc<AtomicBool>,
}

impl Wire {
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let loses = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&loses);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, server, Arc::clone(&shared)));
            }
        });
        Self { address, loses }
    }

    /// Loses the answer to the next request.
    pub fn lose_the_next_answer(&self) {
        self.loses.store(true, Ordering::SeqCst);
    }
}

async fn carry(mut near: TcpStream, server: SocketAddr, loses: Arc<AtomicBool>) {
    let Ok(mut far) = TcpStream::connect(server).await else { return };
    if !loses.swap(false, Ordering::SeqCst) {
        let _ = copy_bidirectional(&mut near, &mut far).await;
        return;
    }
    let (mut asked, mut answered) = (vec![0; 16 << 10], vec![0; 1]);
    loop {
        tokio::select! {
            read = near.read(&mut asked) => match read {
                Ok(length) if length > 0 => {
                    if far.write_all(&asked[..length]).await.is_err() {
                        return;
                    }
                }
                Ok(_) | Err(_) => return,
            },
            // The server has done what it was asked, and begins to say so.
            _ = far.read(&mut answered) => return,
        }
    }
}
