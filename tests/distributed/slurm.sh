#!/usr/bin/env bash
# A sweep on a real Slurm of one node: the emitted script is submitted, tasks are killed and requeued, and what is merged
# has the bytes of one process. As root, without cgroups; needs slurmctld, slurmd, slurm-client and munge.
#
#   tests/distributed/slurm.sh LOGHAUL SLURM_CONF
set -euo pipefail
loghaul=$(realpath "$1") conf=$(realpath "$2")
state=/var/lib/loghaul-slurm
work=$(mktemp -d)
export PATH="$(dirname "$loghaul"):$PATH" SLURM_CONF=$work/slurm.conf

daemons=()
stop() {
  for pid in "${daemons[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work" "$state"
}
trap stop EXIT

# munge with a key and folders of its own: whether the package made a user, a key and /run/munge hangs on the machine.
munge=$work/munge
mkdir -p "$state"/{state,spool,run,log}
mkdir -m 0755 "$munge"
chmod 0755 "$work"
(umask 077 && dd if=/dev/urandom of="$munge/key" bs=128 count=1 status=none)
{
  sed "s/\bvm\b/$(hostname -s)/g; s/CPUs=[0-9]*/CPUs=$(nproc)/" "$conf"
  echo "AuthInfo=socket=$munge/socket"
} > "$SLURM_CONF"
munged --foreground --force --key-file="$munge/key" --socket="$munge/socket" --pid-file="$munge/pid" \
  --log-file="$munge/log" --seed-file="$munge/seed" >"$work/munged.log" 2>&1 & daemons+=($!)
slurmctld -D -f "$SLURM_CONF" >"$work/slurmctld.log" 2>&1 & daemons+=($!)
slurmd -D -f "$SLURM_CONF" >"$work/slurmd.log" 2>&1 & daemons+=($!)
for _ in $(seq 300); do sinfo -h -o %t 2>/dev/null | grep -q idle && break; sleep 0.1; done
sinfo -h -o %t | grep -q idle || { cat "$work"/*.log; exit 1; }

sweep=(reference --vary seed=1:160:1 --vary duration=2m,4m --strategies daemonset,sidecar --reps 1)
"$loghaul" sweep "${sweep[@]}" --out "$work/whole" -o csv > "$work/whole.csv"
"$loghaul" sweep "${sweep[@]}" --out "$work/parts" --emit slurm --parts 16 > "$work/submit.sh"
read -r _ array _ merge <<< "$(sh "$work/submit.sh" | tr -d ,)"

# Four tasks are killed while they run; a requeued task would wait for two minutes.
killed=0
while [ "$killed" -lt 4 ]; do
  task=$(squeue -h -j "$array" -t R -o %i | sort -R | head -n 1)
  if [ -z "$task" ]; then
    [ -n "$(squeue -h -j "$array")" ] || break
    sleep 0.05
    continue
  fi
  if scontrol requeue "$task" 2>/dev/null; then
    killed=$((killed + 1))
    for _ in $(seq 100); do scontrol update JobId="$task" StartTime=now 2>/dev/null && break; sleep 0.1; done
  fi
done
while [ -n "$(squeue -h -j "$array,$merge" 2>/dev/null)" ]; do
  # Whatever still waits for its time need not.
  for task in $(squeue -h -j "$array" -t PD -o %i); do
    scontrol update JobId="$task" StartTime=now 2>/dev/null || true
  done
  sleep 0.2
done
[ "$killed" -eq 4 ] || { echo "only $killed tasks could be killed: the sweep is too short"; exit 1; }
cmp "$work/whole.csv" "$work/parts/sweep.csv" || { tail -n 5 "$work"/parts/slurm-*.log; exit 1; }
echo "16 parts on $(slurmctld -V), $killed tasks killed and requeued: the bytes of one process"
