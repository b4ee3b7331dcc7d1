/** Starts the language server, forwards settings to it, and draws what it says. */
import * as vscode from 'vscode';

import { registerCommands } from './commands';
import { Explanations } from './explanations';
import { changesServer, userSettings } from './settings';
import { ServerMissing, serverPath, tellMissing } from './find';
import { Server } from './server';
import { StatusItem } from './status';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('Linnet', { log: true });
  const status = new StatusItem();
  const explanations = new Explanations();
  const running = new Server(log, context.extension, status, explanations);
  server = running;

  const start = async () => {
    try {
      await running.start(await serverPath());
    } catch (error) {
      status.failed(String(error instanceof Error ? error.message : error));
      if (error instanceof ServerMissing) {
        await tellMissing(error, context.extensionUri);
      } else {
        log.error(String(error));
      }
    }
  };

  context.subscriptions.push(
    log,
    status,
    explanations,
    ...registerCommands(running, explanations, log, start),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (changesServer(event)) {
        await start();
      } else if (event.affectsConfiguration('linnet')) {
        await running.configure(userSettings(context.extension));
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => running.configure(userSettings(context.extension))),
  );
  // The editor is usable meanwhile, and a question about a missing server may stand for long.
  void start();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
