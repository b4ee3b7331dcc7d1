/** Keys of providers, kept by VS Code where the system keeps secrets. */
import * as vscode from 'vscode';

/** The provider that the user chose for this machine. */
function chosen(): string {
  return vscode.workspace.getConfiguration('linnet').inspect<string>('provider')?.globalValue ?? 'local';
}

function nameOf(provider: string): string {
  return `linnet.key.${provider}`;
}

/** The environment that hands the server the key of the chosen provider; empty where none is kept. */
export async function keyEnvironment(secrets: vscode.SecretStorage): Promise<{ LINNET_API_KEY?: string }> {
  const key = await secrets.get(nameOf(chosen()));
  return key ? { LINNET_API_KEY: key } : {};
}

/** Asks for a key and keeps it; an empty one is forgotten. Tells whether anything changed. */
export async function askForKey(secrets: vscode.SecretStorage): Promise<boolean> {
  const provider = chosen();
  if (provider === 'local') {
    const settings = 'Choose a Provider';
    const said = 'The embedded engine needs no key. Choose a provider first.';
    if ((await vscode.window.showInformationMessage(said, settings)) === settings) {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'linnet.provider');
    }
    return false;
  }
  const prompt = `The key of ${provider}. It is kept with the secrets of this machine. Empty: forget it.`;
  const key = await vscode.window.showInputBox({ title: 'Linnet', prompt, password: true, ignoreFocusOut: true });
  if (key === undefined) {
    return false;
  }
  await (key.trim() ? secrets.store(nameOf(provider), key.trim()) : secrets.delete(nameOf(provider)));
  return true;
}
