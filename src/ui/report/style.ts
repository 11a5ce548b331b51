/** For light and dark, a phone and paper; the page works without any script. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --line: #8884; --bad: #c0262d; --good: #1a7f37; --warn: #9a6700; --soft: #8882;
  --model: #4269d0; --check: #3ca951; --red: #d6423b; --other: #a0a5ad }
@media (prefers-color-scheme: dark) { :root { --bad: #ff7b72; --good: #3fb950; --warn: #d29922 } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1.2rem; overflow-wrap: break-word }
h1 { font-size: 1.5rem; margin-bottom: .2rem } h2 { font-size: 1.2rem; margin: 2.6rem 0 .3rem; border-top: 1px solid var(--line); padding-top: 1rem }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem } p { margin: .4rem 0 }
.good { color: var(--good) } .bad { color: var(--bad) } .warn { color: var(--warn) } .none { color: inherit } .dim { opacity: .75 } .state { font-weight: 600 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .6rem 0 } dt { opacity: .75 } dd { margin: 0; min-width: 0 }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line) }
td:first-child { white-space: normal } td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
.wide { overflow-x: auto } code, pre { font: .85em/1.4 ui-monospace, SFMono-Regular, Menlo, monospace }
pre { overflow-x: auto; background: var(--soft); padding: .7rem; border-radius: 4px; margin: .4rem 0; max-height: 40rem }
details { margin: .4rem 0 } summary { cursor: pointer } ol.moments { list-style: none; padding: 0; margin: .4rem 0 }
ol.moments > li { padding: .25rem 0 .25rem .8rem; border-left: 3px solid var(--line); color: inherit }
ol.moments > li.good { border-color: var(--good) } ol.moments > li.bad { border-color: var(--bad) } ol.moments > li.warn { border-color: var(--warn) }
.head { display: flex } .head .text { flex: 1; min-width: 0 } .head .time { order: 1 }
.label { flex: none; display: inline-block; min-width: 7.5rem; margin-right: .5rem; font-weight: 600 } .time { float: right; opacity: .7; padding-left: 1rem; font-variant-numeric: tabular-nums }
.lane { display: grid; grid-template-columns: 6rem 1fr; align-items: center; gap: .6rem; margin: .2rem 0 } .track { position: relative; height: 1.1rem; background: var(--soft); border-radius: 3px; overflow: hidden }
.track span { position: absolute; top: 0; bottom: 0; min-width: 2px } .track .k-red { min-width: 4px } .bar { display: flex; height: .8rem; border-radius: 3px; overflow: hidden; background: var(--soft); margin: .3rem 0 } .bar span { min-width: 1px }
.track span, .bar span, .key i { print-color-adjust: exact; -webkit-print-color-adjust: exact } .key i { display: inline-block; width: .7rem; height: .7rem; border-radius: 2px; margin: 0 .3rem 0 .8rem } .key span { white-space: nowrap }
.k-model { background: var(--model) } .k-check { background: var(--check) } .k-red { background: var(--red) } .k-other { background: var(--other) }
.p0 { background: #4269d0 } .p1 { background: #efb118 } .p2 { background: #3ca951 } .p3 { background: #ff725c } .p4 { background: #6cc5b0 } .p5 { background: #a463f2 } .p6 { background: #97bbf5 } .p7 { background: #9c6b4e }
.added { color: var(--good) } .removed { color: var(--bad) } .hunk { opacity: .7 }
@media (max-width: 40rem) { body { margin: 1rem auto; padding: 0 .8rem } dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .4rem } .lane { grid-template-columns: 1fr; gap: 0 } .label { min-width: 0 } .head { display: block }
  .tasks thead, .tasks td:empty { display: none } .tasks tr { display: block; border-bottom: 1px solid var(--line); padding: .3rem 0 } .tasks td { display: inline-block; border: 0; padding: 0 1rem 0 0 }
  .tasks td:first-child { display: block; padding: 0 } .tasks td[data-head]::before { content: attr(data-head) ' '; opacity: .75; font-weight: 400 } }
@media print { body { font-size: 11px; max-width: none; margin: 0 } pre { max-height: none; white-space: pre-wrap } h2, h3, li { break-after: avoid-page } .wide { overflow: visible } thead th { position: static } }
`
