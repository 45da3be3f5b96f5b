//! Pages of a list by key, not by offset: a cursor stays true when rows are inserted before it (contract.md, graph
//! conventions).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Code, Error, Result};

/// Most items that a page may have.
pub const LARGEST_PAGE: u64 = 100;
/// Items of a page when the caller names no number.
pub const USUAL_PAGE: u64 = 20;

/// Which page of a list is wanted. `K` is the key that the list is ordered by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageRequest<K> {
    /// How many items, 1 to [`LARGEST_PAGE`].
    pub size: u64,
    /// Counted from the end of the list instead of its start.
    pub from_end: bool,
    /// Only items after this key.
    pub after: Option<K>,
    /// Only items before this key.
    pub before: Option<K>,
}

/// The four arguments of a connection, as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PageArguments {
    /// The first so many.
    pub first: Option<i32>,
    /// After this cursor.
    pub after: Option<String>,
    /// The last so many.
    pub last: Option<i32>,
    /// Before this cursor.
    pub before: Option<String>,
}

/// A page of a list, in the list's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Whether there is more after the last item.
    pub has_next: bool,
    /// Whether there is more before the first item.
    pub has_previous: bool,
}

impl<T> Page<T> {
    /// The same page of something else.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(convert).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }
}

impl<K: CursorKey> PageRequest<K> {
    /// Checks the arguments of a connection.
    ///
    /// # Errors
    /// `BAD_REQUEST` when both `first` and `last` are given, when either is out of range, or for a bad cursor.
    pub fn new(arguments: &PageArguments) -> Result<Self> {
        let (size, from_end) = match (arguments.first, arguments.last) {
            (Some(_), Some(_)) => return Err(bad("Ask for `first` or for `last`, not for both")),
            (None, Some(last)) => (size_of("last", last)?, true),
            (Some(first), None) => (size_of("first", first)?, false),
            (None, None) => (USUAL_PAGE, false),
        };
        let key = |cursor: &Option<String>| cursor.as_deref().map(decode).transpose();
        Ok(Self {
            size,
            from_end,
            after: key(&arguments.after)?,
            before: key(&arguments.before)?,
        })
    }

    /// How many rows to read: one more than the page, to learn whether there is more.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.size + 1
    }

    /// Cuts the rows read (in the list's order, at most [`PageRequest::rows`]) to the page.
    #[must_use]
    pub fn page<T>(&self, mut rows: Vec<T>) -> Page<T> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        if more && self.from_end {
            rows.remove(0);
        } else {
            rows.truncate(size);
        }
        Page {
            items: rows,
            has_next: if self.from_end {
                self.before.is_some()
            } else {
                more
            },
            has_previous: if self.from_end {
                more
            } else {
                self.after.is_some()
            },
        }
    }
}

/// What a cursor holds: the key of a row in the list's order.
pub trait CursorKey: Sized {
    /// The key as text.
    fn to_text(&self) -> String;
    /// The key from its text.
    fn from_text(text: &str) -> Option<Self>;
}

impl<I: bursar_entities::ids::TypedId> CursorKey for I {
    fn to_text(&self) -> String {
        self.uuid().to_string()
    }

    fn from_text(text: &str) -> Option<Self> {
        uuid::Uuid::parse_str(text).ok().map(I::from_uuid)
    }
}

/// An opaque cursor for `key`.
#[must_use]
pub fn encode(key: &impl CursorKey) -> String {
    URL_SAFE_NO_PAD.encode(key.to_text())
}

/// The key in a cursor.
///
/// # Errors
/// `BAD_REQUEST` when it is not a cursor of this kind of list.
pub fn decode<K: CursorKey>(cursor: &str) -> Result<K> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| K::from_text(&text))
        .ok_or_else(|| bad("This cursor is not valid here; use one that this list returned"))
}

fn size_of(argument: &str, value: i32) -> Result<u64> {
    u64::try_from(value)
        .ok()
        .filter(|size| (1..=LARGEST_PAGE).contains(size))
        .ok_or_else(|| {
            bad(&format!(
                "`{argument}` must be between 1 and {LARGEST_PAGE}"
            ))
        })
}

fn bad(message: &str) -> Error {
    Error::new(Code::BadRequest, message)
}

#[cfg(test)]
mod tests {
    use bursar_entities::ids::UserId;

    use super::{PageArguments, PageRequest, decode, encode};

    #[test]
    fn a_page_knows_whether_there_is_more_on_either_side() {
        let forward = PageRequest::<UserId>::new(&PageArguments {
            first: Some(2),
            ..Default::default()
        })
        .expect("ok");
        let page = forward.page(vec![1, 2, 3]);
        assert_eq!(
            (page.items, page.has_next, page.has_previous),
            (vec![1, 2], true, false)
        );

        let backward = PageRequest::<UserId>::new(&PageArguments {
            last: Some(2),
            ..Default::default()
        })
        .expect("ok");
        let page = backward.page(vec![1, 2, 3]);
        assert_eq!(
            (page.items, page.has_next, page.has_previous),
            (vec![2, 3], false, true)
        );
    }

    #[test]
    fn sizes_and_cursors_out_of_range_are_refused() {
        for (first, last) in [
            (Some(0), None),
            (Some(101), None),
            (None, Some(-1)),
            (Some(1), Some(1)),
        ] {
            let arguments = PageArguments {
                first,
                last,
                ..Default::default()
            };
            assert!(
                PageRequest::<UserId>::new(&arguments).is_err(),
                "{arguments:?}"
            );
        }
        for cursor in ["", "!", "bm90LWEtdXVpZA"] {
            assert!(decode::<UserId>(cursor).is_err(), "{cursor}");
        }
        let id = UserId(uuid::Uuid::from_u128(7));
        assert_eq!(decode::<UserId>(&encode(&id)).expect("own cursor"), id);
    }
}
