#!/usr/bin/env bash
# `palindrome report` on a run of its own, and its page in a real browser.
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1

expect() { # name, condition...
    local name=$1
    shift
    if "$@"; then pass "$name"; else fail "$name" "$(head -n 5 "$prints"/rank.0.* 2>/dev/null)"; fi
}
fails_with() { # code, fragment of the one line on standard error
    [ "$status" -eq "$1" ] && [ "$(wc -l <"$prints/rank.0.err")" -eq 1 ] && grep -qF -- "$2" "$prints/rank.0.err"
}
lacks() { ! grep -qE -- "$1" "$2"; }

cat >run.yaml <<'E'
box: {particles: 24, spacing: 3.0, mesh_factor: 2}
initial: {a: 0.1}
evolution: {steps: 6}
output: {directory: out, snapshots: [0.4, 0.7, 1.0]}
E
on_ranks 2 simulate run.yaml
expect 'a small run ends well' [ $? -eq 0 ]
checksum=$(sed -n 's/^state_checksum //p' "$prints/rank.0.out")
expect 'run.json has the checksum of the log' grep -qF "\"state_checksum\" : \"$checksum\"" out/run.json

on_ranks 2 report out
expect 'a report ends well' [ $? -eq 0 ]
expect 'it tells where the page is' grep -qx 'out/report.html' "$prints/rank.0.out"
expect 'the page shows the checksum' grep -qF "$checksum" out/report.html
for section in numbers matter power phases configuration origins; do
    expect "the page has the section $section" grep -qF "<section id=\"$section\"" out/report.html
done
expect 'the page fetches nothing' lacks 'https?:' out/report.html
# From beside the files its names lead to them, so that both have to be there.
on_ranks 3 report out --output out/three.html
mv out/three.html three.html
expect 'the page is the same on another number of ranks' cmp -s out/report.html three.html

cp out/density_a0.4000.h5 earlier.h5
on_ranks 2 simulate run.yaml --set 'output.snapshots=[1.0]' --set force.kernel=naive --overwrite
mv earlier.h5 out/density_a0.4000.h5
on_ranks 1 report out --output mixed.html
expect 'files of an earlier run are left out' grep -qF 'made by another configuration' mixed.html

# Particles that form a picture

base64 -d >picture.png <<'E'
iVBORw0KGgoAAAANSUhEUgAAABgAAAAQCAAAAAApT+BJAAAALklEQVR42mP4jwMwUFmCAQwgfIb/EBYDXJyBAVkcQwIshUWCZkb9xyJO9SDBBgC/OiLs3SMKeQAAAABJRU5ErkJggg==
E
limit=180
on_ranks 2 demo --pattern picture.png --dark --iterations 12 --directory pattern
expect 'particles are brought into a picture' [ $? -eq 0 ]
expect 'the log says how like the picture they are' grep -qE '^picture: mean squared error [0-9.]+, ' "$prints/rank.0.out"
correlation=$(sed -n 's/^picture: .*correlation \([0-9.]*\)$/\1/p' "$prints/rank.0.out")
expect "twelve steps bring them close (correlation $correlation)" awk "BEGIN { exit !($correlation > 0.5) }"
expect 'its page has the section pattern' grep -qF '<section id="pattern"' pattern/report.html
for picture in target found difference frames; do
    expect "there is a picture of the $picture" [ -s "pattern/picture_$picture.png" ]
done
expect 'the reconstruction has a record of its own' grep -qF '"picture_correlation" : ' pattern/reconstruction.json
on_ranks 3 reconstruct pattern/pattern.yaml --set output.directory=pattern-on-three
expect 'the same iterates on 3 ranks' cmp -s <(cut -d, -f1-5 pattern/history.csv) <(cut -d, -f1-5 pattern-on-three/history.csv)
on_ranks 1 reconstruct pattern/pattern.yaml --set output.directory=again \
    --set 'objective.data="pattern/reconstruction.h5:/picture/target"'
unset limit
expect 'the same iterates from the picture as a dataset' \
    cmp -s <(cut -d, -f1-5 pattern/history.csv) <(cut -d, -f1-5 again/history.csv)

# Mistakes

