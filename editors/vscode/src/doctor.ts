/** What `linnet doctor` finds, as a page. */
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SIGNS: { [state: string]: string } = { ok: '✓', warn: '!', fail: '✗' };

interface Check {
  name: string;
  state: string;
  says: string;
  fix: string;
}

/** The report as markdown; what went wrong where there is none. */
export async function report(program: string): Promise<string> {
  const { stdout, stderr } = await run(program, ['doctor', '--json'], { cwd: homedir(), timeout: 60_000 }).catch(
    (error: { stdout?: string; stderr?: string }) => ({ stdout: error.stdout ?? '', stderr: error.stderr ?? '' }),
  );
  try {
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    return `# Doctor\n\n${checks.map(line).join('\n')}\n`;
  } catch {
    return `# Doctor\n\n\`linnet doctor\` gave no report.\n\n\`\`\`\n${stderr}\n\`\`\`\n`;
  }
}

function line({ name, state, says, fix }: Check): string {
  return `* ${SIGNS[state] ?? '·'} **${name}**: ${says}${fix ? `  \n  *${fix}*` : ''}`;
}
