import * as vscode from 'vscode';

export const languages = ['altru', 'velox'] as const;

export function isOurs(document: vscode.TextDocument | undefined): document is vscode.TextDocument {
  return document !== undefined && (languages as readonly string[]).includes(document.languageId);
}
