#!/usr/bin/env python3
"""Counts the public files a second way, sharing nothing with the crate that imports them.

    python3 independent_count.py FOLDER [--write expected.json]

Only Python's own csv, zipfile and xml are used, and the columns are listed here by hand, so that
an error in a mapping cannot hide in both counts. What is counted, for each file:

rows            rows below the header with anything in them but blanks
accepted        rows whose key is sound (every row of an undamaged file)
rejected        the others
records         what is handed over: a school, a link, a postcode, an inspection, or one reading
                for each value column of each row
missing_values  readings without a number, and inspection grades that judge nothing
refused         true for a file that is not imported
"""

import csv
import io
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ET
import zipfile

csv.field_size_limit(1 << 30)
NUMBER = re.compile(r"^-?£?(\d{1,3}(,\d{3})+|\d+\.?\d*|\.\d+|\d[\d.]*[eE][-+]?\d+)(\.\d+)?%?$")

# value column -> column with the number of pupils, for the rule that nought per cent of nobody
# is missing; None where the value is no percentage of pupils
KS2 = {
    "PTRWM_EXP": "TELIG", "PTRWM_EXP_FSM6CLA1A": "TFSM6CLA1A",
    "PTRWM_EXP_NotFSM6CLA1A": "TNotFSM6CLA1A", "PTRWM_EXP_EAL": "TEALGRP2",
    "DIFFN_RWM_EXP": None, "PTRWM_HIGH": "TELIG", "PTRWM_HIGH_FSM6CLA1A": "TFSM6CLA1A",
    "PTRWM_HIGH_NotFSM6CLA1A": "TNotFSM6CLA1A", "PTRWM_EXP_3YR": "TELIG_3YR",
    "PTREAD_EXP": "TELIG", "PTWRITTA_EXP": "TELIG", "PTMAT_EXP": "TELIG",
    "READ_AVERAGE": None, "READ_AVERAGE_FSM6CLA1A": None,
    "MAT_AVERAGE": None, "MAT_AVERAGE_FSM6CLA1A": None,
    "PTFSM6CLA1A": "TELIG", "PTEALGRP2": "TELIG", "PTMOBN": "TELIG",
}
for stem in ("READPROG", "WRITPROG", "MATPROG"):
    for suffix in ("", "_FSM6CLA1A", "_NotFSM6CLA1A", "_EAL"):
        KS2[stem + suffix] = None
KS4_ALL_YEARS = {
    "ATT8SCR": None, "ATT8SCR_FSM6CLA1A": None, "ATT8SCR_NFSM6CLA1A": None, "ATT8SCR_EAL": None,
    "DIFFN_ATT8": None, "P8MEA": None, "P8MEA_FSM6CLA1A": None, "P8MEA_NFSM6CLA1A": None,
    "P8MEA_EAL": None, "DIFFN_P8MEA": None, "PTEBACC_E_PTQ_EE": "TPUP",
    "PTFSM6CLA1A": "TPUP", "PTEALGRP2": "TPUP", "PTNMOB": "TPUP", "PSENAPK4": "TPUP",
    "PSENSE4": "TPUP",
}
KS4_FROM_2016 = {
    "PTL2BASICS_95": "TPUP", "PTL2BASICS_94": "TPUP",
    "PTFSM6CLA1ABASICS_95": "TFSM6CLA1A", "PTFSM6CLA1ABASICS_94": "TFSM6CLA1A",
    "PTNOTFSM6CLA1ABASICS_95": "TNOTFSM6CLA1A", "PTNOTFSM6CLA1ABASICS_94": "TNOTFSM6CLA1A",
    "PTL2BASICSEAL_95": "TEALGRP2", "PTL2BASICSEAL_94": "TEALGRP2",
}
KS4_FROM_2017 = {"EBACCAPS": None}
SCHOOLS_ONLY = {"DIFFN_RWM_EXP", "DIFFN_ATT8", "DIFFN_P8MEA"}
CENSUS = {
    "NOR": None, "PNORG": "NOR", "PSENELSE": "NOR", "PSENELK": "NOR", "PNUMEAL": "NOR",
    "PNUMFSMEVER": "NORFSMEVER", "PNUMFSM": "NOR",
}
ABSENCE = {"PERCTOT": None, "PPERSABS10": None}
INFORMATION = {
    "diffn_att8": None, "diffn_p8mea": None, "pt_disadvantaged": "t_pupils",
    "pt_language_not_english": "t_pupils", "pt_not_mobile": "t_pupils",
    "avg_ks2_scaledscore": None, "pt_sen_no_ehcp": "t_pupils", "pt_sen_with_ehcp": "t_pupils",
}
ATTENDANCE = {"overall_absence_perc": None, "unauthorised_absence_perc": None,
              "pa_perc": "enrolments"}
GRADES = [
    "Overall effectiveness", "Quality of education", "Behaviour and attitudes",
    "Personal development", "Effectiveness of leadership and management",
    "Early years provision (where applicable)", "Sixth form provision (where applicable)",
    "Safeguarding is effective?",
]
PREVIOUS = ["Previous full inspection overall effectiveness"] + [
    "Previous " + name[0].lower() + name[1:] for name in GRADES[1:]
]


def table(path):
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    header = [name.strip() for name in rows[0]]
    return header, [row for row in rows[1:] if any(cell.strip() for cell in row)]


