/** The item in the status bar: what the server is doing, who answers, what it cost; a click explains and offers more. */
import * as vscode from 'vscode';

/** The notification `linnet/status`. */
export interface Status {
  state: 'off' | 'starting' | 'learning' | 'ready' | 'error';
  message: string;
  provider: string;
  model: string;
  latencyMs: number;
  costTodayUsd: number;
}

const ICONS = {
  off: '$(circle-slash)',
  starting: '$(loading~spin)',
  learning: '$(loading~spin)',
  ready: '$(check)',
  error: '$(warning)',
};

export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('linnet.status', vscode.StatusBarAlignment.Right, 100);
  private busy = 0;
  private icon = ICONS.starting;
  /** What the server said last; undefined while there is none. */
  last: Status | undefined;
  /** One sentence: what is the matter. */
  message = '';

  constructor() {
    this.item.name = 'Linnet';
    this.item.command = 'linnet.menu';
    this.starting();
    this.item.show();
  }

  /** Show that there is no server yet, or no longer. */
  starting(): void {
    this.set(ICONS.starting, 'The server is starting.');
  }

  /** Show what the server says of itself. */
  show(status: Status): void {
    this.set(ICONS[status.state], status.message, status);
  }

  /** Show that there is no server, and why. */
  failed(message: string): void {
    this.set(ICONS.error, message);
  }

  /** Show that something is being done, for as long as it takes. */
  async during<Result>(work: Thenable<Result>): Promise<Result> {
    this.busy++;
    this.draw();
    try {
      return await work;
    } finally {
      this.busy--;
      this.draw();
    }
  }

  dispose(): void {
    this.item.dispose();
  }

  private set(icon: string, message: string, status?: Status): void {
    this.icon = icon;
    this.message = message;
    this.last = status;
    this.item.tooltip = new vscode.MarkdownString([message, ...(status ? details(status) : [])].join('  \n'));
    const failing = icon === ICONS.error;
    this.item.backgroundColor = failing ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.draw();
  }

  private draw(): void {
    this.item.text = `${this.busy ? ICONS.learning : this.icon} Linnet`;
  }
}

/** Who answers, and what it cost. */
export function details({ provider, model, costTodayUsd }: Status): string[] {
  const who = provider === 'local' ? model : `${provider}: ${model}`;
  return costTodayUsd > 0 ? [who, `$${costTodayUsd.toFixed(2)} spent today`] : [who];
}
