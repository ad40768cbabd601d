#!/usr/bin/env bash
# The lab with real agents: rsyslog and syslog-ng are measured in short, every line is accounted for, and the rows have the
# form that validate and calibrate read. Nothing is asked of their speed. Agents that are missing are fetched, as root on
# Debian: Debian's two packages exclude each other, so that each is unpacked into a folder of its own, and no service is made.
set -euo pipefail
loghaul=$1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

fetch() { # PACKAGE PROGRAM: prints where the program is
  local found
  found=$(PATH=$PATH:/usr/sbin command -v "${2##*/}" || true)
  if [ -z "$found" ]; then
    (cd "$out" && apt-get download -qq "$1" >/dev/null && dpkg -x "$1"_*.deb "$1")
    found=$out/$1/$2
  fi
  echo "$found"
}

if ! { PATH=$PATH:/usr/sbin command -v rsyslogd && PATH=$PATH:/usr/sbin command -v syslog-ng; } >/dev/null; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "rsyslog or syslog-ng is missing, and this is not root on Debian: real agents are skipped"
    exit 0
  fi
  chmod 755 "$out"
  apt-get update -qq
  # What the two are linked with.
  apt-get install -y -qq --no-install-recommends \
    libestr0 libfastjson4 liblognorm5 libivykis0 libnet1 libwrap0 libglib2.0-0 libjson-c5 libpcre3 >/dev/null
fi
agents=(--agent rsyslog --agent-bin "rsyslog=$(fetch rsyslog usr/sbin/rsyslogd)"
        --agent syslog-ng --agent-bin "syslog-ng=$(fetch syslog-ng-core usr/sbin/syslog-ng)")

# FILE SENT RECEIVED: of both agents there are rows, and in each every line has arrived or is missing, and nothing else came.
accounted() {
  awk -F, -v sent="$2" -v received="$3" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { rows[$at["agent"]]++; written += $at[sent] }
    $at[sent] != $at[received] + $at["lost"] || $at["damaged"] + $at["foreign"] + $at["garbage"] != 0 {
      print "not accounted for: " $0; wrong = 1
    }
    END {
      print rows["rsyslog"] + 0, "rows of rsyslog,", rows["syslog-ng"] + 0, "of syslog-ng,", written, "lines accounted for"
      exit wrong || !rows["rsyslog"] || !rows["syslog-ng"] || !written
    }' "$1"
}

"$loghaul" lab run "$(dirname "$0")/../../lab/plans/layouts.yaml" --quick "${agents[@]}" --out "$out/layouts"
accounted "$out/layouts/layouts.csv" lines_sent lines_recv
"$loghaul" lab run "$(dirname "$0")/../../lab/plans/rotation.yaml" --quick "${agents[@]}" --out "$out/rotation"
accounted "$out/rotation/rotation.csv" sent recv_unique
"$loghaul" calibrate "$out/layouts" --where agent=rsyslog --base rsyslog --name mine -o table
"$loghaul" lab compare "$out/layouts:rsyslog" "$out/layouts:syslog-ng"
