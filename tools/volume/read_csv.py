"""Prints the rows of a CSV file, each on a line, the cells between tabs: python3 read_csv.py FILE"""

import csv
import sys

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

csv.field_size_limit(1 << 24)
sys.stdout.reconfigure(encoding="utf-8", newline="\n")
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    rows = csv.reader(file, strict=True)
    for row in rows:
        print("\t".join(cell.translate(ESCAPES) for cell in row))
