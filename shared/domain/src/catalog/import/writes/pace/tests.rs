//! The rate follows the answers of the table, and nothing else.

use super::trial::TRIAL_ROWS;
use super::*;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

fn send(pace: &mut Pace, rows: u64) -> Vec<u64> {
    (0..rows).map(|_| pace.count_sent()).collect()
}

fn throttle(pace: &mut Pace, turns: &[u64], now: Timestamp) {
    for turn in turns {
        pace.count_throttled(*turn, now);
    }
}

fn write(pace: &mut Pace, turns: &[u64], now: Timestamp) {
    for turn in turns {
        pace.count_written(*turn, now, now);
    }
}

#[test]
fn a_trial_counts_no_row_before_the_old_ones_are_answered() {
    let mut pace = Pace::new(at(0));
    let old = send(&mut pace, 10);
    pace.count_throttled(old[0], at(5));
    let lowered = pace.rate;
    assert!(lowered < RATE_START);

    // Rows that were sent after the step overtake the old ones. More of them come back than old rows are in flight,
    // twice.
    for ms in [10, 60] {
        let new = send(&mut pace, 2 * TRIAL_ROWS);
        throttle(&mut pace, &new, at(ms));
        assert_eq!(pace.rate, lowered, "nine old rows are in flight");
    }
    let overtaken = send(&mut pace, TRIAL_ROWS);
    write(&mut pace, &old[1..], at(100));
    throttle(&mut pace, &overtaken, at(130));
    assert_eq!(pace.rate, lowered, "these were sent beside old rows");

    let sample = send(&mut pace, TRIAL_ROWS);
    throttle(&mut pace, &sample[1..], at(160));
    assert_eq!(pace.rate, lowered, "one answer is missing");
    throttle(&mut pace, &sample[..1], at(160));
    assert!(pace.rate < lowered, "all of the sample was throttled");
}

/// Lowers the rate by a throttled row, with no other in flight.
fn stepped_back() -> Pace {
    let mut pace = Pace::new(at(0));
    let first = pace.count_sent();
    pace.count_throttled(first, at(5));
    pace
}

#[test]
fn a_trial_ends_without_another_step_where_few_rows_are_throttled() {
    let mut pace = stepped_back();
    let lowered = pace.rate;
    let sample = send(&mut pace, TRIAL_ROWS);
    let (throttled, written) = sample.split_at(4);
    throttle(&mut pace, throttled, at(40));
    write(&mut pace, written, at(50));
    assert_eq!(pace.rate, lowered);
    // The trial is over: the next throttled row is a step of its own.
    let next = pace.count_sent();
    pace.count_throttled(next, at(60));
    assert_eq!(pace.rate, lowered * STEP_BACK / 1_000);
}

#[test]
fn a_trial_finds_what_the_table_grants() {
    let mut pace = stepped_back();
    let lowered = pace.rate;
    let sample = send(&mut pace, 2 * TRIAL_ROWS);
    for pair in sample.chunks(2) {
        pace.count_throttled(pair[0], at(1_000));
        pace.count_written(pair[1], at(0), at(1_000));
        if pace.rate < lowered {
            break;
        }
    }
    // Half of the rows were accepted. By time they were ten in a second, because the process was late.
    assert_eq!(pace.refused, lowered / 2);
    assert_eq!(pace.rate, lowered / 2 * STEP_BACK / 1_000);
}

#[test]
fn only_rows_that_waited_for_the_rate_raise_it() {
    let mut pace = Pace::new(at(0));
    for ms in (100..10_000).step_by(100) {
        assert_eq!(pace.next(at(ms)), Next::Now);
        let turn = pace.count_sent();
        pace.count_written(turn, at(ms), at(ms + 1));
    }
    assert_eq!(pace.rate, RATE_START, "a slow file shows nothing about the table");
    while pace.next(at(10_000)) == Next::Now {
        let turn = pace.count_sent();
        pace.count_written(turn, at(10_000), at(10_000));
    }
    assert!(matches!(pace.next(at(10_000)), Next::After(_)));
    pace.next(at(10_050));
    assert!(pace.rate > RATE_START);
}

#[test]
fn a_rate_rises_slowly_near_the_refused_one_and_ever_faster_beyond_it() {
    let mut pace = stepped_back();
    (pace.rate, pace.refused) = (8_800 * ROW_PER_SECOND, 10_000 * ROW_PER_SECOND);
    let mut raises = [Vec::new(), Vec::new()];
    for _ in 0..40 {
        let raise = pace.raise();
        raises[usize::from(pace.rate > pace.refused)].push(raise);
        pace.rate += raise;
    }
    let [below, beyond] = raises;
    assert!(
        below.is_sorted_by(|a, b| a >= b) && below[0] > 10 * below[below.len() - 1],
        "{below:?}"
    );
    assert!(
        beyond.is_sorted() && beyond[beyond.len() - 1] > 10 * beyond[0],
        "{beyond:?}"
    );
}

#[test]
fn a_small_rate_takes_larger_steps_at_least_than_a_large_one() {
    let part = |rows: u64| {
        let mut pace = stepped_back();
        (pace.rate, pace.refused) = (rows * ROW_PER_SECOND, rows * ROW_PER_SECOND);
        pace.raise() * 1_000 / pace.rate
    };
    assert!(part(100) >= 3 * part(1_000), "{} {}", part(100), part(1_000));
}

#[test]
fn answers_that_stay_slow_are_the_usual_ones_after_a_while() {
    let mut window = Window::new();
    let ticks = |window: &mut Window, mean_us: u64, ticks: u32| {
        for _ in 0..ticks {
            window.adjust(mean_us, true);
        }
    };
    ticks(&mut window, 4_000, 20);
    assert_eq!(window.rows(), ROWS_IN_FLIGHT_MAX);
    ticks(&mut window, 20_000, 40);
    assert!(window.rows() < ROWS_IN_FLIGHT_MAX / 8, "{}", window.rows());
    // A minute.
    ticks(&mut window, 20_000, 1_200);
    assert_eq!(window.rows(), ROWS_IN_FLIGHT_MAX);
}
