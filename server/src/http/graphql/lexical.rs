//! A first look at a document's text, before any parser sees it: how many tokens it has and how deep its brackets
//! nest. The parser recurses once per bracket and takes more than a second over half a megabyte of names, so both are
//! bounded here, in one pass without recursion.

/// The size of a document's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    /// Names, numbers, strings and punctuators.
    pub(super) tokens: usize,
    /// The deepest nesting of brackets of any kind.
    pub(super) nesting: usize,
    /// Whether a block string is never closed. No document then, and the parser would read on in the wrong place.
    pub(super) open_block: bool,
}

/// Measures `document`. Rubbish is measured, too; saying what is wrong with it is the parser's business.
pub(super) fn measure(document: &str) -> Text {
    let mut text = Text::default();
    let mut open = 0_usize;
    let mut rest = document.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = match first {
            b'#' => {
                rest = skip_while(tail, |byte| !is_line_end(byte));
                continue;
            }
            byte if byte.is_ascii_whitespace() || *byte == b',' => {
                rest = tail;
                continue;
            }
            b'"' => after_string(tail).unwrap_or_else(|| {
                text.open_block = true;
                &[]
            }),
            byte if is_word(*byte) => skip_while(tail, is_word),
            b'{' | b'[' | b'(' => {
                open += 1;
                text.nesting = text.nesting.max(open);
                tail
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                tail
            }
            _ => tail,
        };
        text.tokens += 1;
    }
    text
}

/// A part of a name or number.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'.')
}

const fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn skip_while(bytes: &[u8], skip: impl Fn(u8) -> bool) -> &[u8] {
    let end = bytes
        .iter()
        .position(|byte| !skip(*byte))
        .unwrap_or(bytes.len());
    &bytes[end..]
}

/// What follows a string or block string whose first quote has been read; `None` after a block string without end.
fn after_string(bytes: &[u8]) -> Option<&[u8]> {
    let block = bytes.starts_with(b"\"\"");
    let mut rest = if block { &bytes[2..] } else { bytes };
    loop {
        rest = match rest {
            [] => return (!block).then_some(rest),
            [b'\\', b'"', b'"', b'"', tail @ ..] if block => tail,
            [b'"', b'"', b'"', tail @ ..] if block => return Some(tail),
            [b'\\', _, tail @ ..] if !block => tail,
            [b'"', tail @ ..] if !block => return Some(tail),
            [byte, tail @ ..] if !block && is_line_end(*byte) => return Some(tail),
            [_, tail @ ..] => tail,
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tokens_and_nesting_are_counted() {
        for (document, tokens, nesting) in [
            ("", 0, 0),
            ("{a}", 3, 1),
            ("query Q($a: [Int!] = [1, -2.5e3]) { a(b: {c: $a}) }", 29, 3),
            ("{a # {{{{ \n b}", 4, 1),
            (r#"{a(b: "{{[\"[")}"#, 8, 2),
            (r#"{a(b: "", c: "{")}"#, 11, 2),
            (r#"{a(b: """{ \""" {{ " """)}"#, 8, 2),
            ("}}}{a}", 6, 1),
            ("{...F}", 3, 1),
            ("\"open {{{", 1, 0),
        ] {
            assert_eq!(
                measure(document),
                Text {
                    tokens,
                    nesting,
                    open_block: false
                },
                "{document}"
            );
        }
    }

    #[test]
    fn an_open_block_string_is_noticed() {
        assert!(measure("{a(b: [\"\"\" x\" \n [[[[").open_block);
        assert!(!measure("{a(b: \"\"\" x \"\"\")}").open_block);
    }

    proptest! {
        #[test]
        fn any_text_is_measured_and_never_has_more_tokens_than_bytes(document in ".{0,200}") {
            let text = measure(&document);
            prop_assert!(text.tokens <= document.len());
            prop_assert!(text.nesting <= text.tokens);
        }

        #[test]
        fn brackets_inside_strings_do_not_nest(inside in "[a-z{}\\[\\]() ]{0,40}") {
            let document = format!("{{a(b: \"{inside}\")}}");
            prop_assert_eq!(measure(&document).nesting, 2);
        }
    }
}
