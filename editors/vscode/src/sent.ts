/** What would be sent of a place, as a page. */
import type { Status } from './status';

interface Chunk {
  path: string | null;
  text: string;
  tokens: number;
  why: string;
}

/** What `linnet.context` gives. */
export interface Sent {
  refused?: string;
  redacted?: number;
  context?: { prefix: Chunk; suffix: Chunk; chunks: Chunk[]; tokens: number };
}

/** The page: who would get it, then every part as it would be sent. */
export function pageOf(sent: Sent | null | undefined, status: Status | undefined): string {
  const head = `# What is sent\n\n${receiver(status)}\n\n`;
  if (!sent?.context) {
    return `${head}${sent?.refused ?? 'Nothing is known about this place now.'}\n`;
  }
  const { prefix, suffix, chunks, tokens } = sent.context;
  const secrets = sent.redacted ? ` ${sent.redacted} secrets were taken out.` : '';
  const parts = [...chunks, prefix, suffix].filter(({ text }) => text);
  return `${head}${tokens} tokens.${secrets}\n\n${parts.map(section).join('\n\n')}\n`;
}

function receiver(status: Status | undefined): string {
  if (!status || status.provider === 'local') {
    return 'No provider is chosen, so nothing leaves this machine. With one, this would be sent for ghost text here:';
  }
  return `For ghost text here this goes to **${status.provider}** (${status.model}):`;
}

function section({ path, text, tokens, why }: Chunk): string {
  // A fence that the text itself does not hold.
  const fence = '`'.repeat(Math.max(2, ...[...text.matchAll(/`+/g)].map(([found]) => found.length)) + 1);
  return `**${path ?? 'This file'}** (${tokens} tokens${why ? `, ${why}` : ''})\n\n${fence}\n${text}\n${fence}`;
}
