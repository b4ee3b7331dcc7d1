/** What is told when there is no server. */
import * as vscode from 'vscode';

/** There is no server to start; the message is one sentence for the user. */
export class ServerMissing extends Error {}

/** Says once what is missing, with a button for each way out. */
export async function tellMissing(error: ServerMissing, extension: vscode.Uri, again: () => unknown): Promise<void> {
  const how = 'How to Install';
  const where = 'Set Its Path';
  const retry = 'Try Again';
  const chosen = await vscode.window.showErrorMessage(error.message, how, where, retry);
  if (chosen === how) {
    await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.joinPath(extension, 'INSTALL.md'));
  } else if (chosen === where) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'linnet.path');
  } else if (chosen === retry) {
    again();
  }
}
