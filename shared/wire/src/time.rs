//! The text of an instant: RFC 3339 in UTC, always with milliseconds, so that texts sort as instants do.

use domain::values::Timestamp;

/// `2026-11-01T10:00:00.123Z`. An instant beyond the years that RFC 3339 can name is written as the last or first one.
pub fn rfc3339(at: Timestamp) -> String {
    let nearest = if at.unix_ms() < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    };
    let at = jiff::Timestamp::from_millisecond(at.unix_ms()).unwrap_or(nearest);
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_have_milliseconds_and_end_in_z() {
        let text = |unix_ms| rfc3339(Timestamp::from_unix_ms(unix_ms));
        assert_eq!(text(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(text(1_793_527_200_120), "2026-11-01T10:00:00.120Z");
        assert_eq!(text(-1), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn an_instant_out_of_range_is_still_an_instant() {
        assert!(rfc3339(Timestamp::from_unix_ms(i64::MAX)).starts_with("9999-12-30T"));
        assert!(rfc3339(Timestamp::from_unix_ms(i64::MIN)).starts_with("-009999-01-02T"));
    }
}
