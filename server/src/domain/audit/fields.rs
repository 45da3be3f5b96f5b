//! What goes into a hash: field by field, each with its length, so that no two entries can be written down alike.

use sha2::{Digest, Sha256};

/// Fields on their way into a hash, each with its length.
pub(super) struct Fields(Sha256);

impl Fields {
    /// Begins with `prefix`.
    pub(super) fn new(prefix: &[u8]) -> Self {
        Self(Sha256::new_with_prefix(prefix))
    }

    pub(super) fn add(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            None => self.0.update([0]),
            Some(bytes) => {
                self.0.update([1]);
                self.0.update((bytes.len() as u64).to_be_bytes());
                self.0.update(bytes);
            }
        }
    }

    pub(super) fn text(&mut self, text: Option<&str>) {
        self.add(text.map(str::as_bytes));
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}
