//! Moments as people write them in each language.

use chrono::{DateTime, Datelike, Utc};

use crate::actor::Locale;

/// A moment to the minute, in UTC.
pub(super) fn moment(at: DateTime<Utc>, locale: Locale) -> String {
    const ENGLISH: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    const FRENCH: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    let named = |months: [&'static str; 12]| {
        let month = months.get(at.month0() as usize).copied();
        month.unwrap_or_default()
    };
    let (day, year, time) = (at.day(), at.year(), at.format("%H:%M"));
    match locale {
        Locale::En => format!("{day} {} {year}, {time} UTC", named(ENGLISH)),
        Locale::Fr => {
            let day = if day == 1 {
                "1er".to_owned()
            } else {
                day.to_string()
            };
            format!("{day} {} {year} à {time} UTC", named(FRENCH))
        }
        Locale::Vi => format!("{time} ngày {day}/{}/{year} (UTC)", at.month()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::moment;
    use crate::actor::Locale::{En, Fr, Vi};

    #[test]
    fn moments_are_told_to_the_minute() {
        let at = DateTime::from_timestamp(1_772_355_600, 0).expect("a moment");
        assert_eq!(moment(at, En), "1 March 2026, 09:00 UTC");
        assert_eq!(moment(at, Fr), "1er mars 2026 à 09:00 UTC");
        assert_eq!(moment(at, Vi), "09:00 ngày 1/3/2026 (UTC)");
    }
}
