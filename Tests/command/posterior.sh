#!/usr/bin/env bash
# A survey of 32³ from a mock to its posterior by the commands (Tests/mock-survey): radial redshift space, a mask, two tracers,
# Poisson counts, both biases free and begun a fifth beside their true values.
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1

SAMPLER='method: mclmc' KEEP=$scratch/survey "$root/Tests/mock-survey" 32 300 1000 >table 2>&1
record=survey/fit/sample.json
if [ ! -s $record ]; then
    fail 'a survey has a posterior' "$(tail -n 3 table)"
    exit 1
fi

# Whether something is true of the record, whose numbers are named in braces.
holds() { # name, expression of awk
    local expression=$2 name pattern
    while [[ $expression =~ \{([^}]*)\} ]]; do
        name=${BASH_REMATCH[1]}
        pattern=${name//[/\\[}
        pattern=${pattern//]/\\]}
        expression=${expression/"{$name}"/($(sed -n "s/.*\"$pattern\" *: *\([-0-9.eE+]*\).*/\1/p" $record | head -n 1))}
    done
    if awk "BEGIN { exit !($expression) }"; then pass "$1"; else fail "$1" "$expression"; fi
}

# All shells together, and those that the data say little of.
holds 'modes lie in their 68 %' '{inside_68} > 0.60 && {inside_68} < 0.76'
for shell in 8 9 10 11 12 13 14 15 16; do
    holds "those of shell $shell" "{inside_68_shell_$shell} > 0.55 && {inside_68_shell_$shell} < 0.81"
done
while read -r name prior; do
    holds "$name is recovered" "{z_$name} ^ 2 < 4"
    holds "$name is known better than before" "{sigma_$name} < 0.4 * $prior"
done <<'E'
objective[0].bias_amplitude 3.2
objective[0].bias_exponent 0.6
objective[1].bias_amplitude 10
objective[1].bias_exponent 0.5
E
for shell in 1 2 3 4 6; do
    holds "waves from shell $shell on are known best where galaxies are seen" \
        "{correlation_seen_from_shell_$shell} > {correlation_unseen_from_shell_$shell} + 0.05"
done
holds 'well' '{correlation_seen_from_shell_2} > 0.5 && {correlation_seen_from_shell_3} > 0.45'
holds 'and those that are too short for the cells are not' \
    '{correlation_unseen_from_shell_11} < 0.1 && {correlation_seen_from_shell_16} < 0.1'
echo "note $(tail -n 1 table)"
exit $((failures > 0))
