// The language client over `braid lsp`, and the status item that shows how it is.
import * as vscode from 'vscode';
import { LanguageClient, State, type LanguageClientOptions } from 'vscode-languageclient/node';

import { findBinary, reportMissing } from './binary';
import { languages } from './languages';

const selector = languages.flatMap((language) => [
  { scheme: 'file', language },
  { scheme: 'untitled', language },
]);

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  // Starts and stops happen one after the other, however fast they are asked for.
  private last: Promise<void> = Promise.resolve();
  private readonly watchers = [
    vscode.workspace.createFileSystemWatcher('**/*.{altru,velox}'),
    vscode.workspace.createFileSystemWatcher('**/{Altru,Velox}.toml'),
  ];
  private readonly status = vscode.languages.createLanguageStatusItem('braid.status', selector);

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.status.name = 'Braid';
    this.status.command = { command: 'braid.showLog', title: 'Show Log' };
  }

  start(): Promise<void> {
    return this.inOrder(() => this.startNow());
  }

  restart(): Promise<void> {
    return this.inOrder(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  stop(): Promise<void> {
    return this.inOrder(() => this.stopNow());
  }

  dispose(): void {
    this.status.dispose();
    for (const watcher of this.watchers) watcher.dispose();
  }

  private inOrder(action: () => Promise<void>): Promise<void> {
    this.last = this.last.then(action, action);
    return this.last;
  }

  private async startNow(): Promise<void> {
    const binary = await findBinary(this.context);
    if ('missing' in binary) {
      this.log.error(binary.missing);
      this.show('not found', vscode.LanguageStatusSeverity.Error, binary.missing);
      void reportMissing(binary.missing);
      return;
    }
    this.log.info(`starting ${binary.path} lsp`);
    const options: LanguageClientOptions = {
      documentSelector: selector,
      outputChannel: this.log,
      synchronize: { configurationSection: 'braid', fileEvents: this.watchers },
      markdown: { supportHtml: false },
    };
    const client = new LanguageClient('braid', 'Braid', { command: binary.path, args: ['lsp'] }, options);
    client.onDidChangeState(({ newState }) => this.showState(newState, client));
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.log.error(`the language server did not start: ${text}`);
      this.show('not running', vscode.LanguageStatusSeverity.Error, text);
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) return;
    try {
      await client.dispose();
    } catch (error) {
      this.log.warn(`stopping the language server: ${String(error)}`);
    }
  }

  private showState(state: State, client: LanguageClient): void {
    if (state === State.Running) {
      const server = client.initializeResult?.serverInfo;
      this.show('ready', vscode.LanguageStatusSeverity.Information, server?.version ?? '');
    } else if (state === State.Starting) {
      this.show('starting', vscode.LanguageStatusSeverity.Information, '', true);
    } else {
      this.show('not running', vscode.LanguageStatusSeverity.Warning, '');
    }
  }

  private show(text: string, severity: vscode.LanguageStatusSeverity, detail: string, busy = false): void {
    this.status.text = `Braid: ${text}`;
    this.status.detail = detail;
    this.status.severity = severity;
    this.status.busy = busy;
    const failed = severity !== vscode.LanguageStatusSeverity.Information;
    this.status.command = failed
      ? { command: 'braid.restartServer', title: 'Restart' }
      : { command: 'braid.showLog', title: 'Show Log' };
  }
}
