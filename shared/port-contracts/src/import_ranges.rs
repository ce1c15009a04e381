//! The contract of `ImportLedger` about the progress of ranges.

use std::sync::Arc;

use domain::catalog::csv::RecordStart;
use domain::catalog::import::job::{FileRange, ImportId, RangeProgress};
use domain::catalog::ports::Advance;
use domain::values::ImportCounts;

use crate::import_ports::{FILE_BYTES, ImportPorts, done, nothing_yet};
use crate::samples::{COMPETITORS, at, at_once, upload_id};

/// Rows of a range, and how often its progress is recorded. Every tenth row is rejected.
const RANGE_ROWS: u64 = 30;
const STEPS: u64 = 3;

pub(crate) async fn all(ports: &ImportPorts) {
    progress_is_found_as_it_was_recorded(ports).await;
    progress_advances_only_from_the_recorded_checkpoint(ports).await;
    of_competing_attempts_one_is_counted(ports).await;
    ranges_side_by_side_add_up(ports).await;
    an_import_that_has_ended_takes_no_progress(ports).await;
    an_import_that_was_replaced_takes_no_progress(ports).await;
}

/// Cuts the file into so many ranges of the same size.
fn range(index: u64, of: u64) -> FileRange {
    let bytes = FILE_BYTES / of;
    let end = if index + 1 == of {
        FILE_BYTES
    } else {
        (index + 1) * bytes
    };
    FileRange {
        index: u32::try_from(index).unwrap(),
        begin: RecordStart {
            byte_offset: index * bytes,
            line: 1 + index * RANGE_ROWS,
        },
        end,
    }
}

/// How far a range is after `step` of [`STEPS`].
fn stands_at(range: &FileRange, step: u64) -> RangeProgress {
    if step == 0 {
        return RangeProgress::none(range);
    }
    let rows_read = step * RANGE_ROWS / STEPS;
    let bytes = range.end - range.begin.byte_offset;
    RangeProgress {
        reached: RecordStart {
            byte_offset: range.begin.byte_offset + bytes * step / STEPS,
            line: range.begin.line + rows_read,
        },
        rows_read,
        rows_rejected: rows_read / 10,
        parts: (0..step).map(|part| format!("part-{}-{part}", range.index)).collect(),
        is_done: step == STEPS,
    }
}

fn total(ranges: &[RangeProgress]) -> ImportCounts {
    let sum = |of: fn(&RangeProgress) -> u64| ranges.iter().map(of).sum();
    ImportCounts {
        rows_read: sum(|range| range.rows_read),
        rows_written: sum(RangeProgress::rows_written),
        rows_rejected: sum(|range| range.rows_rejected),
        ..nothing_yet()
    }
}

impl ImportPorts {
    async fn advance(&self, import: &ImportId, range: &FileRange, from: u64, to: u64) -> Advance {
        let (from, to) = (stands_at(range, from), stands_at(range, to));
        self.imports
            .advance(import, range.index, &from, &to, at(2))
            .await
            .unwrap()
    }

    async fn recorded_progress(&self, import: &ImportId, range: &FileRange) -> Option<RangeProgress> {
        self.imports.progress(import, range.index).await.unwrap()
    }
}

/// Brings the first range of a file a step further.
pub(crate) async fn some_progress(ports: &ImportPorts, import: &ImportId) {
    assert_eq!(ports.advance(import, &range(0, 2), 0, 1).await, Advance::Recorded);
}

/// Nothing can be recorded of this import any more, and what its upload shows stays.
pub(crate) async fn is_closed(ports: &ImportPorts, import: &ImportId) {
    let before = ports.upload(&import.upload_id).await;
    for (index, from, to) in [(0, 0, 1), (0, 1, 2), (1, 0, 3)] {
        let range = range(index, 2);
        let before = ports.recorded_progress(import, &range).await;
        assert_eq!(ports.advance(import, &range, from, to).await, Advance::Closed);
        assert_eq!(ports.recorded_progress(import, &range).await, before);
    }
    assert_eq!(ports.upload(&import.upload_id).await, before);
}

async fn progress_is_found_as_it_was_recorded(ports: &ImportPorts) {
    let import = ports.begin(&upload_id(), Some("v1"), Some("A1")).await.id;
    let (range, untouched) = (range(0, 2), range(1, 2));
    assert_eq!(ports.recorded_progress(&import, &range).await, None);
    for step in 0..STEPS {
        assert_eq!(ports.advance(&import, &range, step, step + 1).await, Advance::Recorded);
        assert_eq!(
            ports.recorded_progress(&import, &range).await,
            Some(stands_at(&range, step + 1))
        );
        assert_eq!(
            ports.recorded_progress(&import, &untouched).await,
            None,
            "ranges are apart"
        );
        let shown = ports.shown(&import.upload_id).await;
        let expected = ImportCounts {
            bytes_read: range.end * (step + 1) / STEPS,
            ..total(&[stands_at(&range, step + 1)])
        };
        assert_eq!(shown, expected);
        // A repeated event neither takes it back nor adds to it.
        ports.begin(&import.upload_id, Some("v1"), Some("A1")).await;
        assert_eq!(ports.shown(&import.upload_id).await, expected);
    }
}

