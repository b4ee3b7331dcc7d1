/** Installs the server that comes with the extension into a virtual environment of its own. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';

import { ServerMissing } from './missing';
import { type Maker, findMaker } from './python';

const BIN = process.platform === 'win32' ? 'Scripts' : 'bin';
const EXE = process.platform === 'win32' ? '.exe' : '';
const COMPLETE = 'complete';

/** The program of the bundled server, installed first where it is not yet. Throws `ServerMissing`. */
export async function bundledServer(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Promise<string> {
  const wheel = await bundledWheel(context.extensionUri.fsPath);
  const all = path.join(context.globalStorageUri.fsPath, 'server');
  // Another wheel gets another folder, so that a window which still runs the old one keeps its files.
  const home = path.join(all, createHash('sha256').update(await readFile(wheel)).digest('hex').slice(0, 16));
  const program = path.join(home, BIN, `linnet${EXE}`);
  if (!(await exists(path.join(home, COMPLETE)))) {
    await install(wheel, home, log);
    await removeOthers(all, home, log);
  }
  return program;
}

async function bundledWheel(extension: string): Promise<string> {
  const folder = path.join(extension, 'server');
  const wheels = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.whl'));
  if (wheels[0] === undefined) {
    throw new ServerMissing('This build of the extension brings no server, and linnet is not on PATH.');
  }
  return path.join(folder, wheels[0]);
}

async function install(wheel: string, home: string, log: vscode.LogOutputChannel): Promise<void> {
  const maker = await findMaker();
  if (maker === undefined) {
    throw new ServerMissing('Linnet needs Python 3.11 or newer with its venv module, or uv; neither was found.');
  }
  log.info(`installing ${path.basename(wheel)} into ${home} with ${maker.program}`);
  const location = vscode.ProgressLocation.Notification;
  await vscode.window.withProgress({ location, title: 'Linnet', cancellable: true }, async (progress, cancelled) => {
    await rm(home, { recursive: true, force: true });
    await mkdir(home, { recursive: true });
    try {
      for (const { says, program, words } of steps(maker, wheel, home)) {
        progress.report({ message: says });
        await finished(program, words, home, log, cancelled);
      }
      await writeFile(path.join(home, COMPLETE), '');
    } catch (error) {
      await rm(home, { recursive: true, force: true });
      throw error;
    }
  });
}

interface Step {
  says: string;
  program: string;
  words: string[];
}

function steps(maker: Maker, wheel: string, home: string): Step[] {
  const python = path.join(home, BIN, `python${EXE}`);
  const making = 'makes an environment of its own ...';
  const filling = 'installs its server, once ...';
  if (maker.kind === 'uv') {
    return [
      { says: making, program: maker.program, words: ['venv', '--no-project', '--python', '>=3.11', '--allow-existing', home] },
      { says: filling, program: maker.program, words: ['pip', 'install', '--python', python, wheel] },
    ];
  }
  const pip = ['-I', '-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', wheel];
  return [
    { says: making, program: maker.program, words: ['-I', '-m', 'venv', home] },
    { says: filling, program: python, words: pip },
  ];
}

/** Run a program to its end, outside of the opened folder. Throws `ServerMissing` with the last it said. */
async function finished(
  program: string,
  words: string[],
  cwd: string,
  log: vscode.LogOutputChannel,
  cancelled: vscode.CancellationToken,
): Promise<void> {
  const child = spawn(program, words, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = cancelled.onCancellationRequested(() => child.kill());
  let last = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      last = text.trim().split('\n').at(-1) || last;
      log.debug(text.trimEnd());
    });
  }
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve);
    child.on('error', () => resolve(null));
  });
  stop.dispose();
  if (cancelled.isCancellationRequested) {
    throw new ServerMissing('The installation of the server was cancelled.');
  }
  if (code !== 0) {
    throw new ServerMissing(`The server could not be installed: ${last}`);
  }
}

/** The servers of other versions of this extension; one that still runs on Windows stays until the next time. */
async function removeOthers(all: string, home: string, log: vscode.LogOutputChannel): Promise<void> {
  for (const name of await readdir(all)) {
    const folder = path.join(all, name);
    if (folder !== home) {
      await rm(folder, { recursive: true, force: true }).catch((error: unknown) => log.info(String(error)));
    }
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
