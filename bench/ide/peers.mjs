// The servers: how each is started, in which language its program is written, and what version it is.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const modules = path.join(process.env.BRAID_BENCH_MODULES, 'node_modules');
const braid = process.env.BRAID;
const version_in = (name) => JSON.parse(fs.readFileSync(path.join(modules, name, 'package.json'), 'utf8')).version;
const said = (command, ...args) => execFileSync(command, args, { encoding: 'utf8' });
const native = path.join(modules, '@typescript', `typescript-linux-${process.arch}`, 'lib', 'tsc');

export const peers = {
    velox: { name: 'Velox', ours: true, language: 'velox', command: [braid, 'lsp'], version: () => said(braid, '--version').trim() },
    altru: { name: 'Altru', ours: true, language: 'altru', command: [braid, 'lsp'], version: () => said(braid, '--version').trim() },
    tsserver: {
        name: 'tsserver', language: 'typescript',
        command: [process.execPath, path.join(modules, 'typescript-language-server', 'lib', 'cli.mjs'), '--stdio'],
        options: { disableAutomaticTypingAcquisition: true, tsserver: { path: path.join(modules, 'typescript', 'lib', 'tsserver.js'), useSyntaxServer: 'never' } },
        version: () => `typescript-language-server ${version_in('typescript-language-server')}, typescript ${version_in('typescript')}, node ${process.versions.node}`,
    },
    native: {
        name: 'native TS', language: 'typescript', command: [native, '--lsp', '--stdio'],
        version: () => `typescript ${version_in('typescript-native')}`,
    },
    clangd: {
        name: 'clangd', language: 'cpp', command: ['clangd', '--log=error'],
        version: () => said('clangd', '--version').split('\n')[0],
    },
    gopls: {
        name: 'gopls', language: 'go', command: ['gopls'], environment: { GOFLAGS: '-mod=mod', GOPROXY: 'off' },
        version: () => `${said('dpkg-query', '-W', '-f', 'gopls ${Version}', 'gopls')}, ${said('go', 'version').trim()}`,
    },
};
