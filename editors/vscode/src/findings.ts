/** The tree of what a review has found, file by file. */
import * as vscode from 'vscode';

/** One finding as the server tells it; `line` counts from 0. */
export interface Finding {
  uri: string;
  line: number;
  severity: 'error' | 'warning' | 'info';
  rule: string;
  message: string;
}
type Node = vscode.Uri | Finding;

const ICONS = { error: 'error', warning: 'warning', info: 'info' };

export class Findings implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly view: vscode.TreeView<Node>;
  private found: Finding[] = [];
  readonly onDidChangeTreeData = this.changed.event;

  constructor() {
    this.view = vscode.window.createTreeView<Node>('linnet.findings', { treeDataProvider: this });
  }

  /** Show these instead. */
  async show(found: Finding[], message: string): Promise<void> {
    this.found = found;
    this.view.message = message;
    await vscode.commands.executeCommand('setContext', 'linnet.reviewed', found.length > 0 || message !== '');
    this.changed.fire(undefined);
  }

  getChildren(node?: Node): Node[] {
    if (node === undefined) {
      return [...new Set(this.found.map(({ uri }) => uri))].map((uri) => vscode.Uri.parse(uri));
    }
    return node instanceof vscode.Uri ? this.found.filter(({ uri }) => vscode.Uri.parse(uri).toString() === node.toString()) : [];
  }

  getTreeItem(node: Node): vscode.TreeItem {
    if (node instanceof vscode.Uri) {
      const item = new vscode.TreeItem(node, vscode.TreeItemCollapsibleState.Expanded);
      item.description = true;
      item.iconPath = vscode.ThemeIcon.File;
      return item;
    }
    const item = new vscode.TreeItem(node.message);
    item.description = `${node.line + 1}, ${node.rule}`;
    item.tooltip = node.message;
    item.iconPath = new vscode.ThemeIcon(ICONS[node.severity]);
    const start = new vscode.Position(node.line, 0);
    const selection = new vscode.Range(start, start);
    item.command = { title: 'Open', command: 'vscode.open', arguments: [vscode.Uri.parse(node.uri), { selection }] };
    return item;
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }
}
