/** What the server is told of the user's settings: only what the user has set. */
import * as vscode from 'vscode';

interface Declared {
  scope?: string;
}
type Settings = { [name: string]: unknown };

/** Settings of this extension alone; the server knows nothing of them. */
const OWN = ['linnet.path', 'linnet.trace.server'];

/** Whether another server has to be started: each provider has a key of its own, which is handed over at the start. */
export function changesServer(event: vscode.ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration('linnet.path') || event.affectsConfiguration('linnet.provider');
}

/** The settings that the user has set, nested as the server expects them. */
export function userSettings(extension: vscode.Extension<unknown>): Settings {
  const configuration = vscode.workspace.getConfiguration(undefined, vscode.workspace.workspaceFolders?.[0]?.uri);
  const settings: Settings = {};
  for (const [name, declared] of Object.entries(declarations(extension))) {
    const value = setValue(configuration, name, declared);
    if (value !== undefined) {
      put(settings, name.split('.').slice(1), value);
    }
  }
  if (!vscode.workspace.isTrusted) {
    settings['offline'] = true;
  }
  return settings;
}

function declarations(extension: vscode.Extension<unknown>): { [name: string]: Declared } {
  const parts: { properties: { [name: string]: Declared } }[] = extension.packageJSON.contributes.configuration;
  const all: { [name: string]: Declared } = Object.assign({}, ...parts.map((part) => part.properties));
  return Object.fromEntries(Object.entries(all).filter(([name]) => !OWN.includes(name)));
}

/** The value that holds, unless it is only the default. A workspace has no say in a setting of `machine` scope. */
function setValue(configuration: vscode.WorkspaceConfiguration, name: string, declared: Declared): unknown {
  const found = configuration.inspect<unknown>(name);
  if (declared.scope === 'machine') {
    return found?.globalValue;
  }
  return found?.workspaceFolderValue ?? found?.workspaceValue ?? found?.globalValue;
}

function put(settings: Settings, names: string[], value: unknown): void {
  const [name, ...rest] = names as [string, ...string[]];
  if (rest.length === 0) {
    settings[name] = value;
  } else {
    put((settings[name] ??= {}) as Settings, rest, value);
  }
}
