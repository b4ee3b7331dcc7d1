/** The item in the status bar that says what the server is doing. */
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

  constructor() {
    this.item.name = 'Linnet';
    this.starting();
    this.item.show();
  }

  /** Show that there is no server yet, or no longer. */
  starting(): void {
    this.item.text = `${ICONS.starting} Linnet`;
    this.item.tooltip = 'The server is starting.';
    this.item.command = 'linnet.showLog';
  }

  /** Show what the server says of itself. */
  show(status: Status): void {
    const cost = status.costTodayUsd > 0 ? `  \n$${status.costTodayUsd.toFixed(2)} spent today` : '';
    this.item.text = `${ICONS[status.state]} Linnet`;
    this.item.tooltip = new vscode.MarkdownString(`${status.message}  \n${status.model}${cost}`);
    this.item.command = 'linnet.toggleGhostText';
  }

  /** Show that there is no server, and why. */
  failed(message: string): void {
    this.item.text = `${ICONS.error} Linnet`;
    this.item.tooltip = message;
    this.item.command = 'linnet.restart';
  }

  dispose(): void {
    this.item.dispose();
  }
}
