//! A keep-alive connection on which one GraphQL request after the other is sent.

use std::io::Write as _;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::find;
use crate::failure::{Outcome, failure};

/// The end of the head of a message.
const BLANK: &[u8] = b"\r\n\r\n";

/// A connection.
pub(crate) struct Http {
    stream: TcpStream,
    /// Everything of the request up to the length of its body.
    head: Vec<u8>,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Http {
    /// Connects to `address`, to be known by `token`.
    pub(crate) async fn connect(address: &str, token: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let head = format!(
            "POST /graphql HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nAccept: application/graphql-response+json\r\nContent-Length: "
        );
        Ok(Self {
            stream,
            head: head.into_bytes(),
            request: Vec::new(),
            answer: Vec::new(),
        })
    }

    /// Sends a body; the status and the body of the answer.
    pub(crate) async fn post(&mut self, body: &[u8]) -> Outcome<(u16, &[u8])> {
        self.request.clear();
        self.request.extend_from_slice(&self.head);
        write!(self.request, "{}\r\n\r\n", body.len())?;
        self.request.extend_from_slice(body);
        self.stream.write_all(&self.request).await?;
        self.answer.clear();
        loop {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err(failure("the server hung up"));
            }
            if let Some(end) = find(&self.answer, BLANK) {
                let start = end + BLANK.len();
                let (status, length) = head(&self.answer[..end])?;
                if self.answer.len() >= start + length {
                    return Ok((status, &self.answer[start..start + length]));
                }
            }
        }
    }
}

/// Status and length of the body.
fn head(bytes: &[u8]) -> Outcome<(u16, usize)> {
    let text = std::str::from_utf8(bytes)?;
    let status = text.split_whitespace().nth(1).ok_or("no status")?.parse()?;
    let length = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .ok_or_else(|| failure(format!("an answer without a length: {text}")))?;
    Ok((status, length.1.trim().parse()?))
}

#[cfg(test)]
mod tests {
    use super::head;

    #[test]
    fn a_head_tells_status_and_length() {
        let text = b"HTTP/1.1 200 OK\r\nx: y\r\nContent-length: 12";
        assert_eq!(head(text).unwrap(), (200, 12));
        assert!(head(b"HTTP/1.1 204 No Content\r\nx: y").is_err());
    }
}
