//! A WebSocket (RFC 6455) that speaks graphql-transport-ws.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::{find, text_after};
use crate::failure::{Outcome, failure};

/// What a frame holds: a whole text, a ping and a pong, the end.
const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xA;

/// The bit beside the length that every client sets, and the length that says that two bytes of length follow.
const MASKED: u8 = 0x80;
const LONG: u8 = 0x7E;

/// Bytes that a reader holds who is to be slow; others leave it to the system.
const NARROW: u32 = 4 << 10;

/// A connection that the server has acknowledged.
pub(crate) struct Socket {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Bytes of the buffer that have been used.
    used: usize,
}

impl Socket {
    /// Connects, and introduces itself by `token`.
    pub(crate) async fn connect(address: &str, token: &str, narrow: bool) -> Outcome<Self> {
        let socket = TcpSocket::new_v4()?;
        if narrow {
            socket.set_recv_buffer_size(NARROW)?;
        }
        let mut this = Self {
            stream: socket.connect(address.parse()?).await?,
            buffer: Vec::new(),
            used: 0,
        };
        this.stream.set_nodelay(true)?;
        let upgrade = format!(
            "GET /graphql HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        );
        this.stream.write_all(upgrade.as_bytes()).await?;
        this.switched().await?;
        let init = serde_json::json!({
            "type": "connection_init", "payload": { "Authorization": format!("Bearer {token}") },
        });
        this.say(&init).await?;
        let acknowledged = this.next().await?;
        if find(acknowledged, b"\"connection_ack\"").is_none() {
            let said = String::from_utf8_lossy(acknowledged);
            return Err(failure(format!("not acknowledged: {said}")));
        }
        Ok(this)
    }

    /// Waits for the end of the answer to the upgrade.
    async fn switched(&mut self) -> Outcome<()> {
        loop {
            self.fill().await?;
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                if !self.buffer.starts_with(b"HTTP/1.1 101") {
                    let said = String::from_utf8_lossy(&self.buffer).into_owned();
                    return Err(failure(format!("no WebSocket: {said}")));
                }
                self.used = end + 4;
                return Ok(());
            }
        }
    }

    /// Sends a message.
    pub(crate) async fn say(&mut self, message: &serde_json::Value) -> Outcome<()> {
        self.send(TEXT, message.to_string().as_bytes()).await
    }

    /// Sends a frame, masked with zeros, which changes nothing.
    async fn send(&mut self, kind: u8, payload: &[u8]) -> Outcome<()> {
        let mut frame = vec![0x80 | kind];
        if let (Ok(short), true) = (u8::try_from(payload.len()), payload.len() < 126) {
            frame.push(MASKED | short);
        } else {
            frame.push(MASKED | LONG);
            frame.extend_from_slice(&u16::try_from(payload.len())?.to_be_bytes());
        }
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(payload);
        Ok(self.stream.write_all(&frame).await?)
    }

    /// The next text; pings are answered on the way, both the frame and the protocol's own. Its bytes stay until the next
    /// call.
    pub(crate) async fn next(&mut self) -> Outcome<&[u8]> {
        loop {
            let (kind, start, end) = self.frame().await?;
            self.used = end;
            match kind {
                TEXT if is_ping(&self.buffer[start..end]) => {
                    self.send(TEXT, br#"{"type":"pong"}"#).await?;
                }
                TEXT => return Ok(&self.buffer[start..end]),
                PING => {
                    let payload = self.buffer[start..end].to_vec();
                    self.send(PONG, &payload).await?;
                }
                CLOSE => {
                    let code = self.buffer.get(start..start + 2).unwrap_or(&[0, 0]);
                    let code = u16::from_be_bytes([code[0], code[1]]);
                    return Err(failure(format!("closed with {code}")));
                }
                _ => {}
            }
        }
    }

    /// Reads until a whole frame is there: its kind, and where its payload lies.
    async fn frame(&mut self) -> Outcome<(u8, usize, usize)> {
        self.buffer.drain(..self.used);
        self.used = 0;
        loop {
            if let Some((start, length)) = header(&self.buffer)
                && self.buffer.len() >= start + length
            {
                return Ok((self.buffer[0] & 0x0F, start, start + length));
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Outcome<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err(failure("the server hung up"));
        }
        Ok(())
    }
}

/// Where the payload of the frame begins and how long it is, once that is known. Servers do not mask.
fn header(bytes: &[u8]) -> Option<(usize, usize)> {
    match bytes.get(1)? & 0x7F {
        126 => {
            let length = u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?);
            Some((4, usize::from(length)))
        }
        127 => {
            let length = u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?);
            Some((10, usize::try_from(length).ok()?))
        }
        short => Some((2, usize::from(short))),
    }
}

/// Whether a text is the protocol's own ping.
fn is_ping(text: &[u8]) -> bool {
    text.len() < 64 && text_after(text, b"\"type\":\"") == Some("ping")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_all_three_forms_are_read() {
        assert_eq!(header(&[0x81, 5]), Some((2, 5)));
        assert_eq!(header(&[0x81, 126, 1, 0]), Some((4, 256)));
        assert_eq!(
            header(&[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
            Some((10, 65_536))
        );
        assert_eq!(header(&[0x81, 126, 1]), None);
        assert_eq!(header(&[0x81]), None);
    }

    #[test]
    fn only_the_protocols_ping_is_one() {
        assert!(is_ping(br#"{"type":"ping"}"#));
        assert!(!is_ping(br#"{"type":"next","id":"ping"}"#));
    }
}
