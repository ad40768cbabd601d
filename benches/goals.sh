#!/usr/bin/env bash
# What people wait for, run as they run it: wall seconds, seconds of processor time and the most memory of each, as a table.
#
#   benches/goals.sh LOGHAUL [ROUNDS [DATA]]
#
# LOGHAUL is a release build; each row is run ROUNDS times (5), and the median and the least are given. DATA is the folder with
# `cases/model/mine2.yaml`, without which its row is left out. Needs GNU time. Nothing else should run meanwhile.
set -euo pipefail
loghaul=$(realpath "$1")
rounds=${2:-5}
data=$(realpath -m "${3:-${LOGHAUL_DATA:-none}}")
goals=$(realpath "$(dirname "$0")/goals")
cd "$(mktemp -d)"

row() { # NAME GOAL COMMAND…: the goal is said, not judged
  local name=$1 goal=$2
  shift 2
  : > times
  for _ in $(seq "$rounds"); do
    /usr/bin/time -o time -f '%e %U %S %M' "$loghaul" "$@" > out 2> err || { cat err >&2; exit 1; }
    cat time >> times
  done
  sort -n times | awk -v name="$name" -v goal="$goal" '
    { wall[NR] = $1; cpu[NR] = $2 + $3; if ($4 > memory) memory = $4 }
    END {
      middle = int((NR + 1) / 2)
      printf "| %s | %s | %.2f | %.2f | %.1f | %.0f |\n", name, goal, wall[middle], wall[1], cpu[middle], memory / 1024
    }'
}

echo "| what | goal | wall s, median | least | CPU s | most MB |"
echo "|---|---|---:|---:|---:|---:|"
for strategy in native daemonset sidecar; do
  row "plain figures of reference, $strategy" "30 ms for all three" run reference --strategy "$strategy" --reps 1 -o csv
done
row "plain figures of reference, all three in one process" "" sweep reference --vary seed=1 --reps 1 -o csv
row "compare reference" "0.7 s" compare reference -o csv
row "compare reference --strategies all" "2 s" compare reference --strategies all -o csv
row "overload, 20 nodes, 10 min, daemonset" "1 s" run "$goals/overload.yaml" --strategy daemonset --reps 1 -o csv
row "overload, 20 nodes, 10 min, sidecar" "1 s" run "$goals/overload.yaml" --strategy sidecar --reps 1 -o csv
if [ -f "$data/cases/model/mine2.yaml" ]; then
  row "60 nodes, backend away for 20 min, daemonset" "4 s CPU" \
    run "$data/cases/model/mine2.yaml" --strategy daemonset --reps 1 -o csv
fi
row "compare kubernetes-limit --reps 1" "8 s, 600 MB" compare kubernetes-limit --reps 1 -o csv
for strategy in native daemonset sidecar; do
  row "100,000 nodes, 10 min, $strategy" "40 s, 8 GB" run "$goals/hundred-thousand.yaml" --strategy "$strategy" --reps 1 -o csv
done
