#!/usr/bin/env bash
# Exports many people with values of every attribute type from the sandbox in four formats, reads each by another program, and compares what they
# find, cell by cell: tools/volume.sh [PEOPLE]. It needs bin/attio-etl, Node.js 20 or later, the npm registry, Python 3 and jq.
set -euo pipefail
people=${1:-100000}
root=$(cd "$(dirname "$0")/.." && pwd)
tools=$root/tools/volume
program=$root/bin/attio-etl
work=$(mktemp -d)
sandbox=
finish() {
  if [[ -n $sandbox ]]; then kill "$sandbox" && wait "$sandbox" || true; fi
  rm -rf "$work"
}
trap finish EXIT
cd "$work"
export ATTIO_API_KEY=$(printf 'x%.0s' $(seq 64))

# start DATA: a sandbox on a directory, in memory without one.
start() {
  rm -f addr
  "$program" sandbox --data="$1" --rate off --addr-file addr >sandbox.log 2>&1 &
  sandbox=$!
  for _ in $(seq 300); do
    if [[ -s addr ]]; then return; fi
    sleep 0.1
  done
  cat sandbox.log
  return 1
}

npm ci --prefix "$tools" --no-fund --no-audit --silent
start ""
node "$tools/prepare.mjs" "$(cat addr)" job.yaml
curl -sf "http://$(cat addr)/_sandbox/state" >state.json
kill "$sandbox" && wait "$sandbox" || true
sandbox=
node "$tools/seed.mjs" state.json "$people" >seed.json
"$program" sandbox import seed.json --data box
rm seed.json
start box

for format in csv xlsx parquet jsonl; do
  sed "s/people.csv/people.$format/" job.yaml >"$format.yaml"
  if [[ $format != csv ]]; then sed -i 's/, csv: {[^}]*}//' "$format.yaml"; fi
  if [[ $format == parquet || $format == jsonl ]]; then sed -i 's/people\.[a-z]*/&, multi: list/' "$format.yaml"; fi
  "$program" export "$format.yaml" --base-url "http://$(cat addr)" --rate 1000/s,60000/m --quiet
done
ls -l people.csv people.xlsx people.parquet people.jsonl

python3 "$tools/read_csv.py" people.csv >csv.txt
{ jq -r 'keys_unsorted | @tsv' <(head -n 1 people.jsonl); jq -r -f "$tools/read_jsonl.jq" people.jsonl; } >jsonl.txt
node "$tools/read_parquet.mjs" people.parquet >parquet.txt
node --max-old-space-size=8192 "$tools/read_xlsx.mjs" people.xlsx >xlsx.txt
node "$tools/compare.mjs" people.csv.manifest.json csv.txt xlsx.txt parquet.txt jsonl.txt
