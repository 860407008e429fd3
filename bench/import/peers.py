"""Reads and types the same files with DuckDB or pandas; one process a run, measured from outside.

    python3 peers.py duckdb|pandas|pandas-pyarrow FILE…

What each does with a file is what an import needs: every value column as a number beside the mark
that stands in its place, dates as dates, keys as integers. All other columns are read as text.
"""

import json
import sys

KEYS = {"URN", "LinkURN", "LA (code)", "EstablishmentNumber"}
DATES = {"OpenDate", "CloseDate", "LinkEstablishedDate", "LastChangedDate"}
TEXTS = {
    "RECTYPE", "LEA", "ESTAB", "Estab", "LA", "SCHNAME", "SCHOOLTYPE", "LinkName", "LinkType",
    "Postcode", "LSOA code",
}
REGISTER_NUMBERS = {"NumberOfPupils", "PercentageFSM", "StatutoryLowAge", "StatutoryHighAge",
                    "Easting", "Northing", "Trusts (code)", "Federations (code)"}


def kinds(names):
    """What each column becomes."""
    register = "EstablishmentName" in names
    out = {}
    for name in names:
        if name in DATES:
            out[name] = "date"
        elif name in KEYS:
            out[name] = "key"
        elif name in TEXTS or (register and name not in REGISTER_NUMBERS):
            out[name] = "text"
        else:
            out[name] = "value"
    return out


def header(path):
    with open(path, encoding="latin-1") as file:
        line = file.readline().rstrip("\r\n")
    return [name.strip('"') for name in line.removeprefix("ï»¿").split(",")]


def is_latin(path):
    return "edubasealldata" in path


def duckdb_run(files):
    import duckdb
    db = duckdb.connect()
    rows = 0
    for i, path in enumerate(files):
        columns = []
        for name, kind in kinds(header(path)).items():
            quoted = '"' + name + '"'
            if kind == "date":
                columns.append(f"TRY_CAST(try_strptime({quoted}, '%d-%m-%Y') AS DATE) AS {quoted}")
            elif kind == "key":
                columns.append(f"TRY_CAST({quoted} AS INTEGER) AS {quoted}")
            elif kind == "value":
                number = f"TRY_CAST(rtrim({quoted}, '%') AS DOUBLE)"
                columns.append(f"{number} AS {quoted}")
                columns.append(f"CASE WHEN {number} IS NULL THEN {quoted} END AS \"{name} mark\"")
            else:
                columns.append(quoted)
        encoding = "latin-1" if is_latin(path) else "utf-8"
        db.execute(
            f"CREATE TABLE t{i} AS SELECT {', '.join(columns)} FROM read_csv(?, header=true, "
            f"all_varchar=true, delim=',', quote='\"', encoding='{encoding}', null_padding=true)",
            [path],
        )
        rows += db.execute(f"SELECT count(*) FROM t{i}").fetchone()[0]
    return rows


def pandas_run(files, engine):
    import pandas as pd
    kept, rows = [], 0
    for path in files:
        encoding = "cp1252" if is_latin(path) else "utf-8-sig"
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding,
                            engine=engine)
        for name, kind in kinds(list(frame.columns)).items():
            if kind == "date":
                frame[name] = pd.to_datetime(frame[name], format="%d-%m-%Y", errors="coerce")
            elif kind == "key":
                frame[name] = pd.to_numeric(frame[name], errors="coerce").astype("Int64")
            elif kind == "value":
                number = pd.to_numeric(frame[name].str.rstrip("%"), errors="coerce")
                frame[name + " mark"] = frame[name].where(number.isna())
                frame[name] = number
        rows += len(frame)
        kept.append(frame)
    return rows


def main():
    tool, *files = sys.argv[1:]
    if tool == "duckdb":
        rows = duckdb_run(files)
    elif tool == "pandas":
        rows = pandas_run(files, "c")
    else:
        rows = pandas_run(files, "pyarrow")
    print(json.dumps({"rows": rows}))


if __name__ == "__main__":
    main()