async fn progress_advances_only_from_the_recorded_checkpoint(ports: &ImportPorts) {
    let import = ports.begin(&upload_id(), Some("v1"), Some("A1")).await.id;
    let range = range(0, 2);
    assert_eq!(ports.advance(&import, &range, 1, 2).await, Advance::Overtaken);
    assert_eq!(ports.recorded_progress(&import, &range).await, None);
    assert_eq!(ports.shown(&import.upload_id).await, nothing_yet());

    assert_eq!(ports.advance(&import, &range, 0, 2).await, Advance::Recorded);
    let shown = ports.shown(&import.upload_id).await;
    // The first recorded it, and its answer was lost; others began before or in between.
    for (from, to) in [(0, 2), (0, 1), (0, 3), (1, 2), (1, 3), (3, 3)] {
        assert_eq!(ports.advance(&import, &range, from, to).await, Advance::Overtaken);
        assert_eq!(
            ports.recorded_progress(&import, &range).await,
            Some(stands_at(&range, 2))
        );
        assert_eq!(ports.shown(&import.upload_id).await, shown);
    }
    // As far, but by other parts of the report.
    let mut alike = stands_at(&range, 2);
    "of-another".clone_into(&mut alike.parts[1]);
    let to = stands_at(&range, 3);
    let answer = ports.imports.advance(&import, range.index, &alike, &to, at(2)).await;
    assert_eq!(answer.unwrap(), Advance::Overtaken);
    assert_eq!(ports.advance(&import, &range, 2, 3).await, Advance::Recorded);
}

async fn of_competing_attempts_one_is_counted(ports: &ImportPorts) {
    let import = ports.begin(&upload_id(), Some("v1"), Some("A1")).await.id;
    let range = range(0, 1);
    let mut recorded = RangeProgress::none(&range);
    for step in 1..=STEPS {
        let answers = at_once(|number| {
            let (imports, import, from) = (Arc::clone(&ports.imports), import.clone(), recorded.clone());
            let to = RangeProgress {
                parts: vec![format!("part-{number}")],
                ..stands_at(&range, step)
            };
            async move { imports.advance(&import, range.index, &from, &to, at(2)).await.unwrap() }
        })
        .await;
        let overtaken = answers.iter().filter(|answer| **answer == Advance::Overtaken).count();
        assert!(
            answers.contains(&Advance::Recorded) && overtaken == COMPETITORS - 1,
            "{answers:?}"
        );
        recorded = ports
            .recorded_progress(&import, &range)
            .await
            .expect("progress was recorded");
        let expected = RangeProgress {
            parts: recorded.parts.clone(),
            ..stands_at(&range, step)
        };
        assert_eq!(recorded, expected);
        let shown = ports.shown(&import.upload_id).await;
        let expected = ImportCounts {
            bytes_read: recorded.reached.byte_offset,
            ..total(&[recorded.clone()])
        };
        assert_eq!(shown, expected, "counted once");
    }
}

async fn ranges_side_by_side_add_up(ports: &ImportPorts) {
    let import = ports.begin(&upload_id(), Some("v1"), Some("A1")).await.id;
    let count = u64::try_from(COMPETITORS).unwrap();
    at_once(|number| {
        let (imports, import) = (Arc::clone(&ports.imports), import.clone());
        let range = range(u64::try_from(number).unwrap(), count);
        async move {
            for step in 0..STEPS {
                let (from, to) = (stands_at(&range, step), stands_at(&range, step + 1));
                let answer = imports.advance(&import, range.index, &from, &to, at(2)).await;
                assert_eq!(answer.unwrap(), Advance::Recorded, "nobody else reads range {number}");
            }
        }
    })
    .await;
    let mut ends = Vec::new();
    for index in 0..count {
        let range = range(index, count);
        let end = stands_at(&range, STEPS);
        assert_eq!(ports.recorded_progress(&import, &range).await.as_ref(), Some(&end));
        ends.push(end);
    }
    let expected = ImportCounts {
        bytes_read: FILE_BYTES,
        ..total(&ends)
    };
    assert_eq!(ports.shown(&import.upload_id).await, expected);
}

async fn an_import_that_has_ended_takes_no_progress(ports: &ImportPorts) {
    let import = ports.begin(&upload_id(), Some("v1"), Some("A1")).await.id;
    some_progress(ports, &import).await;
    ports.imports.finish(&import, &done(100), at(3)).await.unwrap();
    is_closed(ports, &import).await;
    let range = range(0, 2);
    assert_eq!(
        ports.recorded_progress(&import, &range).await,
        Some(stands_at(&range, 1)),
        "a repeated end finds the same total"
    );
}

async fn an_import_that_was_replaced_takes_no_progress(ports: &ImportPorts) {
    let id = upload_id();
    let old = ports.begin(&id, Some("v1"), Some("A1")).await.id;
    some_progress(ports, &old).await;
    let new = ports.begin(&id, Some("v2"), Some("A2")).await.id;
    is_closed(ports, &old).await;
    assert_eq!(ports.shown(&id).await, nothing_yet());
    some_progress(ports, &new).await;
    let shown = ports.shown(&id).await;
    assert_eq!(shown.rows_read, RANGE_ROWS / STEPS);
    is_closed(ports, &old).await;
    assert_eq!(ports.shown(&id).await, shown);
}
