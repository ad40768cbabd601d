#!/usr/bin/env bash
# How the time of a run grows: each row sets one thing of benches/goals/scaling.yaml, and gives seconds of processor time for each
# strategy, and how many times those of the first row of its kind.
#
#   benches/scaling.sh LOGHAUL [ROUNDS]
#
# LOGHAUL is a release build; each run is done ROUNDS times (3), and the least is taken. Needs GNU time. Nothing else should run
# meanwhile.
set -euo pipefail
loghaul=$(realpath "$1")
rounds=${2:-3}
scenario=$(realpath "$(dirname "$0")/goals/scaling.yaml")
cd "$(mktemp -d)"

row() { # KIND VALUE SETTING…
  local kind=$1 value=$2
  shift 2
  local line="| $kind | $value |"
  for strategy in native daemonset sidecar; do
    : > times
    for _ in $(seq "$rounds"); do
      /usr/bin/time -o time -f '%U %S' "$loghaul" run "$scenario" --strategy "$strategy" --reps 1 "$@" -o csv > out 2> err ||
        { cat err >&2; exit 1; }
      awk '{ print $1 + $2 }' time >> times
    done
    local seconds first="first-$kind-$strategy"
    seconds=$(sort -n times | head -1)
    [ -f "$first" ] || echo "$seconds" > "$first"
    line="$line $(awk -v now="$seconds" -v first="$(cat "$first")" 'BEGIN { printf "%.2f | ×%.2f |", now, now / first }')"
  done
  echo "$line"
}

pods() { echo --set "tenants[0].workloads[0].replicas=$1"; }

echo "| what | value | native, CPU s | | DaemonSet, CPU s | | sidecar, CPU s | |"
echo "|---|---|---:|---:|---:|---:|---:|---:|"
for nodes in 500 1000 2000 4000; do
  # shellcheck disable=SC2046
  row nodes "$nodes" --set "cluster.pools[0].nodes=$nodes" $(pods $((nodes * 3))) --set "backend.capacity=$((nodes * 400))kB/s"
done
for minutes in 10 20 40 80; do
  row time "$minutes min" --set "duration=${minutes}m"
done
for each in 15 30 60 100; do
  # shellcheck disable=SC2046
  row "pods a node" "$each" $(pods $((each * 100))) --set "backend.capacity=$((each * 14))MB/s"
done
for seconds in 30 60 120 240; do
  row outage "$seconds s" --set "faults=[{outage: {of: backend, at: 4m, for: ${seconds}s}}]"
done
