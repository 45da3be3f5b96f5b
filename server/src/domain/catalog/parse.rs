//! From the text of a catalog file to a [`Document`]: TOML, then shape, then words.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::check::check;
use super::document::Document;
use super::file::File;
use super::problems::{Findings, Problem, Problems, line_of};

impl Document {
    /// Reads a catalog file.
    ///
    /// # Errors
    /// Everything that is wrong with the words of the file at once; only the first mistake when it is not TOML or has
    /// an unknown or missing field.
    pub fn parse(source: &str) -> Result<Self, Problems> {
        let unreadable = |error: toml::de::Error| {
            Problems(vec![Problem {
                line: error.span().map(|span| line_of(source, span.start)),
                place: String::new(),
                message: error.message().to_owned(),
            }])
        };
        let table = DeTable::parse(source).map_err(unreadable)?;
        let span = table.span();
        let mut tree = Spanned::new(span, DeValue::Table(table.into_inner()));
        keep_digits(tree.get_mut());
        let deserializer: ValueDeserializer<'_> = tree.clone().into_deserializer();
        let file = File::deserialize(deserializer).map_err(unreadable)?;
        let mut findings = Findings::new(source, &tree);
        let document = check(&file, &mut findings);
        findings.into_result(document)
    }
}

/// Turns numbers with a decimal point into the text that was written, so that no digit is lost to floating point.
fn keep_digits(value: &mut DeValue<'_>) {
    match value {
        DeValue::Float(number) => *value = DeValue::String(Cow::Owned(number.as_str().to_owned())),
        DeValue::Array(items) => items
            .iter_mut()
            .for_each(|item| keep_digits(item.get_mut())),
        DeValue::Table(fields) => {
            fields
                .iter_mut()
                .for_each(|(_, field)| keep_digits(field.get_mut()));
        }
        _ => {}
    }
}
