//! Parsing documents, once for each text: clients send the same few texts over and over, and parsing costs more than
//! most of what it asks for.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::ServerError;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;

use super::lexical;
use super::outcome;
use crate::error::{Code, Error};

/// The most tokens that a document may have; introspection by GraphiQL has 400, a large page of a client 5,000.
const MAX_TOKENS: usize = 15_000;
/// The deepest that brackets may nest; the parser itself gives up a little earlier on most of them.
const MAX_NESTING: usize = 100;
/// The longest text that is kept, in bytes.
const MAX_KEPT: usize = 32 << 10;
/// Bytes of text that one generation keeps.
const GENERATION: usize = 1 << 20;

/// The parsed documents of recent requests, bounded by the length of their texts.
#[derive(Debug)]
pub(in crate::http) struct Documents {
    generations: Mutex<Generations>,
}

type Kept = HashMap<Box<str>, Arc<ExecutableDocument>>;

/// Two generations make a cache that forgets what is not asked for: once the young one is full it becomes the old
/// one, and what is found in the old one moves to the young.
#[derive(Debug)]
struct Generations {
    /// Bytes of text in one of them.
    capacity: usize,
    young: Kept,
    young_bytes: usize,
    old: Kept,
}

impl Documents {
    /// An empty cache.
    pub(in crate::http) fn new() -> Self {
        Self::with_capacity(GENERATION)
    }

    fn with_capacity(capacity: usize) -> Self {
        let generations = Generations {
            capacity,
            young: Kept::new(),
            young_bytes: 0,
            old: Kept::new(),
        };
        Self {
            generations: Mutex::new(generations),
        }
    }

    /// Parses `text`, or finds it parsed.
    ///
    /// # Errors
    /// `BAD_REQUEST` with locations for what is no document, `TOO_COMPLEX` for what is too much of one.
    pub(super) fn parse(&self, text: &str) -> Result<Arc<ExecutableDocument>, ServerError> {
        if let Some(document) = self.lock().find(text) {
            return Ok(document);
        }
        let size = lexical::measure(text);
        bounded("levels of brackets", size.nesting, MAX_NESTING)?;
        bounded("tokens", size.tokens, MAX_TOKENS)?;
        if size.open_block {
            return Err(outcome::server_error(
                &Error::new(Code::BadRequest, "A block string is never closed"),
                None,
            ));
        }
        let document = Arc::new(parse_query(text).map_err(syntax)?);
        if text.len() <= MAX_KEPT {
            self.lock().keep(text, Arc::clone(&document));
        }
        Ok(document)
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The parser's complaint with its places in the text.
fn syntax(error: async_graphql::parser::Error) -> ServerError {
    let (ours, theirs) = (
        Error::new(Code::BadRequest, error.to_string()),
        ServerError::from(error),
    );
    ServerError {
        locations: theirs.locations,
        ..outcome::server_error(&ours, None)
    }
}

fn bounded(what: &str, measured: usize, limit: usize) -> Result<(), ServerError> {
    if measured <= limit {
        return Ok(());
    }
    let message =
        format!("The document has {measured} {what}; this server accepts at most {limit}");
    let error = Error::new(Code::TooComplex, message)
        .with("measured", measured)
        .with("limit", limit);
    Err(outcome::server_error(&error, None))
}

impl Generations {
    fn find(&mut self, text: &str) -> Option<Arc<ExecutableDocument>> {
        if let Some(document) = self.young.get(text) {
            return Some(Arc::clone(document));
        }
        let document = self.old.remove(text)?;
        self.keep(text, Arc::clone(&document));
        Some(document)
    }

    fn keep(&mut self, text: &str, document: Arc<ExecutableDocument>) {
        if self.young_bytes + text.len() > self.capacity {
            self.old = mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        if self.young.insert(text.into(), document).is_none() {
            self.young_bytes += text.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_parsed_once() {
        let documents = Documents::new();
        let first = documents.parse("{ a }").expect("fine");
        assert!(Arc::ptr_eq(
            &first,
            &documents.parse("{ a }").expect("fine")
        ));
        assert!(!Arc::ptr_eq(
            &first,
            &documents.parse("{ b }").expect("fine")
        ));
    }

    #[test]
    fn what_is_asked_for_stays_and_what_is_not_goes() {
        let documents = Documents::with_capacity(100);
        let wanted = documents.parse("{ wanted }").expect("fine");
        documents.parse("{ forgotten }").expect("fine");
        for number in 0..30 {
            documents.parse(&format!("{{ a{number} }}")).expect("fine");
            let again = documents.parse("{ wanted }").expect("fine");
            assert!(Arc::ptr_eq(&wanted, &again));
        }
        let kept = documents.lock();
        let has = |text: &str| kept.young.contains_key(text) || kept.old.contains_key(text);
        assert!(!has("{ forgotten }") && has("{ a29 }"));
        let bytes = |kept: &Kept| kept.keys().map(|text| text.len()).sum::<usize>();
        assert!(bytes(&kept.young) <= 100 && bytes(&kept.old) <= 100);
        assert_eq!(bytes(&kept.young), kept.young_bytes);
    }

    #[test]
    fn an_abyss_of_brackets_and_a_flood_of_names_never_reach_the_parser() {
        let documents = Documents::new();
        for (text, what) in [
            (
                format!("{{a(b: {}", "[".repeat(500_000)),
                "levels of brackets",
            ),
            (format!("{{{}}}", "a ".repeat(500_000)), "tokens"),
        ] {
            let error = documents.parse(&text).expect_err("too much");
            assert!(error.message.contains(what), "{}", error.message);
        }
        let error = documents.parse("{ a ").expect_err("no document");
        assert!(!error.locations.is_empty());
    }
}
