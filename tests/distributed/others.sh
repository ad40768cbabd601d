#!/usr/bin/env bash
# The other engines: GNU parallel runs its script, killed once on the way, and the Kubernetes manifest is valid from 1.29
# on. Needs parallel, and Python with venv for kubernetes-validate.
#
#   tests/distributed/others.sh LOGHAUL
set -euo pipefail
loghaul=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH="$(dirname "$loghaul"):$PATH"
sweep=(reference --vary seed=1:40:1 --vary duration=2m,4m --strategies daemonset,sidecar --reps 1)

"$loghaul" sweep "${sweep[@]}" --out "$work/whole" -o csv > "$work/whole.csv"
"$loghaul" sweep "${sweep[@]}" --out "$work/parts" --emit parallel --parts 8 > "$work/run.sh"
# Killed as soon as one part is whole: the rest is left for the second start.
sh "$work/run.sh" > "$work/first.log" 2>&1 & first=$!
while kill -0 "$first" 2>/dev/null && ! ls "$work"/parts/part-*.jsonl >/dev/null 2>&1; do sleep 0.02; done
# Its tasks are in groups of their own.
while pkill -KILL -f "$work/"; do sleep 0.02; done
wait "$first" 2>/dev/null || true
rm -f "$work/parts/sweep.csv"
sh "$work/run.sh" > "$work/second.log" 2>&1 || { cat "$work/second.log"; exit 1; }
cmp "$work/whole.csv" "$work/parts/sweep.csv"
echo "8 parts by GNU parallel, killed and started again: the bytes of one process"

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q kubernetes-validate
"$loghaul" sweep "${sweep[@]}" --out "$work/parts" --emit kubernetes --parts 8 > "$work/job.yaml"
schemas=$("$work/venv/bin/python" -c 'import kubernetes_validate as k; print(k.__path__[0])')/kubernetes-json-schema
versions=$(ls "$schemas" | grep -oE '1\.(29|[3-9][0-9])' | sort -uV)
[ -n "$versions" ] || { echo "no schemas in $schemas"; exit 1; }
for version in $versions; do
  "$work/venv/bin/kubernetes-validate" --strict -k "$version" "$work/job.yaml" > "$work/valid.log" 2>&1 ||
    { cat "$work/valid.log"; exit 1; }
done
echo "the Job's manifest is valid for Kubernetes" $versions
