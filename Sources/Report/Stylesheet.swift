/// How the page looks: one column of text, pictures in rows; light, dark, and on paper.
enum Stylesheet {
    static let text: HTML = """

        :root {
          --paper: #fbfaf8; --card: #ffffff; --ink: #1b1b1f; --soft: #65606e; --line: #e2dee6;
          --accent: #8f2d7c; --bar: #cf4b6b; --note: #fdf3df;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #0f0d15; --card: #17141f; --ink: #e9e6ef; --soft: #a39dae; --line: #2c2735;
            --accent: #f2a36b; --bar: #b3467f; --note: #2b2413;
          }
          figure.plot svg { filter: invert(1) hue-rotate(180deg); }
          figure.plot svg [stroke="#ececf0"] { stroke: #d6d3dc; }
          figure.plot svg rect[fill="#ffffff"] { fill: #e6e4ea; }
        }
        * { box-sizing: border-box; }
        html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
        body {
          margin: 0; background: var(--paper); color: var(--ink);
          font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Helvetica, Arial, sans-serif;
          font-variant-numeric: tabular-nums;
        }
        header {
          position: relative; display: grid; align-items: end; min-height: 21rem; overflow: hidden;
          background: #120b1d; color: #fff; print-color-adjust: exact; -webkit-print-color-adjust: exact;
        }
        header img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: cover; }
        header::after {
          content: ""; position: absolute; inset: 0;
          background: linear-gradient(to top, rgb(14 7 24 / .93) 4%, rgb(14 7 24 / .5) 42%, rgb(14 7 24 / .05) 100%);
        }
        header > div { position: relative; z-index: 1; }
        header > div, nav ol, main, footer { width: min(72rem, 100% - 3rem); margin-inline: auto; }
        header > div { padding: 4rem 0 2rem; text-shadow: 0 1px 12px rgb(14 7 24 / .8); }
        header p { margin: 0; color: #ded6e6; }
        header .kind {
          font-size: .8rem; font-weight: 600; letter-spacing: .14em; text-transform: uppercase; color: #ffc38f;
        }
        h1 { margin: .3rem 0 .5rem; font-size: clamp(1.8rem, 4.4vw, 3.1rem); line-height: 1.1; letter-spacing: -.02em;
          font-weight: 650; text-wrap: balance; }
        nav { position: sticky; top: 0; z-index: 2; background: var(--paper); border-bottom: 1px solid var(--line); }
        nav ol { display: flex; gap: 1.25rem; margin-block: 0; padding: .7rem 0; list-style: none; overflow-x: auto;
          font-size: .88rem; white-space: nowrap; scrollbar-width: none; }
        a { color: var(--accent); text-decoration: none; }
        a:hover, a:focus-visible { text-decoration: underline; }
        section { padding: 2.6rem 0 .4rem; scroll-margin-top: 2.2rem; }
        h2 { margin: 0 0 .5rem; font-size: 1.5rem; letter-spacing: -.01em; font-weight: 650; }
        h3 { margin: 1.8rem 0 .6rem; font-size: 1.02rem; font-weight: 650; }
        section > p { max-width: 46rem; margin: 0 0 1.1rem; color: var(--soft); }
        .note { margin: 1.5rem 0 0; padding: .7rem 1rem; border-radius: .5rem; background: var(--note); }
        dl.numbers { display: grid; grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); margin: 0;
          background: var(--card); border: 1px solid var(--line); border-radius: .7rem; overflow: hidden; }
        dl.numbers div { padding: .8rem 1rem .75rem; margin: 0 -1px -1px 0; border: solid var(--line); border-width: 0 1px 1px 0; }
        dl.numbers dt { font-size: .78rem; color: var(--soft); }
        dl.numbers dd { margin: .1rem 0 0; font-size: 1.16rem; font-weight: 600; line-height: 1.3; overflow-wrap: anywhere; }
        dl.numbers dd small { display: block; font-size: .8rem; font-weight: 400; color: var(--soft); }
        dl.numbers .wide { grid-column: span 2; }
        sub { line-height: 0; }
        code, pre, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .9em; }
        .row { margin: 0 0 2rem; }
        .maps { display: grid; grid-template-columns: repeat(var(--columns), minmax(0, 1fr)); gap: 1.1rem; }
        figure { margin: 0; }
        .map { position: relative; border-radius: .45rem; overflow: hidden; line-height: 0; }
        .map img { display: block; width: 100%; height: auto; }
        .scale { position: absolute; right: .8rem; bottom: .7rem; padding-bottom: .35rem; border-bottom: 3px solid #fff;
          color: #fff; font-size: .75rem; line-height: 1; text-align: center; white-space: nowrap; display: flex;
          justify-content: center; filter: drop-shadow(0 0 1.5px #000) drop-shadow(0 0 2px #000); }
        .scale.pale { color: #1b1b1f; border-color: #1b1b1f; filter: drop-shadow(0 0 1.5px #fff) drop-shadow(0 0 2px #fff); }
        figcaption { margin-top: .5rem; font-size: .9rem; color: var(--soft); }
        figcaption strong { color: var(--ink); font-weight: 600; }
        figcaption span { white-space: nowrap; }
        svg[id$="-colours"] { display: block; margin-top: .8rem; max-width: 100%; height: auto; overflow: visible; fill: currentColor; }
        svg[id$="-colours"] path { stroke: currentColor; }
        svg[id$="-colours"] rect { stroke: currentColor; stroke-opacity: .55; }
        figure.plot { margin: 0 0 1.6rem; }
        figure.plot svg { display: block; max-width: 100%; height: auto; }
        figure.plot svg[id$="-narrow"] { display: none; }
        .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); gap: 1rem 2rem; align-items: start; }
        .table { overflow-x: auto; margin: 0 0 1.4rem; }
        table { border-collapse: collapse; width: 100%; font-size: .92rem; }
        caption { text-align: left; color: var(--soft); padding-bottom: .4rem; }
        th, td { padding: .42rem .8rem .42rem 0; text-align: right; border-bottom: 1px solid var(--line); font-weight: 400; }
        th:first-child, td:first-child { text-align: left; }
        thead th { color: var(--soft); font-size: .82rem; }
        tfoot th, tfoot td { font-weight: 600; border-bottom: 0; }
        table.files th, table.files td { text-align: left; }
        table.files th { width: 1%; white-space: nowrap; padding-right: 2rem; }
        td { white-space: nowrap; }
        table.files td { white-space: normal; }
        td.share { width: 34%; padding-left: 1rem; }
        .bar { display: block; height: .75rem; border-radius: .2rem; background: var(--bar); min-width: 1px;
          print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        dl.numbers + .table { margin-top: 1.6rem; }
        td.whole { width: 80%; }
        .stack { display: flex; height: 1.1rem; border-radius: .2rem; overflow: hidden; background: var(--line); }
        .stack i, .legend i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        .legend span { margin-right: 1rem; white-space: nowrap; }
        .legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: .15rem; margin-right: .35rem; vertical-align: -.08rem; }
        .cards { columns: 3 17rem; column-gap: 2rem; }
        .cards > div { break-inside: avoid; padding-bottom: 1.1rem; }
        .cards h3 { margin: 0 0 .25rem; }
        .cards dl, dl.list { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0; font-size: .9rem; }
        .cards dt, dl.list dt { color: var(--soft); }
        .cards dd, dl.list dd { margin: 0; overflow-wrap: anywhere; }
        dl.list { max-width: 60rem; gap: .3rem 1.6rem; margin-bottom: 1.4rem; }
        details { margin: .4rem 0 1.2rem; }
        summary { cursor: pointer; color: var(--accent); }
        pre { overflow-x: auto; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
        footer { padding: 1.6rem 0 3rem; margin-top: 2rem; border-top: 1px solid var(--line); font-size: .85rem; color: var(--soft); overflow-wrap: anywhere; }
        footer p { margin: 0; }
        @media (max-width: 44rem) {
          figure.plot svg { display: none; }
          figure.plot svg[id$="-narrow"] { display: block; width: 100%; }
          td.share:not(.whole) { display: none; }
          .maps { grid-template-columns: 1fr; }
          dl.numbers { grid-template-columns: 1fr 1fr; }
          header > div, nav ol, main, footer { width: calc(100% - 2rem); }
        }
        @media print {
          figure.plot svg:not([id$="-narrow"]) { display: block; width: 100%; }
          figure.plot svg[id$="-narrow"] { display: none; }
          @page { margin: 14mm; }
          :root { --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; --accent: #000; }
          body { font-size: 10.5pt; }
          nav { display: none; }
          header { min-height: 14rem; }
          section { padding-top: 1.4rem; }
          figure, table, .row, dl.numbers { break-inside: avoid; }
          h2, h3, section > p { break-after: avoid; }
          .plots { grid-template-columns: 1fr 1fr; }
          figure.plot svg { filter: none; }
        }

        """
}
