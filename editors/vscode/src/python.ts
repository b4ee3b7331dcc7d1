/** Finds a Python that can make the server's environment. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';

const run = promisify(execFile);
const OLDEST = [3, 11] as const;
const NAMES = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python'];
// Also asks for what Debian leaves out of its `python3`.
const PROBE = 'import sys, venv, ensurepip; print(*sys.version_info[:2])';

/** How a virtual environment is made and filled: with a Python, or with uv, which brings one of its own. */
export type Maker = { kind: 'python' | 'uv'; program: string };

/** The part of the API of the extension ms-python.python that is used here. */
interface PythonExtension {
  environments?: { known: readonly { executable: { uri?: vscode.Uri } }[] };
}

/** The first that works: what the Python extension knows, PATH, uv. */
export async function findMaker(): Promise<Maker | undefined> {
  const onPath = folders().flatMap((folder) => NAMES.map((name) => path.join(folder, name + suffix())));
  for (const program of [...(await known()), ...onPath]) {
    if (await serves(program)) {
      return { kind: 'python', program };
    }
  }
  const uv = await firstProgram('uv');
  return uv === undefined ? undefined : { kind: 'uv', program: uv };
}

/** The absolute path of a program on PATH. */
export async function firstProgram(name: string): Promise<string | undefined> {
  for (const folder of folders()) {
    const program = path.join(folder, name + suffix());
    if (await exists(program)) {
      return program;
    }
  }
  return undefined;
}

/** The folders on PATH. A relative entry would let the opened folder bring a program of its own. */
function folders(): string[] {
  return (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
}

function suffix(): string {
  return process.platform === 'win32' ? '.exe' : '';
}

/** Interpreters that the Python extension has found, but for those of the opened folders: nothing in them is run. */
async function known(): Promise<string[]> {
  const extension = vscode.extensions.getExtension<PythonExtension>('ms-python.python');
  if (!extension) {
    return [];
  }
  try {
    const { environments } = await extension.activate();
    const uris = (environments?.known ?? []).flatMap(({ executable }) => executable.uri ?? []);
    return uris.filter((uri) => !vscode.workspace.getWorkspaceFolder(uri)).map((uri) => uri.fsPath);
  } catch {
    return [];
  }
}

async function serves(program: string): Promise<boolean> {
  if (!(await exists(program))) {
    return false;
  }
  try {
    const { stdout } = await run(program, ['-I', '-c', PROBE], { timeout: 20_000, cwd: path.dirname(program) });
    const [major = 0, minor = 0] = stdout.trim().split(' ').map(Number);
    return major === OLDEST[0] && minor >= OLDEST[1];
  } catch {
    return false;
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
