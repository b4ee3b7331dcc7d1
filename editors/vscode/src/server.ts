/** The running language server. */
import * as vscode from 'vscode';
import {
  type ExecuteCommandSignature,
  LanguageClient,
  type LanguageClientOptions,
  ProgressType,
  State,
} from 'vscode-languageclient/node';

import { userSettings } from './settings';
import type { Status, StatusItem } from './status';
import type { Switches } from './switches';

/** A part of an answer that is still being written. */
const PIECE = new ProgressType<{ markdown: string }>();
let questions = 0;

export class Server {
  private client: LanguageClient | undefined;
  /** The program that runs. */
  program: string | undefined;

  constructor(
    private readonly log: vscode.LogOutputChannel,
    private readonly extension: vscode.Extension<unknown>,
    private readonly status: StatusItem,
    private readonly switches: Switches,
    /** Runs when a code action of the server asks for an explanation. */
    private readonly explain: (place: object) => Promise<void>,
  ) {}

  /** Start the server, in place of the one that runs; `env` is added to its environment. */
  async start(program: string, env: { [name: string]: string }): Promise<void> {
    await this.stop();
    this.log.info(`starting ${program} serve`);
    this.program = program;
    const run = { command: program, args: ['serve'], options: { env: { ...process.env, ...env } } };
    const client = new LanguageClient('linnet', 'Linnet', run, this.options());
    client.onNotification('linnet/status', (status: Status) => this.status.show(status));
    client.onDidChangeState(async ({ newState }) => {
      if (newState === State.Starting) {
        this.status.starting();
      } else if (newState === State.Running) {
        await this.switches.tell((argument) => this.execute('linnet.toggle', argument));
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

  /** The same for one that answers piece by piece, before its whole answer. */
  async stream<Result>(command: string, argument: object, piece: (markdown: string) => void): Promise<Result | undefined> {
    const partialResultToken = `linnet-${++questions}`;
    const listening = this.client?.onProgress(PIECE, partialResultToken, ({ markdown }) => piece(markdown));
    try {
      return await this.execute<Result>(command, { ...argument, partialResultToken });
    } finally {
      listening?.dispose();
    }
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
    return this.explain({ ...(given[0] as object), show: false });
  }
}

async function setRunning(running: boolean): Promise<void> {
  await vscode.commands.executeCommand('setContext', 'linnet.running', running);
}
