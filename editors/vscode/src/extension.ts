/** Starts the language server, forwards settings to it, and draws what it says. */
import * as vscode from 'vscode';

import { type Parts, explain, registerCommands } from './commands';
import { Explanations } from './explanations';
import { serverPath } from './find';
import { Findings } from './findings';
import { keyEnvironment } from './keys';
import { ServerMissing, tellMissing } from './missing';
import { Server } from './server';
import { changesServer, userSettings } from './settings';
import { StatusItem } from './status';
import { Switches } from './switches';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('Linnet', { log: true });
  const status = new StatusItem();
  const explanations = new Explanations();
  const findings = new Findings();
  const switches = new Switches(context.globalState);
  const running = new Server(log, context.extension, status, switches, (place) => explain(parts, place));
  server = running;

  const start = async () => {
    try {
      await running.start(await serverPath(context, log), await keyEnvironment(context.secrets));
    } catch (error) {
      status.failed(String(error instanceof Error ? error.message : error));
      log.error(String(error));
      if (error instanceof ServerMissing) {
        await tellMissing(error, context.extensionUri, start);
      }
    }
  };
  const parts: Parts = { server: running, explanations, findings, status, switches, log, secrets: context.secrets, restart: start };

  context.subscriptions.push(
    log,
    status,
    explanations,
    findings,
    ...registerCommands(parts),
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
