/** Shows explanations and other pages beside the code: rendered while they arrive, their places open on a click. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** Shown between two pictures of a page that is still arriving, in milliseconds. */
const PAUSE = 100;
// A place as the server writes it: a path with an ending, and a line, or several.
const PLACE = /(^|[\s(])((?:[\w.@+-]+\/)*[\w.@+-]+\.\w+):(\d+)(-\d+)?/gm;
const STYLE = `
body { padding: 0 1.5em 2em; line-height: 1.5; font-size: var(--vscode-font-size); }
h1 { font-size: 1.4em; border-bottom: 1px solid var(--vscode-widget-border); padding-bottom: 0.3em; }
pre { background: var(--vscode-textCodeBlock-background); padding: 0.8em; overflow-x: auto; border-radius: 3px; }
code { font-family: var(--vscode-editor-font-family); }
hr { border: none; border-top: 1px solid var(--vscode-widget-border); }
`;
const SCRIPT = `
const vscode = acquireVsCodeApi();
window.addEventListener('message', ({ data }) => { document.getElementById('page').innerHTML = data; });
document.addEventListener('click', (event) => {
  const href = event.target.closest('a')?.getAttribute('href') ?? '';
  if (href.startsWith('#place=')) { event.preventDefault(); vscode.postMessage(href.slice('#place='.length)); }
});
vscode.postMessage('');
`;

export class Explanations implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private markdown = '';
  private timer: NodeJS.Timeout | undefined;

  /** Show a page, in place of the one that is shown. */
  async show(title: string, markdown: string): Promise<void> {
    this.markdown = markdown;
    if (this.panel) {
      this.panel.title = title;
      this.panel.reveal(undefined, true);
      await this.draw();
      return;
    }
    const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel('linnet.explanation', title, where, { enableScripts: true, localResourceRoots: [] });
    this.panel = panel;
    panel.onDidDispose(() => (this.panel = undefined));
    panel.webview.onDidReceiveMessage((place: string) => (place ? open(place) : this.draw()));
    panel.webview.html = page();
  }

  /** Add a piece that has just arrived. */
  append(piece: string): void {
    this.markdown += piece;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.draw();
    }, PAUSE);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.panel?.dispose();
  }

  private async draw(): Promise<void> {
    // VS Code's own rendering takes scripts and other HTML out.
    const html = await vscode.commands.executeCommand<string>('markdown.api.render', linked(this.markdown));
    await this.panel?.webview.postMessage(html);
  }
}

/** The markdown with a link for each place; code stays as it is. */
function linked(markdown: string): string {
  const parts = markdown.split(/(^```[\s\S]*?^```)/m);
  const link = (_: string, before: string, file: string, line: string, last = '') =>
    `${before}[${file}:${line}${last}](#place=${encodeURIComponent(`${file}:${line}`)})`;
  return parts.map((part) => (part.startsWith('```') ? part : part.replace(PLACE, link))).join('');
}

/** Open a place, `path:line`, of one of the opened folders; a path that leaves its folder, or is not there, is none. */
async function open(encoded: string): Promise<void> {
  const [, file = '', line = '1'] = decodeURIComponent(encoded).match(/^(.*):(\d+)$/) ?? [];
  for (const folder of file.split('/').includes('..') ? [] : (vscode.workspace.workspaceFolders ?? [])) {
    const uri = vscode.Uri.joinPath(folder.uri, file);
    const there = await vscode.workspace.fs.stat(uri).then(
      () => true,
      () => false,
    );
    if (there) {
      const start = new vscode.Position(Math.max(0, Number(line) - 1), 0);
      const selection = new vscode.Range(start, start);
      await vscode.window.showTextDocument(uri, { selection, viewColumn: vscode.ViewColumn.One });
      return;
    }
  }
}

function page(): string {
  const nonce = randomBytes(16).toString('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html><html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}"><style>${STYLE}</style></head>
<body><div id="page"></div><script nonce="${nonce}">${SCRIPT}</script></body></html>`;
}
