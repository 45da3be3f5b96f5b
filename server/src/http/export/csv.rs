//! Entries as comma-separated values (RFC 4180). What a spreadsheet would take for a formula is written with an
//! apostrophe before it, because names and addresses in the log are what strangers typed.

use bursar_entities::audit_entry::Model;

use crate::domain::audit;

/// The first line.
pub(super) const HEADER: &str = "id,sequence,timestamp,actorKind,actorId,actorEmail,action,organizationId,resourceType,\
    resourceId,resourceName,details,ip,userAgent,requestId,previousHash,hash\r\n";

/// Adds the line of `entry`.
pub(super) fn write(out: &mut String, entry: &Model) {
    let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let cells = [
        entry.id.to_string(),
        entry.sequence.to_string(),
        super::jsonl::timestamp(entry),
        audit::actor_kind(entry),
        id(entry.actor_id),
        text(&entry.actor_email),
        entry.action.clone(),
        id(entry.organization_id.map(|id| id.0)),
        entry.resource_type.clone(),
        id(entry.resource_id),
        text(&entry.resource_name),
        entry.details.clone(),
        text(&entry.ip),
        text(&entry.user_agent),
        text(&entry.request_id),
        hex::encode(&entry.previous_hash),
        hex::encode(&entry.hash),
    ];
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_cell(out, cell);
    }
    out.push_str("\r\n");
}

fn write_cell(out: &mut String, text: &str) {
    let is_guarded = is_formula(text);
    if !is_guarded && !text.contains([',', '"', '\r', '\n']) {
        out.push_str(text);
        return;
    }
    out.push('"');
    if is_guarded {
        out.push('\'');
    }
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

/// Whether a spreadsheet might run `text` (CWE-1236); also behind white space, and in the wide forms of East Asian input.
fn is_formula(text: &str) -> bool {
    text.starts_with(['\t', '\r', '\n'])
        || text
            .trim_start()
            .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::{HEADER, write_cell};

    #[test]
    fn cells_are_quoted_and_formulas_are_disarmed() {
        for (text, cell) in [
            ("", ""),
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("=1+1", "\"'=1+1\""),
            ("+49 30", "\"'+49 30\""),
            ("-2", "\"'-2\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("  =1", "\"'  =1\""),
            ("＝1", "\"'＝1\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("a=b", "a=b"),
        ] {
            let mut out = String::new();
            write_cell(&mut out, text);
            assert_eq!(out, cell, "{text:?}");
        }
        assert!(HEADER.ends_with("previousHash,hash\r\n") && !HEADER.contains(' '));
    }
}
