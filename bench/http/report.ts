/** Tables for the terminal and the docs, JSON, and a page with charts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Row } from './series.ts';
import { TARGETS } from './tables.ts';

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Returns the cost of a server beyond its framework alone. */
function findAdded(rows: readonly Row[], name: string): number | undefined {
  const [who, framework] = name.split(' ');
  const row = rows.find((one) => one.name === name);
  const bare = rows.find((one) => one.name === `bare ${framework}`);
  return row && bare && who !== 'bare' ? row.cpu - bare.cpu : undefined;
}

export function tabulateServers(rows: readonly Row[]): Table {
  return {
    title: 'One message through the socket',
    head: ['server', 'CPU µs', 'added', 'rounds', 'req/s', 'p50 ms', 'p99 ms', 'MB', 'failed'],
    rows: rows.map((row) => [
      row.name,
      row.cpu.toFixed(1),
      findAdded(rows, row.name)?.toFixed(1) ?? '',
      row.rounds.map((cpu) => cpu.toFixed(0)).join(' '),
      row.rate.toFixed(0),
      row.p50.toFixed(1),
      row.p99.toFixed(1),
      row.memory.toFixed(0),
      `${row.failed}`,
    ]),
  };
}

export function tabulateTargets(rows: readonly Row[]): Table {
  const compared = TARGETS.flatMap(({ server, peer, share }) => {
    const [ours, theirs] = [findAdded(rows, server), findAdded(rows, peer)];
    if (ours === undefined || theirs === undefined) return [];
    const found = ours / theirs;
    return [[server, peer, found.toFixed(2), `${share}`, found <= share ? 'yes' : 'NO']];
  });
  const title = 'What is added, as a share of what the other adds';
  return { title, head: ['server', 'beside', 'share', 'at most', 'met'], rows: compared };
}

export function tabulateCpu(title: string, rows: readonly Row[]): Table {
  return {
    title,
    head: ['what', 'CPU µs', 'req/s', 'p99 ms', 'event loop late, p99 ms', 'MB', 'failed'],
    rows: rows.map((row) => [
      row.name,
      row.cpu.toFixed(1),
      row.rate.toFixed(0),
      row.p99.toFixed(1),
      row.delay.toFixed(1),
      row.memory.toFixed(0),
      `${row.failed}`,
    ]),
  };
}

/** Writes a table as Markdown. */
export function writeTable({ title, head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [`## ${title}`, '', line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Describes the machine. */
function describeMachine(): string {
  const [first] = cpus();
  return `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${first?.model ?? 'unknown'}, Node ${process.versions.node}, ${process.platform}`;
}

/** Writes results.json and index.html; gives the address of the page. */
export function writeReport(
  folder: string,
  tables: readonly Table[],
  rows: readonly Row[],
): string {
  const machine = describeMachine();
  writeFileSync(join(folder, 'results.json'), JSON.stringify({ machine, rows, tables }, null, 2));
  const page = join(folder, 'index.html');
  writeFileSync(page, writePage(machine, tables, rows));
  return page;
}

function writePage(machine: string, tables: readonly Table[], rows: readonly Row[]): string {
  const load = createRequire(import.meta.url);
  const library = load.resolve('uplot');
  const script = readFileSync(library.replace(/uPlot\.\w+\.js$/, 'uPlot.iife.min.js'), 'utf8');
  const style = readFileSync(library.replace(/uPlot\.\w+\.js$/, 'uPlot.min.css'), 'utf8');
  const data = {
    names: rows.map(({ name }) => name),
    cpu: rows.map(({ cpu }) => cpu),
    p99: rows.map(({ p99 }) => p99),
    rate: rows.map(({ rate }) => rate),
  };
  const cell = (tag: string) => (text: string) => `<${tag}>${escapeHtml(text)}</${tag}>`;
  const drawn = tables.map(
    ({ title, head, rows: lines }) =>
      `<h2>${escapeHtml(title)}</h2><table><tr>${head.map(cell('th')).join('')}</tr>${lines
        .map((line) => `<tr>${line.map(cell('td')).join('')}</tr>`)
        .join('')}</table>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>wechat-mp: figures</title>
<style>${style}
body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #ddd}
th:first-child,td:first-child{text-align:left}</style>
<h1>wechat-mp: figures</h1><p>${escapeHtml(machine)}</p><div id="charts"></div>${drawn.join('\n')}
<script>${script}</script><script>
const data = ${JSON.stringify(data)};
for (const [key, label] of [['cpu', 'CPU µs a message'], ['rate', 'messages a second'], ['p99', 'p99, ms']]) {
  new uPlot({
    title: label, width: 1150, height: 330,
    scales: { x: { time: false, range: [-0.5, data.names.length - 0.5] }, y: { range: (u, low, high) => [0, high * 1.1] } },
    axes: [
      { splits: () => data.names.map((name, at) => at), values: () => data.names, rotate: -40, size: 130, grid: { show: false } },
      { size: 70 },
    ],
    series: [{ value: (u, at) => data.names[at] }, { label, fill: '#07c16055', stroke: '#07c160', paths: uPlot.paths.bars({ size: [0.6, 60] }), points: { show: false } }],
  }, [data.names.map((name, at) => at), data[key]], document.getElementById('charts'));
}
</script></html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
