//! Dumps a database as SQL, which is readable and whose times can be moved, and restores it.

use rusqlite::Connection;

/// Lines whose times stay. Records, leases and messages expire, so their times are moved to the present. Orders keep
/// their times, because page tokens and recorded answers contain them.
const NOT_MOVED: &str = "INSERT INTO orders ";
/// Times are within this distance of the recording.
const NEAR_MS: u64 = 40 * 24 * 60 * 60 * 1_000;
const TIME_DIGITS: usize = 13;

/// All tables with their rows, indexes, counters and the version.
pub(crate) fn dump(database: &Connection) -> String {
    let texts = |query: &str| -> Vec<String> {
        let mut statement = database.prepare(query).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    };
    let version: u32 = database
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    let mut sql = format!("PRAGMA user_version = {version};\n");
    let own = "name NOT LIKE 'sqlite_%' AND sql IS NOT NULL ORDER BY rowid";
    for statement in texts(&format!("SELECT sql FROM sqlite_schema WHERE {own}")) {
        sql += &format!("{statement};\n");
    }
    for table in texts(&format!(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND {own}"
    )) {
        sql += &rows(&table, &texts);
    }
    // The rows above set the counters, but possibly to lower values than before.
    sql + "DELETE FROM sqlite_sequence;\n" + &rows("sqlite_sequence", &texts)
}

fn rows(table: &str, texts: &dyn Fn(&str) -> Vec<String>) -> String {
    let columns = texts(&format!(
        "SELECT 'quote(\"' || name || '\")' FROM pragma_table_info('{table}')"
    ));
    let values = columns.join(" || ', ' || ");
    let rows = texts(&format!("SELECT {values} FROM {table}"));
    rows.iter()
        .map(|row| format!("INSERT INTO {table} VALUES ({row});\n"))
        .collect()
}

/// The SQL with every time near `recorded_ms` moved, so that `recorded_ms` becomes `now_ms`.
pub(crate) fn moved(sql: &str, recorded_ms: u64, now_ms: u64) -> String {
    let is_digit = |character: char| character.is_ascii_digit();
    let mut moved = String::with_capacity(sql.len());
    for line in sql.split_inclusive('\n') {
        let mut rest = line;
        while let Some(begin) = rest.find(is_digit).filter(|_| !line.starts_with(NOT_MOVED)) {
            let digits = rest[begin..].len() - rest[begin..].trim_start_matches(is_digit).len();
            let (before, number) = rest[..begin + digits].split_at(begin);
            let time = number
                .parse::<u64>()
                .ok()
                .filter(|time| digits == TIME_DIGITS && time.abs_diff(recorded_ms) < NEAR_MS);
            moved += before;
            moved += &time.map_or(number.to_owned(), |time| (time + now_ms - recorded_ms).to_string());
            rest = &rest[begin + digits..];
        }
        moved += rest;
    }
    moved
}

#[test]
fn a_dump_is_restored_with_its_times_moved() {
    let original = Connection::open_in_memory().unwrap();
    let schema = "CREATE TABLE orders (at INTEGER) STRICT;
        CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT, bytes BLOB, at INTEGER) STRICT;
        INSERT INTO notes VALUES (7, 'it''s {\"at\": 1790000000005, \"sku\": \"1234567890123\"}', X'00FF', 1790000000000);
        INSERT INTO notes (id) VALUES (9);
        DELETE FROM notes WHERE id = 9;
        INSERT INTO orders VALUES (1790000000000);
        PRAGMA user_version = 3;";
    original.execute_batch(schema).unwrap();
    let sql = moved(&dump(&original), 1_790_000_000_000, 1_800_000_000_000);
    let again = Connection::open_in_memory().unwrap();
    again.execute_batch(&sql).unwrap();
    again.execute("INSERT INTO notes (text) VALUES ('next')", []).unwrap();
    let expected = "PRAGMA user_version = 3;
INSERT INTO orders VALUES (1790000000000);
INSERT INTO notes VALUES (7, 'it''s {\"at\": 1800000000005, \"sku\": \"1234567890123\"}', X'00FF', 1800000000000);
INSERT INTO notes VALUES (10, 'next', NULL, NULL);
INSERT INTO sqlite_sequence VALUES ('notes', 10);
";
    let dumped = dump(&again);
    let kept = dumped
        .lines()
        .filter(|line| line.starts_with("PRAGMA") || line.starts_with("INSERT"));
    assert_eq!(kept.map(|line| format!("{line}\n")).collect::<String>(), expected);
}
