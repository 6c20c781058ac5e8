// `braid check`, `run` and `test` as tasks of the editor: their output is a terminal, what check finds is in Problems.
import * as vscode from 'vscode';

import { findBinary, reportMissing } from './binary';

export const taskType = 'braid';

type Command = 'check' | 'run' | 'test';

interface Definition extends vscode.TaskDefinition {
  command: Command;
  path?: string;
  args?: string[];
}

function createTask(binary: string, definition: Definition, scope: vscode.WorkspaceFolder | undefined): vscode.Task {
  const folder = scope?.uri.fsPath;
  const target = definition.path ?? folder ?? '.';
  const args = [definition.command, ...(definition.args ?? []), target];
  // A program and its arguments, not a command line: no file name is ever seen by a shell.
  const execution = new vscode.ProcessExecution(binary, args, folder !== undefined ? { cwd: folder } : {});
  const matchers = definition.command === 'run' ? [] : ['$braid'];
  const task = new vscode.Task(definition, scope ?? vscode.TaskScope.Workspace, definition.command, 'braid', execution, matchers);
  if (definition.command === 'test') task.group = vscode.TaskGroup.Test;
  if (definition.command === 'check') task.group = vscode.TaskGroup.Build;
  task.presentationOptions = { clear: true, focus: definition.command === 'run' };
  return task;
}

class TaskProvider implements vscode.TaskProvider {
  constructor(private readonly context: vscode.ExtensionContext) {}

  async provideTasks(): Promise<vscode.Task[]> {
    const binary = await findBinary(this.context);
    if ('missing' in binary) return [];
    const commands: Command[] = ['check', 'test'];
    return (vscode.workspace.workspaceFolders ?? []).flatMap((folder) =>
      commands.map((command) => createTask(binary.path, { type: taskType, command }, folder)),
    );
  }

  async resolveTask(task: vscode.Task): Promise<vscode.Task | undefined> {
    const binary = await findBinary(this.context);
    if ('missing' in binary) return undefined;
    const scope = typeof task.scope === 'object' ? task.scope : undefined;
    const resolved = createTask(binary.path, task.definition as Definition, scope);
    resolved.name = task.name;
    return resolved;
  }
}

export async function runInTerminal(context: vscode.ExtensionContext, command: Command, file: vscode.Uri): Promise<void> {
  const binary = await findBinary(context);
  if ('missing' in binary) return reportMissing(binary.missing);
  const options = command === 'run' ? vscode.workspace.getConfiguration('braid', file).get<string[]>('run.options', []) : [];
  const folder = vscode.workspace.getWorkspaceFolder(file);
  const definition: Definition = { type: taskType, command, path: file.fsPath, args: options };
  await vscode.tasks.executeTask(createTask(binary.path, definition, folder));
}

export function registerTasks(context: vscode.ExtensionContext): void {
  context.subscriptions.push(vscode.tasks.registerTaskProvider(taskType, new TaskProvider(context)));
}
