/** What a click on the status bar shows: what is the matter, and what can be done. */
import * as vscode from 'vscode';

import { type StatusItem, details } from './status';
import type { Switches } from './switches';

interface Entry extends vscode.QuickPickItem {
  command?: string;
}

export async function showMenu(status: StatusItem, switches: Switches): Promise<void> {
  const language = vscode.window.activeTextEditor?.document.languageId;
  const chosen = await vscode.window.showQuickPick(entries(status, switches, language), {
    title: ['Linnet', ...(status.last ? details(status.last) : [])].join(' · '),
    placeHolder: status.message,
  });
  if (chosen?.command) {
    await vscode.commands.executeCommand(chosen.command);
  }
}

function entries(status: StatusItem, switches: Switches, language: string | undefined): Entry[] {
  const word = (on: boolean) => (on ? 'Switch Off' : 'Switch On');
  const found: Entry[] = [];
  if (!status.last || status.last.state === 'error') {
    found.push({ label: '$(pulse) Find Out What Is Wrong', description: status.message, command: 'linnet.doctor' });
    found.push({ label: '$(debug-restart) Restart the Server', command: 'linnet.restart' });
  }
  found.push({ label: `$(edit) ${word(switches.isOn())} Ghost Text`, command: 'linnet.toggleGhostText' });
  if (language !== undefined) {
    const label = `$(file-code) ${word(switches.isOn(language))} Ghost Text in ${language}`;
    found.push({ label, command: 'linnet.toggleLanguage' });
  }
  found.push(
    { label: '$(eye) Show What Is Sent', command: 'linnet.showSent' },
    { label: '$(key) Set API Key', command: 'linnet.setKey' },
    { label: '$(settings-gear) Settings', command: 'linnet.settings' },
    { label: '$(output) Show Log', command: 'linnet.showLog' },
  );
  return found;
}
