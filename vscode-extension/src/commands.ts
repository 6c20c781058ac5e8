import * as vscode from 'vscode';

import type { Server } from './client';
import { launchConfiguration } from './debug';
import { isOurs } from './languages';
import { runInTerminal } from './tasks';

// The file a command is about: the one it was called on (a menu, a lens), else the one in the editor; saved.
async function savedFile(argument: unknown): Promise<vscode.Uri | undefined> {
  const uri = argument instanceof vscode.Uri ? argument : typeof argument === 'string' ? vscode.Uri.parse(argument) : undefined;
  const document =
    uri !== undefined ? await vscode.workspace.openTextDocument(uri) : vscode.window.activeTextEditor?.document;
  if (!isOurs(document)) {
    void vscode.window.showInformationMessage('Open an Altru or Velox file first.');
    return undefined;
  }
  if (document.isUntitled || document.isDirty) {
    if (!(await document.save())) {
      void vscode.window.showInformationMessage('The file was not saved, so it was not run.');
      return undefined;
    }
  }
  return document.uri;
}

// Running somebody else's program is the owner's decision, made in the dialog of the editor.
async function trusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = 'Manage Workspace Trust';
  const answer = await vscode.window.showWarningMessage('Programs of a folder in Restricted Mode are not run.', manage);
  if (answer === manage) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}

export function registerCommands(context: vscode.ExtensionContext, server: Server, log: vscode.LogOutputChannel): void {
  const commands: Record<string, (argument?: unknown) => unknown> = {
    'braid.restartServer': () => server.restart(),
    'braid.showLog': () => log.show(),
    'braid.checkFile': async (argument) => {
      const file = await savedFile(argument);
      if (file !== undefined) await runInTerminal(context, 'check', file);
    },
    'braid.runFile': async (argument) => {
      if (!(await trusted())) return;
      const file = await savedFile(argument);
      if (file !== undefined) await runInTerminal(context, 'run', file);
    },
    'braid.debugFile': async (argument) => {
      if (!(await trusted())) return;
      const file = await savedFile(argument);
      if (file === undefined) return;
      await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(file), launchConfiguration(file.fsPath));
    },
  };
  for (const [name, handler] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(name, handler));
  }
}
