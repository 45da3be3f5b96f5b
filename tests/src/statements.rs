//! The SQL statements that a server ran, so that a test can count them and, when the count is wrong, show them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Remembers every statement. Clones share the memory.
#[derive(Clone, Default)]
pub struct StatementLog(Arc<Mutex<Vec<String>>>);

impl StatementLog {
    /// Remembers one more; the database's callback calls it.
    pub(crate) fn record(&self, sql: &str) {
        self.lock().push(sql.to_owned());
    }

    /// Forgets everything so far and returns it.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for StatementLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lock().iter()).finish()
    }
}