mkdir empty
for ranks in 1 4; do
    on_ranks "$ranks" report missing
    status=$?
    expect "a missing directory is one line ($ranks ranks)" fails_with 2 'missing: there is no such directory'
    on_ranks "$ranks" report empty
    status=$?
    expect "an empty directory is one line ($ranks ranks)" fails_with 2 'empty: holds nothing of a run'
    on_ranks "$ranks" report run.yaml
    status=$?
    expect "a file is no directory ($ranks ranks)" fails_with 2 'run.yaml: '
done
on_ranks 2 report out --output no/such/place.html
status=$?
expect 'a page that cannot be written is one line' fails_with 1 'no/such/place.html'

# The browser

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -z "$browser" ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    {
        apt-get -qq update
        DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium
    } >/dev/null 2>&1
    browser=$(command -v chromium)
fi
if [ -z "$browser" ]; then
    skip 'the page in a browser' 'there is no Chromium, and it cannot be installed'
    exit $((failures > 0))
fi

# Runs the browser on a page; what its console says is in browser.err.
browse() { # page, options...
    local page=$1
    shift
    timeout -k 5 120 "$browser" --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
        --user-data-dir="$scratch/profile" --enable-logging=stderr "$@" "file://$scratch/$page" 2>browser.err
}
complains() { grep -qE 'CONSOLE' browser.err; }
is_quiet() { ! complains; }

artefacts=${PALINDROME_TEST_ARTEFACTS:-${TMPDIR:-/tmp}/palindrome-artefacts}
mkdir -p "$artefacts"
cp three.html "$artefacts/report.html"
echo "kept $artefacts/report.html"
for width in 1280 500; do
    picture=$artefacts/report-$width.png
    rm -f "$picture"
    browse three.html --window-size="$width,4000" --screenshot="$picture"
    expect "the browser has nothing to complain about (width $width)" is_quiet
    expect "the screenshot is there (width $width)" [ -s "$picture" ]
    echo "kept $picture"
done

picture=$artefacts/pattern.png
rm -f "$picture"
browse pattern/report.html --window-size=1280,4000 --screenshot="$picture"
expect 'the browser has nothing to complain about (pattern)' is_quiet
expect 'the screenshot is there (pattern)' [ -s "$picture" ]
echo "kept $picture"

# The page allows no script, so a copy without its policy is asked.
ask() { # page, copy
    sed -e '/Content-Security-Policy/d' -e '/<\/body>/d' "$1" >"$2"
    cat >>"$2" <<'E'
<script>
addEventListener("load", () => {
    // Of each plot there is a wide and a narrow one, of which one is shown.
    const isShown = drawing => getComputedStyle(drawing).display !== "none";
    const images = [...document.images], drawings = [...document.querySelectorAll("svg")].filter(isShown);
    const shown = images.filter(image => image.complete && image.naturalWidth > 0 && image.naturalHeight > 0);
    const drawn = drawings.filter(drawing => drawing.getBoundingClientRect().height > 0);
    const page = document.documentElement;
    document.title = `images ${shown.length} of ${images.length}, drawings ${drawn.length} of ${drawings.length}, `
        + `wider by ${page.scrollWidth - page.clientWidth}`;
});
</script>
E
}
ask three.html asked.html
ask pattern/report.html asked-pattern.html
for width in 1280 500; do
    browse asked.html --window-size="$width,2000" --dump-dom >asked.dom
    expect "all pictures are shown, and nothing is wider than the window ($width)" \
        grep -qF '<title>images 4 of 4, drawings 2 of 2, wider by 0</title>' asked.dom
    grep -qF '<title>images 4 of 4, drawings 2 of 2, wider by 0</title>' asked.dom ||
        grep -oE '<title>[^<]*' asked.dom
done

browse asked-pattern.html --window-size=1280,2000 --dump-dom >asked.dom
# Masthead; picture, particles, difference; six frames; initial density.
expect 'all pictures of a pattern are shown' grep -qE '<title>images 11 of 11, drawings ([0-9]+) of \1, wider by 0<' asked.dom

# That these tests can fail:
sed 's#<footer>#<img src="https://example.org/a.png" alt=""/><footer>#' three.html >leaky.html
browse leaky.html --dump-dom >/dev/null
expect 'what comes from outside is refused, and the console says so' complains

exit $((failures > 0))
