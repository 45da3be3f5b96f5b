//! The words that a catalog file uses for the closed vocabularies: the graph's names in small letters.

use bursar_entities::enums::{FailurePolicy, MeterCounts, MeterKind, MeterWindow, OverQuotaPolicy};

/// A vocabulary that a catalog file may use.
pub(super) trait Word: Copy + Eq + 'static {
    /// Every value with its word.
    const WORDS: &'static [(&'static str, Self)];

    /// The value that `word` stands for.
    fn from_word(word: &str) -> Option<Self> {
        let mut words = Self::WORDS.iter();
        words
            .find(|(known, _)| *known == word)
            .map(|(_, value)| *value)
    }

    /// The word for this value.
    fn word(self) -> &'static str {
        let mut words = Self::WORDS.iter();
        words
            .find(|(_, value)| *value == self)
            .map_or("", |(word, _)| word)
    }

    /// All words, for a message.
    fn choices() -> String {
        let words: Vec<String> = Self::WORDS
            .iter()
            .map(|(word, _)| format!("\"{word}\""))
            .collect();
        words.join(", ")
    }
}

impl Word for MeterKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("gauge", Self::Gauge),
        ("counter", Self::Counter),
        ("cap", Self::Cap),
        ("flag", Self::Flag),
    ];
}

impl Word for MeterWindow {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("calendar_month", Self::CalendarMonth),
        ("billing_period", Self::BillingPeriod),
        ("day", Self::Day),
    ];
}

impl Word for MeterCounts {
    const WORDS: &'static [(&'static str, Self)] = &[("members", Self::Members)];
}

impl Word for FailurePolicy {
    const WORDS: &'static [(&'static str, Self)] =
        &[("closed", Self::Closed), ("open", Self::Open)];
}

impl Word for OverQuotaPolicy {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("deny", Self::Deny),
        ("warn", Self::Warn),
        ("allow", Self::Allow),
    ];
}

#[cfg(test)]
mod tests {
    use bursar_entities::enums::{
        FailurePolicy, MeterCounts, MeterKind, MeterWindow, OverQuotaPolicy,
    };
    use sea_orm::Iterable;

    use super::Word;

    fn complete<W: Word + Iterable + std::fmt::Debug>() {
        for value in W::iter() {
            assert_eq!(W::from_word(value.word()), Some(value));
        }
    }

    #[test]
    fn every_value_has_a_word_and_back() {
        complete::<MeterKind>();
        complete::<MeterWindow>();
        complete::<MeterCounts>();
        complete::<FailurePolicy>();
        complete::<OverQuotaPolicy>();
        assert_eq!(MeterKind::from_word("GAUGE"), None);
    }
}
