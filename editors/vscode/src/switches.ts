/** Where the user has switched ghost text off: everywhere, or for some languages. Survives restarts. */
import type * as vscode from 'vscode';

interface Off {
  everywhere: boolean;
  languages: string[];
}
const KEY = 'linnet.off';

export class Switches {
  constructor(private readonly memory: vscode.Memento) {}

  /** Whether there is ghost text in a language; without one, whether it is on at all. */
  isOn(language?: string): boolean {
    const { everywhere, languages } = this.off();
    return language === undefined ? !everywhere : !languages.includes(language);
  }

  /** Switch over, and remember; returns what the server is to be told. */
  async toggle(language?: string): Promise<object> {
    const { everywhere, languages } = this.off();
    const enabled = !this.isOn(language);
    if (language === undefined) {
      await this.memory.update(KEY, { everywhere: !enabled, languages } satisfies Off);
      return { enabled };
    }
    const others = languages.filter((each) => each !== language);
    await this.memory.update(KEY, { everywhere, languages: enabled ? others : [...others, language] } satisfies Off);
    return { enabled, language };
  }

  /** Tell a server that has just started; it has everything on. */
  async tell(send: (argument: object) => Promise<unknown>): Promise<void> {
    const { everywhere, languages } = this.off();
    for (const language of languages) {
      await send({ enabled: false, language });
    }
    if (everywhere) {
      await send({ enabled: false });
    }
  }

  private off(): Off {
    return this.memory.get<Off>(KEY, { everywhere: false, languages: [] });
  }
}
