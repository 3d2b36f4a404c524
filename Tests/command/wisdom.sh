#!/usr/bin/env bash
# FFTW's wisdom: made by bench, used by runs on any ranks with the same bits, kept in checkpoints.
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1

cat >run.yaml <<'E'
box: {particles: 24, spacing: 4.0}
evolution: {steps: 40}
output: {directory: out, pictures: false, power_spectrum: false}
run: {wisdom: wisdom.fftw, checkpoint_every: 5}
E
sed 's/wisdom: wisdom.fftw, //' run.yaml >plain.yaml
checksum() { sed -n 's/^state_checksum //p' "$prints/rank.0.out"; }

on_ranks 3 bench plain.yaml --plan other.fftw
check 'bench writes the wisdom of a configuration' grep -q 'fftwf_wisdom' other.fftw
on_ranks 1 bench plain.yaml --plan wisdom.fftw
on_ranks 2 bench plain.yaml --plan none/wisdom.fftw
check 'where it cannot be written is told, by one rank' [ "$? $(cat "$prints"/rank.*.err | wc -l)" = '1 1' ]
check 'before anything is measured' [ ! -s "$prints/rank.0.out" ]
for ranks in 1 2; do
    on_ranks $ranks simulate run.yaml --set run.wisdom=other.fftw --set output.directory=other$ranks
    check "that of 3 ranks is taken on $ranks" grep -q 'palindrome report' "$prints/rank.0.out"
    checksum >other$ranks.sum
done
check 'with the same bits' cmp other1.sum other2.sum
on_ranks 1 simulate plain.yaml --set output.directory=plain
plain=$(checksum)

on_ranks 1 simulate run.yaml
check 'a run with it ends' [ $? -eq 0 ]
whole=$(checksum)
for ranks in 2 3 4; do
    on_ranks $ranks simulate run.yaml --set output.directory=out$ranks
    check "with the same bits on $ranks ranks" [ "$(checksum)" = "$whole" ]
done
on_ranks 2 simulate run.yaml --resume
check 'a finished run with it is this very run' grep -q 'nothing is left to do' "$prints/rank.0.out"

# Stopped, and the file lost: a checkpoint has it.
"$palindrome" simulate run.yaml --set output.directory=stopped >/dev/null 2>&1 &
job=$!
until compgen -G 'stopped/checkpoint_*.h5' >/dev/null || ! kill -0 $job 2>/dev/null; do sleep 0.01; done
kill -TERM $job 2>/dev/null
wait $job
status=$?
mv wisdom.fftw kept.fftw
on_ranks 2 simulate run.yaml --resume --set output.directory=stopped
if [ $status -eq 75 ]; then
    check 'a run goes on without the file, and says so' \
        grep -q 'that which stopped/checkpoint_.* was made with is used' "$prints/rank.0.out"
    check 'with the same bits' [ "$(checksum)" = "$whole" ]
else
    skip 'a run goes on without the file' 'it had come to its end before it was stopped'
fi

# The checksum that a wisdom ends with: FNV-1a.
sealed() {
    local text hash=$((0xcbf29ce484222325)) at code
    text=$(cat)
    for ((at = 0; at < ${#text}; at++)); do
        printf -v code '%d' "'${text:at:1}"
        hash=$(((hash ^ code) * 0x100000001b3))
    done
    printf '%s\n(palindrome %x)\n' "$text" $hash
}
sed '$d' kept.fftw | sealed >wisdom.fftw
check 'this checksum is that of the program' cmp wisdom.fftw kept.fftw
# Of another version: told, and transforms are estimated.
sed -e '$d' -e 's/(fftw-3/(fftw-9/' kept.fftw | sealed >wisdom.fftw
on_ranks 2 simulate run.yaml --set output.directory=estimated
check 'a wisdom of another FFTW is told' grep -q 'warning: run.wisdom: FFTW does not take' "$prints/rank.0.out"
check 'and transforms are estimated' [ "$(checksum)" = "$plain" ]
sed 's/#x1/#x2/' kept.fftw >wisdom.fftw
on_ranks 2 simulate run.yaml --set output.directory=damaged
check 'a damaged one is one line' [ "$? $(wc -l <"$prints/rank.0.err")" = '2 1' ]
check 'that says so' grep -q 'holds no wisdom of FFTW, or is damaged' "$prints/rank.0.err"

exit $((failures > 0))
