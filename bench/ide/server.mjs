// A language server as a process: started, spoken to over stdio, and what it takes of processor and memory.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

// The packages are installed away from the sources.
const require = createRequire(path.join(process.env.BRAID_BENCH_MODULES, 'package.json'));
const rpc = require('vscode-jsonrpc/node');

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const clock_ticks = 100;  // USER_HZ, the unit of /proc/PID/stat on every Linux
const page = 4096;

function children_of(pid) {
    try {
        return fs.readdirSync(`/proc/${pid}/task`).flatMap((task) =>
            fs.readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number));
    } catch {
        return [];
    }
}

/// Of a process and its descendants: processor milliseconds, those of ended children included, and bytes of memory.
function usage(pid) {
    let cpu = 0, memory = 0;
    try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        for (const at of [11, 12, 13, 14]) cpu += Number(fields[at]) * (1000 / clock_ticks);
        memory = Number(fields[21]) * page;
    } catch {
        return { cpu: 0, memory: 0 };
    }
    for (const child of children_of(pid)) {
        const of_child = usage(child);
        cpu += of_child.cpu;
        memory += of_child.memory;
    }
    return { cpu, memory };
}

const capabilities = {
    general: { positionEncodings: ['utf-16'] },
    workspace: { configuration: true, workspaceEdit: { documentChanges: true } },
    textDocument: {
        publishDiagnostics: { versionSupport: true },
        diagnostic: {},
        hover: { contentFormat: ['markdown'] },
        rename: { prepareSupport: true },
        completion: { completionItem: { snippetSupport: true, resolveSupport: { properties: ['documentation', 'detail'] } } },
    },
};

export class Server {
    constructor(peer, program, folder) {
        this.peer = peer;
        this.program = program;
        this.folder = folder;
        this.version = 0;
        this.listeners = new Set();
        this.diagnostics = undefined;
    }

    async start() {
        const { peer, program, folder } = this;
        fs.mkdirSync(folder, { recursive: true });
        for (const [name, text] of Object.entries(program.language.beside)) fs.writeFileSync(path.join(folder, name), text);
        this.file = path.join(folder, program.language.file);
        this.uri = pathToFileURL(this.file).href;
        fs.writeFileSync(this.file, program.text);
        this.process = spawn(peer.command[0], peer.command.slice(1), { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, ...peer.environment } });
        const { stdin, stdout } = this.process;
        this.connection = rpc.createMessageConnection(new rpc.StreamMessageReader(stdout), new rpc.StreamMessageWriter(stdin));
        this.connection.onRequest((method, params) => (method === 'workspace/configuration' ? params.items.map(() => peer.settings ?? {}) : null));
        this.connection.onNotification('textDocument/publishDiagnostics', (params) => {
            if (params.uri !== this.uri) return;
            for (const listener of [...this.listeners]) listener(params);
        });
        this.connection.onError(() => {});
        this.connection.listen();
        const answer = await this.request('initialize', {
            processId: process.pid, rootUri: pathToFileURL(folder).href, capabilities,
            workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'program' }], initializationOptions: peer.options,
        });
        this.pulls = Boolean(answer.capabilities.diagnosticProvider);
        this.notify('initialized', {});
    }

    async stop() {
        if (!this.process || this.process.exitCode !== null) return;
        const ended = new Promise((resolve) => this.process.once('exit', resolve));
        const timer = setTimeout(() => this.process.kill('SIGKILL'), 3000);
        this.request('shutdown').then(() => this.notify('exit')).catch(() => {});
        await ended;
        clearTimeout(timer);
        this.connection.dispose();
    }

    request(method, params, token) { return this.connection.sendRequest(method, params, ...(token ? [token] : [])); }
    notify(method, params) { this.connection.sendNotification(method, params); }
    get document() { return { uri: this.uri }; }
    usage() { return usage(this.process.pid); }

    /// Waits until it has nothing to do any more, so that the next server is measured alone.
    async settled() {
        for (let before = this.usage().cpu, quiet = 0; quiet < 3;) {
            await sleep(40);
            const now = this.usage().cpu;
            quiet = now - before < 10 ? quiet + 1 : 0;
            before = now;
        }
    }

    open(text) {
        this.notify('textDocument/didOpen', { textDocument: { uri: this.uri, languageId: this.program.language.languageId, version: ++this.version, text } });
    }
    /// Replaces `length` characters at a place.
    edit(place, length, text) {
        const end = { line: place.line, character: place.character + length };
        this.notify('textDocument/didChange', {
            textDocument: { uri: this.uri, version: ++this.version },
            contentChanges: [{ range: { start: place, end }, text }],
        });
    }

    /// Resolves when the diagnostics of the present version are there: of that version where the server says so, and with an
    /// error or without one, as the text has it.
    async diagnosed(wants_error) {
        const version = this.version;
        const is_right = (diagnostics) => diagnostics.some((each) => (each.severity ?? 1) === 1) === wants_error;
        if (this.pulls) {
            const report = await this.request('textDocument/diagnostic', { textDocument: this.document });
            if (!is_right(report.items ?? [])) throw new Error(`${this.peer.name}: ${wants_error ? 'no error' : 'an error'} in version ${version}: ${JSON.stringify(report).slice(0, 300)}`);
            return;
        }
        let last;
        await new Promise((resolve, reject) => {
            const timer = setTimeout(() => {
                this.listeners.delete(listener);
                reject(new Error(`${this.peer.name}: no diagnostics of version ${version} in two minutes; last: ${JSON.stringify(last)?.slice(0, 300)}`));
            }, 120_000);
            const listener = (params) => {
                last = params;
                if ((params.version ?? version) !== version || !is_right(params.diagnostics)) return;
                clearTimeout(timer);
                this.listeners.delete(listener);
                resolve();
            };
            this.listeners.add(listener);
        });
    }
}
