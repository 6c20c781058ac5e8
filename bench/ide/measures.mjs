// What is measured, of servers that are given the same edits and requests at the same places in turn.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { program } from './programs.mjs';
import { sleep } from './server.mjs';

export function percentile(values, at) {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))];
}
export const median = (values) => percentile(values, 0.5);

const now = () => performance.now();
async function milliseconds(action) {
    const begin = now();
    await action();
    return now() - begin;
}

/// `count` places out of all, evenly spread, in an order that jumps about the file.
export function spread(places, count) {
    const chosen = Array.from({ length: Math.min(count, places.length) }, (_, at) => places[Math.floor((at * places.length) / Math.min(count, places.length))]);
    return chosen.map((_, at) => chosen[(at * 7919) % chosen.length]);
}

/// From the start of the process to the diagnostics of a file with one error. Leaves the server of the last round running.
export async function cold_open(server_of, rounds) {
    const results = [];
    let server;
    for (let round = 0; round < rounds; ++round) {
        await server?.stop();
        server = server_of();
        const begin = now();
        await server.start();
        const { program } = server;
        const place = program.places.typing[0];
        const lines = program.text.split('\n');
        const line = lines[place.line];
        lines[place.line] = `${line.slice(0, place.character)}x${line.slice(place.character)}`;
        const before = server.usage().memory;
        const diagnosed = server.diagnosed.bind(server, true);
        server.open(lines.join('\n'));
        await diagnosed();
        const wall = now() - begin;
        await server.settled();
        const { cpu, memory } = server.usage();
        results.push({ wall, cpu, memory: (memory - before) / program.lines });
        server.edit(place, 1, '');
        await server.diagnosed(false);
        await server.settled();
    }
    const of = (name) => median(results.map((each) => each[name]));
    return { server, wall: of('wall'), cpu: of('cpu'), memory: of('memory') };
}

/// A letter typed at the end of a name in a body, and deleted again; each until the diagnostics say so.
export async function keystrokes(servers, count) {
    const results = new Map(servers.map((server) => [server, { wall: [], cpu: 0 }]));
    for (let round = -2; round < count / 2; ++round)
        for (const server of servers) {
            const places = spread(server.program.places.typing, 97);
            const place = places[(round + 2) % places.length];
            const result = results.get(server);
            const before = server.usage().cpu;
            const walls = [await milliseconds(() => (server.edit(place, 0, 'x'), server.diagnosed(true)))];
            await server.settled();
            walls.push(await milliseconds(() => (server.edit(place, 1, ''), server.diagnosed(false))));
            await server.settled();
            if (round < 0) continue;  // not yet warm
            result.wall.push(...walls);
            result.cpu += server.usage().cpu - before;
        }
    return results;
}

const after = ({ line, character }, count) => ({ line, character: character + count });

export const requests = {
    completion: { method: 'textDocument/completion', at: 'member', params: { context: { triggerKind: 1 } }, found: (answer) => (answer?.items ?? answer)?.length > 2 },
    hover: { method: 'textDocument/hover', at: 'name', found: (answer) => Boolean(answer?.contents) },
    definition: { method: 'textDocument/definition', at: 'call', found: (answer) => [answer].flat().length > 0 && answer !== null },
    references: { method: 'textDocument/references', at: 'references', params: { context: { includeDeclaration: true } }, found: (answer) => answer?.length > 2 },
    rename: { method: 'textDocument/rename', at: 'references', params: { newName: 'Renamed' }, found: (answer) => Boolean(answer?.changes ?? answer?.documentChanges) },
};

/// One request at places all over the file; with `typing`, each after a keystroke in another body.
export async function request(servers, name, count, typing = false) {
    const { method, at, params, found } = requests[name];
    const results = new Map(servers.map((server) => [server, { wall: [], cpu: 0, missed: 0 }]));
    for (let round = -3; round < count; ++round)
        for (const server of servers) {
            const places = spread(server.program.places[at], 101);
            const place = places[(round + 3) % places.length];
            const result = results.get(server);
            const typed = server.program.places.typing[((round + 3) * 31) % server.program.places.typing.length];
            const before = server.usage().cpu;
            let answer;
            if (typing) server.edit(typed, 0, ' ');
            const wall = await milliseconds(async () => {
                answer = await server.request(method, { textDocument: server.document, position: after(place, 0), ...params });
            });
            if (typing) {
                server.edit(typed, 1, '');
                await server.settled();
            }
            if (round < 0) continue;
            result.wall.push(wall);
            result.cpu += server.usage().cpu - before;
            if (!found(answer)) ++result.missed;
        }
    return results;
}

/// A request that takes long, and an edit while it runs, at a later moment in every round: the times from the edit to the answer, of
/// the rounds in which there was none before.
export async function cancellation(server_of, rounds) {
    const walls = [];
    let cancelled = 0;
    for (let round = 0; round < rounds; ++round) {
        const server = server_of();
        await server.start();
        server.open(server.program.text);
        await server.request('textDocument/foldingRange', { textDocument: server.document });  // it is read by then
        let answered = false;
        const asked = server.request('textDocument/semanticTokens/full', { textDocument: server.document })
            .then(() => false, () => true).finally(() => (answered = true));
        await sleep(20 + 20 * round);
        if (!answered)
            walls.push(await milliseconds(async () => {
                server.edit(server.program.places.typing[round], 0, 'x');
                if (await asked) ++cancelled;
            }));
        await server.stop();
    }
    return { wall: walls, cancelled };
}

/// Memory after every tenth of many edits, in bytes.
export async function memory_over_edits(server, count) {
    const memory = [];
    const places = spread(server.program.places.typing, 97);
    for (let edit = 0; edit < count; ++edit) {
        if (edit % (count / 10) === 0) memory.push(server.usage().memory);
        const place = places[(edit >> 1) % places.length];
        const is_typed = edit % 2 === 0;
        server.edit(place, is_typed ? 0 : 1, is_typed ? 'x' : '');
        await server.diagnosed(is_typed);
    }
    memory.push(server.usage().memory);
    return memory;
}

/// Writes a folder of many files; how many lines they are.
export function write_files(language, folder, files, units) {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    let lines = 0;
    for (let at = 0; at < files; ++at) {
        const written = program(language, units, at + 1);
        fs.writeFileSync(path.join(folder, `part${at}${path.extname(language.file)}`), written.text);
        lines += written.lines;
    }
    return lines;
}

/// Seconds of processor that a command takes, and what it prints.
export function run(command) {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@"', 'bash', ...command], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command.join(' ')} ended with status ${status}\n${stdout.slice(0, 2000)}`);
    const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
    return { cpu: user + system, stdout };
}
