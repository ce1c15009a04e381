//! The progress of a catalog import, in rows and bytes.

/// Counters of one catalog import. The header is not a row; an accepted row counts as written even where a later row of
/// the same SKU replaced it, so that `rows_read = rows_written + rows_rejected` holds for a finished import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Rows that were read, without the header.
    pub rows_read: u64,
    /// Rows that are in the catalog.
    pub rows_written: u64,
    /// Rows that are in the report of rejected rows.
    pub rows_rejected: u64,
    /// Bytes of the file that were read.
    pub bytes_read: u64,
    /// Bytes of the whole file.
    pub bytes_total: u64,
}

impl ImportCounts {
    /// 0 to 100, by bytes. An empty file is complete.
    pub fn percent(&self) -> u8 {
        let parts = u128::from(self.bytes_read.min(self.bytes_total)) * 100;
        parts
            .checked_div(u128::from(self.bytes_total))
            .map_or(100, |percent| u8::try_from(percent).unwrap_or(100))
    }

    /// How many rows the whole file may have, judged by what was read; exact once everything was.
    pub fn rows_total_estimate(&self) -> u64 {
        if self.bytes_read >= self.bytes_total {
            return self.rows_read;
        }
        let rows = u128::from(self.rows_read) * u128::from(self.bytes_total);
        rows.checked_div(u128::from(self.bytes_read))
            .map_or(0, |rows| u64::try_from(rows).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_and_estimate_follow_the_bytes() {
        let half = ImportCounts {
            rows_read: 10,
            bytes_read: 500,
            bytes_total: 1_000,
            ..ImportCounts::default()
        };
        assert_eq!((half.percent(), half.rows_total_estimate()), (50, 20));
        let nothing_yet = ImportCounts {
            bytes_total: 1_000,
            ..ImportCounts::default()
        };
        assert_eq!((nothing_yet.percent(), nothing_yet.rows_total_estimate()), (0, 0));
        assert_eq!(ImportCounts::default().percent(), 100);
    }
}
