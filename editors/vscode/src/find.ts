/** Finds the program `linnet`. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';

import { bundledServer } from './install';
import { ServerMissing } from './missing';
import { firstProgram } from './python';

const run = promisify(execFile);

/**
 * The absolute path of the program: what the user set, else the one on PATH if it is of this extension's version, else the
 * one that comes with the extension. Throws `ServerMissing`.
 */
export async function serverPath(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Promise<string> {
  const given = vscode.workspace.getConfiguration('linnet').get<string>('path', '').trim();
  if (given) {
    const program = given.replace(/^~(?=[\\/])/, homedir());
    if (path.isAbsolute(program) && (await isProgram(program))) {
      return program;
    }
    throw new ServerMissing(`The setting linnet.path names no program: ${given}`);
  }
  const found = await firstProgram('linnet');
  if (found !== undefined && (await isOfVersion(found, context.extension.packageJSON.version))) {
    return found;
  }
  return bundledServer(context, log);
}

async function isOfVersion(program: string, version: string): Promise<boolean> {
  try {
    const { stdout } = await run(program, ['serve', '--version'], { timeout: 20_000, cwd: path.dirname(program) });
    return stdout.trim().split(' ').at(-1) === version;
  } catch {
    return false;
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
