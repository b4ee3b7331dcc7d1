/** The commands of the palette. Their names differ from the server's own, which the client registers as well. */
import * as vscode from 'vscode';

import type { Explanations } from './explanations';
import type { Explanation, Server } from './server';

interface Review {
  findings: number;
  message: string;
}

export function registerCommands(
  server: Server,
  explanations: Explanations,
  log: vscode.LogOutputChannel,
  restart: () => Promise<void>,
): vscode.Disposable[] {
  const commands: { [name: string]: () => unknown } = {
    explainHere: () => explain(server, explanations),
    reviewChange: () => review(server),
    clearNotes: () => server.execute('linnet.clearReview'),
    toggleGhostText: () => server.execute('linnet.toggle'),
    restart,
    showLog: () => log.show(),
  };
  return Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(`linnet.${name}`, run));
}

async function explain(server: Server, explanations: Explanations): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    return;
  }
  const { start, end } = editor.selection;
  const place = { uri: editor.document.uri.toString(), range: { start, end } };
  const title = 'Linnet explains ...';
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, async () =>
    explanations.show(await server.execute<Explanation>('linnet.explain', place)),
  );
}

/** Reviews all that is not committed; what is found is in the problems view. */
async function review(server: Server): Promise<void> {
  const title = 'Linnet reviews the change ...';
  const found = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
    server.execute<Review>('linnet.reviewWorkspace'),
  );
  if (!found) {
    return;
  }
  const open = 'Show Problems';
  const chosen = await vscode.window.showInformationMessage(`Linnet: ${found.message}`, ...(found.findings ? [open] : []));
  if (chosen === open) {
    await vscode.commands.executeCommand('workbench.actions.view.problems');
  }
}
