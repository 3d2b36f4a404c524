#!/usr/bin/env bash
# The job scripts under a real Slurm, which Tests/slurm/one-node starts:   Tests/slurm/one-node Tests/slurm/jobs.sh
# shellcheck disable=SC2317,SC2329 # functions that `expect` and `await` call
source "$(dirname "$0")/../command/support.bash"
cd "$scratch" || exit 1

scripts=$root/jobscripts
export PALINDROME=$palindrome
export OMPI_MCA_mpi_yield_when_idle=1 # the ranks share cores, and srun does not tell MPI

# Jobs

submit() { job=$(sbatch --parsable --output=%x-%j.log "$@"); }
field() { scontrol --oneliner show job "$1" | sed -n "s/.* $2=\([^ ]*\).*/\1/p"; }
is() { [ "$(field "$1" JobState)" = "$2" ]; }
has_ended() { [[ $(field "$1" JobState) =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT)$ ]]; }
says() { grep -q -- "$2" ./*-"$1".log 2>/dev/null; }
signal() { scancel --batch --signal=USR1 "$1"; }
release() { # Slurm would hold a requeued job for two minutes; slurmd refuses it in the second in which it ended
    sleep 2
    scontrol update jobid="$1" StartTime=now
}
newest() { find "$1" -name 'checkpoint_*.h5' 2>/dev/null | sort | tail -n 1; }
has_checkpoint() { [[ $(newest "$1") > ${2:-} ]]; } # directory, the one before

await() { # until a command is true
    local end=$((SECONDS + 90))
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}
expect() { # name, command...   of $job
    local name=$1
    shift
    if "$@"; then
        pass "$name"
    else
        fail "$name" "job $job is $(field "$job" JobState), restarts $(field "$job" Restarts), exit code $(field "$job" ExitCode)" \
            "$(tail -n 12 ./*-"$job".log 2>/dev/null)"
        return 1
    fi
}

# Tests

cat >run.yaml <<'E'
box: {particles: 64, mesh_factor: 2}
run: {checkpoint_every: 10}
evolution: {steps: 60}
output: {power_spectrum: false, pictures: false}
E

time_limit() { # one minute; Slurm looks every half
    submit --ntasks=1 --time=1 --signal=B:USR1@15 "$scripts/simulate.sbatch" run.yaml --set output.directory=limited
    await has_checkpoint limited
    scancel --signal=STOP "$job.0" # the fastest machine must not be done before that
    expect 'time limit: Slurm signals the job before it' await says "$job" 'asked to stop'
    scancel --signal=CONT "$job.0"
    expect 'time limit: the job requeues itself' await is "$job" PENDING || return
    scontrol update jobid="$job" TimeLimit=10 # once is enough
    release "$job"
    await has_ended "$job"
    expect 'time limit: the requeued job goes on' says "$job" '^continuing from limited/checkpoint_'
    expect 'time limit: the requeued job ends well' is "$job" COMPLETED
    expect 'time limit: the same bits as the run that was left alone' same limited
}

chain() { # interrupted twice, on two ranks and then on three
    local before
    submit --ntasks=2 "$scripts/simulate.sbatch" run.yaml --set output.directory=chained
    await has_checkpoint chained
    signal "$job"
    expect 'chain: a signal to the batch shell requeues the job' await is "$job" PENDING || return
    expect 'chain: the ranks stopped with a checkpoint' says "$job" '^stopped by a signal after step'
    before=$(newest chained)
    release "$job"
    await has_checkpoint chained "$before"
    signal "$job"
    expect 'chain: the requeued job requeues itself again' await is "$job" PENDING || return
    expect 'chain: Slurm counts two restarts' [ "$(field "$job" Restarts)" = 2 ]
    scancel "$job"
    submit --ntasks=3 "$scripts/simulate.sbatch" run.yaml --set output.directory=chained
    await has_ended "$job"
    expect 'chain: a job of three ranks takes over' says "$job" '^continuing from chained/checkpoint_'
    expect 'chain: it comes to its end' is "$job" COMPLETED
    expect 'chain: the same bits as the run that was left alone' same chained
}

same() { # directory of a run
    local sum
    sum=$(sed -n 's/.*"state_checksum" : //p' straight/run.json)
    [ -n "$sum" ] && grep -qF "$sum" "$1/run.json" && cmp "$1/density_a1.0000.h5" straight/density_a1.0000.h5
}

failures_stay() {
    submit --ntasks=1 "$scripts/simulate.sbatch" run.yaml --set output.directory=cancelled
    await has_checkpoint cancelled
    scancel "$job"
    await has_ended "$job"
    expect 'a cancelled job leaves a checkpoint' says "$job" '^stopped by a signal after step'
    expect 'a cancelled job stays cancelled' is "$job" CANCELLED

    submit --ntasks=2 "$scripts/simulate.sbatch" run.yaml --set output.directory=killed
    await has_checkpoint killed
    kill -KILL "$(scontrol listpids "$job.0" | awk '$5 == 1 { print $1 }')"
    await has_ended "$job"
    expect 'a killed rank ends the job for good' is "$job" FAILED

    submit --ntasks=2 "$scripts/simulate.sbatch" run.yaml --set box.mesh_factor=0.5
    await has_ended "$job"
    expect 'a mistake ends the job for good' is "$job" FAILED
    expect 'a mistake is exit code 2' [ "$(field "$job" ExitCode)" = 2:0 ]
    expect 'a mistake is told in the log' says "$job" 'box.mesh_factor is 0.5'
}

reconstruction() {
    cat >observed.yaml <<'E'
box: {particles: 32, spacing: 4.0}
evolution: {steps: 5}
output: {directory: observed, power_spectrum: false, pictures: false}
E
    cat >reconstruct.yaml <<'E'
box: {particles: 32, spacing: 4.0}
evolution: {steps: 5}
objective: {data: "observed/density_a1.0000.h5:/density", sigma: 0.5}
optimizer: {stages: [{smoothing: 2, iterations: 10}, {smoothing: 0, iterations: 10}]}
reconstruct: {checkpoint_every: 5}
E
    srun --ntasks=1 "$palindrome" simulate observed.yaml >observed.log 2>&1
    srun --ntasks=1 "$palindrome" reconstruct reconstruct.yaml --set output.directory=found >found.log 2>&1
    submit --ntasks=2 "$scripts/reconstruct.sbatch" reconstruct.yaml --set output.directory=sought
    await has_checkpoint sought
    signal "$job"
    expect 'reconstruction: a signal requeues the job' await is "$job" PENDING || return
    release "$job"
    await has_ended "$job"
    expect 'reconstruction: the requeued job goes on' says "$job" '^continuing from sought/checkpoint_'
    expect 'reconstruction: the requeued job ends well' is "$job" COMPLETED
    expect 'reconstruction: the same iterates as the one that was left alone' cmp <(iterates found) <(iterates sought)
}
iterates() { cut -d, -f1-5 "$1/history.csv"; } # without the seconds

scaling() { # study, sides of the particle grid on 2 ranks
    submit --ntasks=2 "$scripts/$1-scaling.sbatch" run.yaml --set box.particles=32 --set evolution.steps=3
    await has_ended "$job"
    expect "the study of $1 scaling ends well" is "$job" COMPLETED
    expect "the log of $1 scaling has a line for 1 rank and one for 2" \
        [ "$(grep -oE '^[0-9]+x[0-9]+ +[0-9]+x[0-9]+x[0-9]+ ' "$1-scaling-$job.log" | tr -s ' \n' ' ')" = "1x1 32x32x32 2x1 $2 " ]
    expect "the record of $1 scaling has times, phases and floors" \
        [ "$(grep -cE '"(seconds_per_force|phases|triad_bandwidth)" : ' "scaling/bench-$1.json")" -ge 8 ]
    expect "the page of $1 scaling has its curves" grep -qF "id=\"$1-plot\"" scaling/report.html
}

if "$palindrome" help reconstruct | grep -q 'palindrome reconstruct <config>'; then
    has_reconstruct=yes
else
    has_reconstruct=
    skip 'reconstruct.sbatch under Slurm' 'this palindrome has no such command'
fi

time_limit &
beside=($!)
srun --ntasks=2 "$palindrome" simulate run.yaml --set output.directory=straight >straight.log 2>&1
job=none
expect 'srun runs a simulation on two ranks' grep -q '^state_checksum' straight.log
failures_stay &
beside+=($!)
chain
scaling strong 32x32x32
scaling weak 64x32x32
[ -z "$has_reconstruct" ] || reconstruction
expect 'reconstruct.sbatch is simulate.sbatch with another word' diff \
    <(sed 's/simulate/reconstruct/g; s/A forward run/A reconstruction/' "$scripts/simulate.sbatch") "$scripts/reconstruct.sbatch"
expect 'weak-scaling.sbatch is strong-scaling.sbatch with another word' diff \
    <(sed 's/strong/weak/g; 2d' "$scripts/strong-scaling.sbatch") <(sed 2d "$scripts/weak-scaling.sbatch")
for test in "${beside[@]}"; do wait "$test" || failures=$((failures + 1)); done
exit $((failures > 0))
