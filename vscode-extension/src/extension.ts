// The parts, put together. Each file beside this one is one of them.
import * as vscode from 'vscode';

import { Server } from './client';
import { registerCommands } from './commands';
import { registerDebugger } from './debug';
import { registerTasks } from './tasks';

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Braid', { log: true });
  const started = new Server(context, log);
  server = started;
  context.subscriptions.push(log, started);

  registerCommands(context, started, log);
  registerDebugger(context);
  registerTasks(context);
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('braid.path')) void started.restart();
    }),
    // The setting of a folder counts from the moment the folder is trusted.
    vscode.workspace.onDidGrantWorkspaceTrust(() => started.restart()),
  );

  // Not awaited: commands and the debugger work while the language server starts, and when it cannot.
  void started.start();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
