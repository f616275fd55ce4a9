# Prints JSON Lines as read_csv.py prints CSV: jq -r -f read_jsonl.jq FILE, without the names of the columns.
def cell: if . == null then "" elif type == "array" then map(cell) | join("; ") else tostring end;
[.[] | cell] | @tsv
