// Which `braid` is run: the setting, else the one inside the extension, else the one in PATH.
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';

export type Binary = { readonly path: string } | { readonly missing: string };

async function isExecutable(file: string): Promise<boolean> {
  try {
    await fs.access(file, fs.constants.X_OK);
    return (await fs.stat(file)).isFile();
  } catch {
    return false;
  }
}

async function inSearchPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    if (folder === '') continue;
    const file = path.join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

// The setting may begin with `~` or be relative to the first workspace folder.
function expand(setting: string): string {
  const file = setting.startsWith('~/') ? path.join(os.homedir(), setting.slice(2)) : setting;
  const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  return root !== undefined ? path.resolve(root, file) : file;
}

export async function findBinary(context: vscode.ExtensionContext): Promise<Binary> {
  const setting = vscode.workspace.getConfiguration('braid').get<string>('path', '').trim();
  if (setting !== '') {
    const isName = !setting.includes('/') && !setting.startsWith('~');
    const file = isName ? await inSearchPath(setting) : expand(setting);
    if (file !== undefined && (await isExecutable(file))) return { path: file };
    return { missing: `The setting braid.path names "${setting}", which is not a program that can be run.` };
  }
  const bundled = context.asAbsolutePath('bin/braid');
  if (await isExecutable(bundled)) return { path: bundled };
  const found = await inSearchPath('braid');
  if (found !== undefined) return { path: found };
  return {
    missing: 'The braid program was not found: it is not part of this extension and not in PATH. Set braid.path to where it is.',
  };
}

// Says what is missing, once per press of whatever needed it, with the way to the remedy.
export async function reportMissing(missing: string): Promise<void> {
  const openSettings = 'Open Settings';
  const answer = await vscode.window.showErrorMessage(missing, openSettings);
  if (answer === openSettings) await vscode.commands.executeCommand('workbench.action.openSettings', 'braid.path');
}
