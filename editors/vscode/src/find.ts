/** Finds the program `linnet`. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';

const NAMES = process.platform === 'win32' ? ['linnet.exe'] : ['linnet'];

/** There is no server to start; the message is one sentence for the user. */
export class ServerMissing extends Error {}

/** The absolute path of the program: what the user set, else the first on PATH. Throws `ServerMissing`. */
export async function serverPath(): Promise<string> {
  const given = vscode.workspace.getConfiguration('linnet').get<string>('path', '').trim();
  if (given) {
    const program = given.replace(/^~(?=[\\/])/, homedir());
    if (path.isAbsolute(program) && (await isProgram(program))) {
      return program;
    }
    throw new ServerMissing(`The setting linnet.path names no program: ${given}`);
  }
  // A relative entry would let the opened folder bring a program of its own.
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const program of folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name)))) {
    if (await isProgram(program)) {
      return program;
    }
  }
  throw new ServerMissing('The program linnet is not installed, or not on PATH.');
}

/** Says once what is missing, with a button for each way out. */
export async function tellMissing(error: ServerMissing, extension: vscode.Uri): Promise<void> {
  const how = 'How to Install';
  const where = 'Set Its Path';
  const chosen = await vscode.window.showErrorMessage(error.message, how, where);
  if (chosen === how) {
    await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.joinPath(extension, 'INSTALL.md'));
  } else if (chosen === where) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'linnet.path');
  }
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
