//! A mail server that keeps what it is sent, for tests to read: as much of SMTP (RFC 5321) as a client needs.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How long a mail may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// The token in a mail: the one line of 43 characters.
#[must_use]
pub fn token_in(mail: &str) -> String {
    let mut lines = mail.lines().map(str::trim);
    let token = lines.find(|line| line.len() == 43 && !line.contains(' '));
    token
        .unwrap_or_else(|| panic!("no token in:\n{mail}"))
        .to_owned()
}

/// Everything that was sent to one mail server.
#[derive(Clone, Debug)]
pub struct Mailbox {
    url: String,
    mails: Arc<Mutex<Vec<String>>>,
}

impl Mailbox {
    /// Opens a mail server on a free port.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let mailbox = Self {
            url: format!("smtp://127.0.0.1:{port}"),
            mails: Arc::default(),
        };
        let mails = Arc::clone(&mailbox.mails);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(converse(socket, Arc::clone(&mails)));
            }
        });
        mailbox
    }

    /// Its address, for `BURSAR_SMTP_URL`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Everything that has arrived so far: headers and text.
    #[must_use]
    pub fn mails(&self) -> Vec<String> {
        self.mails
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The mail number `count`, counted from 1, as soon as it is there.
    pub async fn expect(&self, count: usize) -> String {
        let arrived = async {
            loop {
                if let Some(mail) = self.mails().get(count - 1) {
                    return mail.clone();
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, arrived)
            .await
            .expect("the mail arrives")
    }
}

/// Answers every command with consent, and keeps what follows DATA.
async fn converse(mut socket: TcpStream, mails: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let (reader, mut writer) = socket.split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 ready\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer: &[u8] = match line.get(..4).unwrap_or_default() {
            "QUIT" => b"221 bye\r\n",
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    mail.push_str(&line);
                    mail.push('\n');
                }
                mails
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(mail);
                b"250 taken\r\n"
            }
            _ => b"250 fine\r\n",
        };
        writer.write_all(answer).await?;
    }
    Ok(())
}
