#!/usr/bin/env bash
# Runs every fuzz target of the module for FUZZTIME (default 30s) each, one after the other: go test fuzzes one at a time.
# An input that fails is kept under the package's testdata/fuzz; commit it with the fix.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

go=${GO:-go}
fuzztime=${FUZZTIME:-30s}
listing=$("$go" test -list '^Fuzz' ./...) # the targets of a package, then "ok PACKAGE TIME"

targets=()
count=0
while read -r word package _; do
	case $word in
	Fuzz*) targets+=("$word") ;;
	ok)
		for target in ${targets[@]+"${targets[@]}"}; do
			printf '=== %s %s\n' "$package" "$target"
			"$go" test -run '^$' -fuzz "^$target\$" -fuzztime "$fuzztime" "$package"
			count=$((count + 1))
		done
		targets=()
		;;
	esac
done <<<"$listing"
printf '%d fuzz targets, %s each\n' "$count" "$fuzztime"
