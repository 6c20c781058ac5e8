// Debugging over `braid dap`: where the adapter is, and what F5 means without a launch.json.
import * as path from 'node:path';
import * as vscode from 'vscode';

import { findBinary, reportMissing } from './binary';
import { isOurs } from './languages';

export const debugType = 'braid';

export function launchConfiguration(program: string): vscode.DebugConfiguration {
  return { type: debugType, request: 'launch', name: `Debug ${path.basename(program)}`, program };
}

class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  // Without a launch.json the configuration arrives empty.
  resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): vscode.ProviderResult<vscode.DebugConfiguration> {
    if (configuration.type) return configuration;
    const document = vscode.window.activeTextEditor?.document;
    if (!isOurs(document)) {
      void vscode.window.showInformationMessage('Open an Altru or Velox file to debug it.');
      return undefined;
    }
    if (document.isUntitled) {
      void vscode.window.showInformationMessage('Save the file first; only files on the disk can run.');
      return undefined;
    }
    return launchConfiguration(document.uri.fsPath);
  }

  resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): vscode.ProviderResult<vscode.DebugConfiguration> {
    if (configuration.request !== 'launch') return configuration;
    const program: unknown = configuration['program'];
    if (typeof program !== 'string' || !/\.(altru|velox)$/.test(program)) {
      void vscode.window.showErrorMessage(
        `"program" must be an .altru or .velox file, not ${JSON.stringify(program) ?? 'nothing'}.`,
      );
      return undefined;
    }
    const cwd = folder?.uri.fsPath ?? path.dirname(program);
    return { ...configuration, cwd: configuration['cwd'] ?? cwd };
  }

}

// What the Run and Debug view offers without a launch.json.
const offered: vscode.DebugConfigurationProvider = {
  provideDebugConfigurations: () => [
    { type: debugType, request: 'launch', name: 'Debug the current file', program: '${file}' },
  ],
};

class AdapterFactory implements vscode.DebugAdapterDescriptorFactory {
  constructor(private readonly context: vscode.ExtensionContext) {}

  async createDebugAdapterDescriptor(): Promise<vscode.DebugAdapterDescriptor | undefined> {
    const binary = await findBinary(this.context);
    if ('missing' in binary) {
      void reportMissing(binary.missing);
      return undefined;
    }
    return new vscode.DebugAdapterExecutable(binary.path, ['dap']);
  }
}

export function registerDebugger(context: vscode.ExtensionContext): void {
  const dynamic = vscode.DebugConfigurationProviderTriggerKind.Dynamic;
  context.subscriptions.push(
    vscode.debug.registerDebugConfigurationProvider(debugType, new ConfigurationProvider()),
    vscode.debug.registerDebugConfigurationProvider(debugType, offered, dynamic),
    vscode.debug.registerDebugAdapterDescriptorFactory(debugType, new AdapterFactory(context)),
  );
}
