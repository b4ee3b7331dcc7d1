/** Shows explanations as rendered markdown beside the code. */
import * as vscode from 'vscode';

import type { Explanation } from './server';

const SCHEME = 'linnet-explanation';
const PAGE = vscode.Uri.from({ scheme: SCHEME, path: '/Explanation.md' });

export class Explanations implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  private text = '';
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(): string {
    return this.text;
  }

  /** Show what the server said, or why it said nothing. */
  async show(explanation: Explanation | undefined): Promise<void> {
    if (!explanation || explanation.message) {
      void vscode.window.showInformationMessage(explanation?.message ?? 'Linnet is not running.');
      return;
    }
    this.text = explanation.markdown;
    this.changed.fire(PAGE);
    await vscode.commands.executeCommand('markdown.showPreviewToSide', PAGE);
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
