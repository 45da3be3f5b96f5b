//! The filters of an export, as parameters of its address. What is not known is refused: a filter that is misspelt would
//! let through what it was to keep out.

use bursar_entities::ids::{AuditEntryId, OrganizationId, TypedId};
use chrono::{DateTime, Utc};
use url::form_urlencoded;
use uuid::Uuid;

use crate::domain::audit::Filter;
use crate::error::{Code, Error, Result};

/// The filter in the query string `query`.
pub(super) fn filter(query: &str) -> Result<Filter> {
    let mut filter = Filter::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "organizationId" => {
                filter.organization = Some(id::<OrganizationId>(&value, "The organization")?);
            }
            "actorId" => filter.actor = Some(id::<AuditEntryId>(&value, "The id")?.0),
            "actions" => {
                let actions = value.split(',').map(|action| action.trim().to_owned());
                filter.actions.get_or_insert_default().extend(actions);
            }
            "resourceType" => filter.resource_type = Some(value.into_owned()),
            "resourceId" => filter.resource_id = Some(id::<AuditEntryId>(&value, "The id")?.0),
            "from" => filter.from = Some(moment("from", &value)?),
            "to" => filter.to = Some(moment("to", &value)?),
            "text" => filter.text = Some(value.into_owned()),
            _ => {
                let message = "An export knows the parameters organizationId, actorId, actions, resourceType, \
                               resourceId, from, to and text";
                return Err(Error::new(Code::BadRequest, message));
            }
        }
    }
    filter.checked()
}

fn id<I: TypedId>(text: &str, what: &str) -> Result<I> {
    let id = Uuid::parse_str(text).map(I::from_uuid);
    id.map_err(|_| Error::not_found(what))
}

fn moment(field: &str, text: &str) -> Result<DateTime<Utc>> {
    let moment = DateTime::parse_from_rfc3339(text);
    let moment = moment.map_err(|_| {
        Error::validation(field, "This is not a moment such as 2026-11-20T09:00:00Z")
    })?;
    Ok(moment.to_utc())
}

#[cfg(test)]
mod tests {
    use super::filter;
    use crate::error::Code;

    const ID: &str = "01890000-0000-7000-8000-000000000000";

    #[test]
    fn every_filter_of_the_log_is_a_parameter() {
        let found = filter(&format!(
            "organizationId={ID}&actorId={ID}&actions=a,b&actions=c&resourceType=t&resourceId={ID}\
             &from=2026-01-01T00:00:00Z&to=2026-02-01T01:00:00%2B01:00&text=100%25+%26"
        ))
        .expect("fine");
        assert_eq!(
            found.organization.map(|id| id.to_string()).as_deref(),
            Some(ID)
        );
        assert_eq!(found.actor, found.resource_id);
        assert_eq!(found.actions.expect("actions"), ["a", "b", "c"]);
        assert_eq!(found.resource_type.as_deref(), Some("t"));
        assert_eq!(found.text.as_deref(), Some("100% &"));
        let days = found.to.expect("to") - found.from.expect("from");
        assert_eq!(days, chrono::TimeDelta::days(31));
        assert!(filter("").expect("fine").organization.is_none());
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (query, code) in [
            ("organisationId=x", Code::BadRequest),
            ("organizationId=x", Code::NotFound),
            ("from=yesterday", Code::Validation),
            ("to=2026-01-01", Code::Validation),
            ("text=a%00b", Code::BadRequest),
        ] {
            assert_eq!(filter(query).expect_err(query).code, code, "{query}");
        }
    }
}
