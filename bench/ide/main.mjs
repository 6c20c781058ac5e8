// Our language server beside others: the same program, the same edits and requests, in turn. See bench/README.md.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { languages } from './languages.mjs';
import * as measure from './measures.mjs';
import { peers } from './peers.mjs';
import { program, units_of } from './programs.mjs';
import { Server } from './server.mjs';

const { values: options } = parseArgs({
    options: {
        servers: { type: 'string', default: Object.keys(peers).join() },
        measures: { type: 'string', default: 'open,keystroke,requests,typing,cancellation,edits,throughput' },
        lines: { type: 'string', default: '10000,50000' },
        rounds: { type: 'string', default: '100' },
        edits: { type: 'string', default: '10000' },
        files: { type: 'string', default: '500' },
    },
});
const work = process.env.BRAID_BENCH_WORK;
const rounds = Number(options.rounds);
const wanted = new Set(options.measures.split(','));
const chosen = options.servers.split(',').map((name) => peers[name] ?? fail(`there is no server ${name}: ${Object.keys(peers).join(', ')}`));

function fail(message) {
    console.error(`bench ide: ${message}`);
    process.exit(2);
}

/// A table of one row for each measure and one column for each server; behind them the best peer's figure in ours.
class Table {
    constructor(title) {
        const heads = chosen.map((peer) => peer.name.padStart(11)).join('');
        const ratios = chosen.filter((peer) => peer.ours).map((peer) => `/ ${peer.name}`.padStart(10)).join('');
        console.log(`\n${title.padEnd(32)}${heads}   best peer ${ratios}   bar`);
    }
    row(name, figure_of, bar = '') {
        const figures = chosen.map(figure_of);
        const shown = figures.map((figure) => shown_figure(figure).padStart(11)).join('');
        const theirs = figures.filter((figure, at) => figure !== undefined && !chosen[at].ours);
        const best = theirs.length ? Math.min(...theirs) : undefined;
        const ratios = chosen.map((peer, at) => (peer.ours ? (best === undefined || !figures[at] ? '' : `${(best / figures[at]).toFixed(1)}x`).padStart(10) : '')).join('');
        console.log(`${name.padEnd(32)}${shown}   ${shown_figure(best).padStart(9)} ${ratios}   ${bar}`);
    }
}
function shown_figure(figure) {
    if (figure === undefined) return '';
    return figure >= 100 ? figure.toFixed(0) : figure >= 10 ? figure.toFixed(1) : figure.toFixed(2);
}

const folder_of = (peer, lines) => path.join(work, `${peer.language}-${peer.name.replace(' ', '-')}-${lines}`);

function programs_of(lines) {
    const units = units_of(languages.typescript, lines);
    return new Map(chosen.map((peer) => [peer, program(languages[peer.language], units)]));
}

async function of_size(lines) {
    const programs = programs_of(lines);
    console.log(`\n${lines} lines in one file`);
    for (const written of new Set(programs.values()))
        console.log(`  ${written.language.name.padEnd(12)}${written.lines} lines, ${written.tokens} tokens, ${written.declarations} declarations`);
    const server_of = (peer) => () => new Server(peer, programs.get(peer), folder_of(peer, lines));

    const is_large = lines > 20_000;
    const opened = new Map();
    for (const peer of chosen) opened.set(peer, await measure.cold_open(server_of(peer), is_large ? 1 : Math.min(rounds, 3)));
    const servers = chosen.map((peer) => opened.get(peer).server);
    const table = new Table('milliseconds');
    if (wanted.has('open')) {
        table.row('cold open, wall', (peer) => opened.get(peer).wall, '> 1x');
        table.row('cold open, CPU', (peer) => opened.get(peer).cpu);
        table.row('memory, bytes a line', (peer) => opened.get(peer).memory, '>= 2x');
    }
    const show = (name, results, bar) => {
        const of = (peer) => results.get(opened.get(peer).server);
        table.row(`${name}, p50`, (peer) => measure.median(of(peer).wall), bar);
        table.row(`${name}, p99`, (peer) => measure.percentile(of(peer).wall, 0.99), name.endsWith('keystroke') ? bar : '');
        if (name.endsWith('keystroke')) table.row(`${name}, CPU`, (peer) => of(peer).cpu / of(peer).wall.length, bar);
        for (const peer of chosen)
            if (of(peer).missed) console.log(`  ${peer.name} found nothing at ${of(peer).missed} of ${of(peer).wall.length} places`);
    };
    if (wanted.has('keystroke')) show('keystroke', await measure.keystrokes(servers, is_large ? Math.min(rounds, 20) : rounds), '>= 10x');
    if (!is_large && wanted.has('requests'))
        for (const name of Object.keys(measure.requests)) show(name, await measure.request(servers, name, rounds), '>= 1x');
    if (!is_large && wanted.has('typing'))
        for (const name of ['completion', 'hover']) show(`${name} after a keystroke`, await measure.request(servers, name, Math.min(rounds, 20), true), '');
    for (const server of servers) await server.stop();
}

async function of_ourselves() {
    const ours = chosen.filter((peer) => peer.ours);
    const sizes = options.lines.split(',').map(Number);
    const smallest = programs_of(sizes[0]), largest = programs_of(sizes.at(-1));
    for (const peer of ours) {
        if (wanted.has('cancellation')) {
            const { wall, cancelled } = await measure.cancellation(() => new Server(peer, largest.get(peer), folder_of(peer, 'cancelled')), 10);
            console.log(`\n${peer.name}: an edit ends a running request in ${measure.median(wall).toFixed(1)} ms (p50), ${Math.max(...wall).toFixed(1)} ms (most); ${cancelled} of ${wall.length} were cancelled (bar: 5 ms)`);
        }
        if (wanted.has('edits')) {
            const { server } = await measure.cold_open(() => new Server(peer, smallest.get(peer), folder_of(peer, 'edits')), 1);
            const memory = await measure.memory_over_edits(server, Number(options.edits));
            await server.stop();
            console.log(`\n${peer.name}: memory over ${options.edits} edits, MB after each tenth: ${memory.map((bytes) => Math.round(bytes / 1e6)).join(' ')}`);
        }
        if (wanted.has('throughput')) throughput(peer);
    }
}

function throughput(peer) {
    const language = languages[peer.language];
    const folder = path.join(work, `${peer.language}-files`);
    const files = Number(options.files);
    const lines = measure.write_files(language, folder, files, units_of(language, 1000));
    const rate = (seconds) => `${Math.round(lines / seconds / 1000)} thousand lines a second of one processor`;
    const alone = JSON.parse(measure.run([process.env.BRAID_NAMES_AND_TYPES, folder]).stdout);
    console.log(`\n${peer.name}: ${lines} lines in ${files} files`);
    console.log(`  names and types: ${rate(alone.cpu)}, ${alone.megabytes} MB, ${alone.diagnostics} diagnostics (bar: 100 thousand)`);
    console.log(`  braid check: ${rate(measure.run([process.env.BRAID, 'check', folder]).cpu)}, checks included`);
}

console.log(`on ${process.platform} ${process.arch}, node ${process.versions.node}`);
for (const peer of chosen) console.log(`  ${peer.name.padEnd(12)}${peer.version()}`);
if (['open', 'keystroke', 'requests', 'typing'].some((name) => wanted.has(name)))
    for (const lines of options.lines.split(',').map(Number)) await of_size(lines);
await of_ourselves();
