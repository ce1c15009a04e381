"""Reads and checks a catalog with the usual libraries of Python: `parse.py polars|duckdb|csv FILE`"""

import sys


def with_polars(path):
    import polars

    frame = polars.scan_csv(path, infer_schema=False, truncate_ragged_lines=True).filter(
        polars.col("price").cast(polars.Float64, strict=False).is_not_null()
        & polars.col("stock").cast(polars.UInt32, strict=False).is_not_null()
        & (polars.col("sku").str.len_bytes() > 0)
        & (polars.col("name").str.len_bytes() > 0)
        & (polars.col("description").str.len_bytes() >= 0).fill_null(True)
        & (polars.col("currency").str.len_bytes() == 3)
    )
    return frame.select(polars.len()).collect(engine="streaming").item()


def with_duckdb(path):
    import duckdb

    database = duckdb.connect(config={"threads": 1})
    query = """
        SELECT count(*) FROM read_csv(?, all_varchar = true, ignore_errors = true, new_line = '\\n')
        WHERE try_cast(price AS DOUBLE) IS NOT NULL AND try_cast(stock AS UINTEGER) IS NOT NULL
          AND length(sku) > 0 AND length(name) > 0 AND length(currency) = 3
          AND (description IS NULL OR length(description) >= 0)
    """
    return database.execute(query, [path]).fetchone()[0]


def with_csv(path):
    import csv

    usable = 0
    with open(path, newline="", encoding="utf-8", errors="replace") as file:
        reader = csv.reader(file)
        columns = len(next(reader))
        for row in reader:
            if len(row) != columns or not row[0] or not row[1] or len(row[4]) != 3:
                continue
            try:
                usable += float(row[3]) >= 0 and int(row[5]) >= 0
            except ValueError:
                pass
    return usable


print({"polars": with_polars, "duckdb": with_duckdb, "csv": with_csv}[sys.argv[1]](sys.argv[2]))
