#!/usr/bin/env bash
# The job scripts under a Slurm of one node. Where there can be none, a line says so and nothing counts.
source "$(dirname "$0")/support.bash"
trap 'exit 143' TERM # once the Slurm has stopped

TMPDIR=$scratch "$root/Tests/slurm/one-node" "$root/Tests/slurm/jobs.sh" 2>&1 | tee "$scratch.output"
status=${PIPESTATUS[0]}
reason=$(sed -n 's/^one-node: //p' "$scratch.output")
rm -f "$scratch.output"
if [ "$status" -eq 77 ]; then
    skip 'ALL JOB SCRIPTS' "no Slurm can be started: $reason"
    exit 0
fi

name='the Slurm of one node leaves no process and no file'
left=$(grep -laF "$scratch" /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null; ls "$scratch")
if [ -z "$left" ]; then pass "$name"; else fail "$name" "$left"; fi
exit $((status > 0 || failures > 0))