def number(text):
    text = text.strip()
    if not NUMBER.match(text):
        return None
    return float(text.replace(",", "").replace("£", "").rstrip("%"))


def year_of(path):
    """The calendar year in which the school year of a file begins, by its name or folder."""
    for part in (path.name, path.parent.name):
        pair = re.search(r"(20\d\d)-(20\d\d)", part)
        if pair:
            return int(pair[1])
    single = re.search(r"_(20\d\d)_", path.name)
    return int(single[1]) - 1 if single else None


def readings(header, rows, values, is_school):
    """Records and missing values of a table with one row a school or area."""
    columns = [(header.index(v), v, header.index(n) if n in header else None)
               for v, n in values.items() if v in header]
    records = missing = 0
    for row in rows:
        for place, name, cohort in columns:
            if name in SCHOOLS_ONLY and not is_school(row):
                continue
            records += 1
            value = number(row[place]) if place < len(row) else None
            n = number(row[cohort]) if cohort is not None and cohort < len(row) else None
            if value is None or (value == 0 and n == 0):
                missing += 1
    return records, missing


def count(path):
    if path.suffix == ".xlsx":
        return inspections(path)
    if path.suffix not in (".csv", ".txt"):
        return {"refused": True}
    header, rows = table(path)
    has = set(header)
    ok = {"rows": len(rows), "accepted": len(rows), "rejected": 0}

    def result(records, missing=0):
        return {**ok, "records": records, "missing_values": missing}

    urn = header.index("URN") if "URN" in has else None
    if {"RECTYPE", "URN"} <= has:
        school = lambda row: row[0].strip() in ("1", "2")
        sound = [r for r in rows if not school(r) or re.fullmatch(r"\d{6}", r[urn].strip())]
        ok.update(accepted=len(sound), rejected=len(rows) - len(sound))
        if "ATT8SCR" in has:
            values = dict(KS4_ALL_YEARS)
            if year_of(path) >= 2016:
                values.update(KS4_FROM_2016)
            if year_of(path) >= 2017:
                values.update(KS4_FROM_2017)
        else:
            values = KS2
        return result(*readings(header, sound, values, school))
    if {"URN", "NOR", "PNUMEAL"} <= has:
        records, missing = readings(header, rows, CENSUS, None)
        if "PNUMFSM" not in has and "NUMFSM" in has:
            met, of = header.index("NUMFSM"), header.index("NOR")
            records += len(rows)
            missing += sum(1 for r in rows if number(r[met]) is None or not number(r[of]))
        return result(records, missing)
    if {"URN", "PERCTOT"} <= has:
        return result(*readings(header, rows, ABSENCE, None))
    if {"URN", "LinkURN"} <= has:
        return result(len(rows))
    if {"URN", "EstablishmentName"} <= has:
        links = 0
        if header[-1] == "Linked establishments":
            for row in rows:
                cells = [cell.strip() for cell in row[len(header) - 1:]]
                links += sum(1 for cell in cells if re.match(r"\d{6} ", cell))
        return result(len(rows) + links)
    if {"Postcode", "IDACI Score"} <= has:
        return result(len(rows))
    if {"time_period", "diffn_att8"} <= has:
        return result(*readings(header, rows, INFORMATION, None))
    if {"time_period", "pa_perc"} <= has:
        return result(*readings(header, rows, ATTENDANCE, None))
    return {"refused": True}


def sheet_rows(path, wanted):
    """The rows of the first sheet with a wanted column name, as dicts of letters to text."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    book = zipfile.ZipFile(path)
    shared = ["".join(t.text or "" for t in item.iter(f"{{{space['m']}}}t"))
              for item in ET.fromstring(book.read("xl/sharedStrings.xml"))]
    for name in sorted(n for n in book.namelist() if n.startswith("xl/worksheets/sheet")):
        out = []
        for row in ET.fromstring(book.read(name)).iter(f"{{{space['m']}}}row"):
            cells = {}
            for cell in row.findall("m:c", space):
                value = cell.find("m:v", space)
                if value is None or value.text is None:
                    continue
                text = shared[int(value.text)] if cell.get("t") == "s" else value.text
                cells[re.match(r"[A-Z]+", cell.get("r"))[0]] = text
            out.append(cells)
        if out and wanted in out[0].values():
            return out
    raise SystemExit(f"{path}: no sheet has a column “{wanted}”")


def inspections(path):
    first, *rows = sheet_rows(path, "Overall effectiveness")
    places = {name: letter for letter, name in first.items()}
    records = missing = 0
    for row in rows:
        for start, names in (("Inspection start date", GRADES),
                             ("Previous inspection start date", PREVIOUS)):
            if places[start] in row:
                records += 1
                grades = [row.get(places[name], "").strip() for name in names]
                missing += sum(1 for grade in grades if grade in ("", "9", "8", "0"))
    return {"rows": len(rows), "accepted": len(rows), "rejected": 0, "records": records,
            "missing_values": missing}


def main():
    args = sys.argv[1:]
    folder = pathlib.Path(args[0])
    files = sorted(p for part in ("national", "layouts") for p in (folder / part).rglob("*")
                   if p.is_file())
    counted = {str(p.relative_to(folder)): count(p) for p in files}
    text = json.dumps(counted, indent=2, sort_keys=True) + "\n"
    if "--write" in args:
        pathlib.Path(args[args.index("--write") + 1]).write_text(text)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
