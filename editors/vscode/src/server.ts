/** The running language server. */
import * as vscode from 'vscode';
import { type ExecuteCommandSignature, LanguageClient, type LanguageClientOptions, State } from 'vscode-languageclient/node';

import type { Explanations } from './explanations';
import { userSettings } from './settings';
import type { Status, StatusItem } from './status';

/** What `linnet.explain` gives. */
export interface Explanation {
  markdown: string;
  message?: string;
}

export class Server {
  private client: LanguageClient | undefined;

  constructor(
    private readonly log: vscode.LogOutputChannel,
    private readonly extension: vscode.Extension<unknown>,
    private readonly status: StatusItem,
    private readonly explanations: Explanations,
  ) {}

  /** Start the server, in place of the one that runs. */
  async start(program: string): Promise<void> {
    await this.stop();
    this.log.info(`starting ${program} serve`);
    const client = new LanguageClient('linnet', 'Linnet', { command: program, args: ['serve'] }, this.options());
    client.onNotification('linnet/status', (status: Status) => this.status.show(status));
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Starting) {
        this.status.starting();
      }
    });
    this.client = client;
    await client.start();
    await setRunning(true);
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await setRunning(false);
    // A server that failed to start cannot be stopped, and is gone already.
    await client?.dispose().catch(() => undefined);
  }

  /** Run one of the server's commands. */
  async execute<Result>(command: string, argument: object = {}): Promise<Result | undefined> {
    return this.client?.sendRequest<Result>('workspace/executeCommand', { command, arguments: [argument] });
  }

  /** Tell the server other settings. */
  async configure(settings: object): Promise<void> {
    await this.client?.sendNotification('workspace/didChangeConfiguration', { settings: { linnet: settings } });
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: [{ scheme: 'file' }, { scheme: 'untitled' }, { scheme: 'vscode-notebook-cell' }],
      initializationOptions: { linnet: userSettings(this.extension) },
      outputChannel: this.log,
      middleware: { executeCommand: (...given) => this.execution(...given) },
    };
  }

  /** An explanation that a code action asked for is shown where ours are; everything else goes its way. */
  private async execution(command: string, given: unknown[], next: ExecuteCommandSignature): Promise<unknown> {
    if (command !== 'linnet.explain') {
      return next(command, given);
    }
    const argument = { ...(given[0] as object), show: false };
    return this.explanations.show(await this.execute<Explanation>(command, argument));
  }
}

async function setRunning(running: boolean): Promise<void> {
  await vscode.commands.executeCommand('setContext', 'linnet.running', running);
}
