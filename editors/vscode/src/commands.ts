/** The commands of the palette. Their names differ from the server's own, which the client registers as well. */
import * as vscode from 'vscode';

import { report } from './doctor';
import type { Explanations } from './explanations';
import type { Finding, Findings } from './findings';
import { askForKey } from './keys';
import { showMenu } from './menu';
import { type Sent, pageOf } from './sent';
import type { Server } from './server';
import type { StatusItem } from './status';
import type { Switches } from './switches';

/** What `linnet.explain` gives. */
interface Explanation {
  markdown: string;
  message?: string;
}

interface Review {
  findings: number;
  message: string;
  notes?: Finding[];
}

/** All that commands work with. */
export interface Parts {
  server: Server;
  explanations: Explanations;
  findings: Findings;
  status: StatusItem;
  switches: Switches;
  log: vscode.LogOutputChannel;
  secrets: vscode.SecretStorage;
  restart: () => Promise<void>;
}

export function registerCommands(parts: Parts): vscode.Disposable[] {
  const { server, explanations, findings, status, switches, log, secrets, restart } = parts;
  const commands: { [name: string]: () => unknown } = {
    explainHere: () => explainHere(parts),
    reviewChange: () => review(parts),
    clearNotes: async () => {
      await findings.show([], '');
      await server.execute('linnet.clearReview');
    },
    toggleGhostText: async () => server.execute('linnet.toggle', await switches.toggle()),
    toggleLanguage: () => toggleLanguage(server, switches),
    showSent: () => showSent(parts),
    doctor: async () => {
      const program = server.program;
      const text = program ? await status.during(report(program)) : `# Doctor\n\n${status.message}\n`;
      await explanations.show('Linnet: Doctor', text);
    },
    setKey: async () => {
      if (await askForKey(secrets)) {
        await restart();
      }
    },
    settings: () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:linnet.linnet'),
    menu: () => showMenu(status, switches),
    restart,
    showLog: () => log.show(),
  };
  return Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(`linnet.${name}`, run));
}

async function explainHere(parts: Parts): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor) {
    const { start, end } = editor.selection;
    await explain(parts, { uri: editor.document.uri.toString(), range: { start, end } });
  }
}

/** Show the explanation of a place while it arrives. */
export async function explain({ server, explanations, status }: Parts, place: object): Promise<void> {
  let started: Promise<void> | undefined;
  const piece = (markdown: string) => {
    started ??= explanations.show('Explanation', '');
    explanations.append(markdown);
  };
  const result = await status.during(server.stream<Explanation>('linnet.explain', place, piece));
  await started;
  if (!result || result.message) {
    void vscode.window.showInformationMessage(result?.message ?? 'Linnet is not running.');
    return;
  }
  await explanations.show('Explanation', result.markdown);
}

/** Reviews all that is not committed. */
async function review({ server, findings, status }: Parts): Promise<void> {
  const title = 'Linnet reviews the change ...';
  const work = vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
    server.execute<Review>('linnet.reviewWorkspace'),
  );
  const found = await status.during(work);
  if (!found) {
    return;
  }
  await findings.show(found.notes ?? [], found.findings ? '' : found.message);
  const open = 'Show Findings';
  const chosen = await vscode.window.showInformationMessage(`Linnet: ${found.message}`, ...(found.findings ? [open] : []));
  if (chosen === open) {
    await vscode.commands.executeCommand('linnet.findings.focus');
  }
}

async function toggleLanguage(server: Server, switches: Switches): Promise<void> {
  const language = vscode.window.activeTextEditor?.document.languageId;
  if (language === undefined) {
    void vscode.window.showInformationMessage('Linnet: open a file of the language first.');
    return;
  }
  await server.execute('linnet.toggle', await switches.toggle(language));
  const word = switches.isOn(language) ? 'on' : 'off';
  void vscode.window.setStatusBarMessage(`Linnet: ghost text is ${word} in ${language}.`, 5000);
}

async function showSent({ server, explanations, status }: Parts): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    return;
  }
  const place = { uri: editor.document.uri.toString(), position: editor.selection.active };
  const sent = await status.during(server.execute<Sent>('linnet.context', place));
  await explanations.show('Linnet: What Is Sent', pageOf(sent, status.last));
}
