// A real VS Code workbench without a screen: code-server serves it, a headless Chromium shows it, and the functions here are
// a person's hands and eyes. Where there is a key for something, the key is pressed.
//
// playwright-core is found through PLAYWRIGHT_HOME, code-server through CODE_SERVER_HOME (set by run.sh).
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const { chromium } = createRequire(`${process.env.PLAYWRIGHT_HOME}/`)('playwright-core');

// Nothing pops up, asks a network for news or moves the layout.
const quiet = {
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'editor.cursorBlinking': 'solid',
  'editor.minimap.enabled': false,
  'window.restoreWindows': 'none',
  'files.autoSave': 'off',
  'terminal.integrated.gpuAcceleration': 'off', // the text is then in the page and not only in its picture
  'debug.openDebug': 'openOnSessionStart',
  'debug.internalConsoleOptions': 'openOnSessionStart',
};

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// Waits until `condition` gives something true and returns that.
export async function until(what, condition, milliseconds = 30_000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > end) throw new Error(`waited ${milliseconds / 1000} s for ${what}`);
    await pause(50);
  }
}

class CodeServer {
  constructor(data, out) {
    this.out = out;
    this.data = data;
    this.entry = path.join(process.env.CODE_SERVER_HOME, 'node_modules/code-server/out/node/entry.js');
    // --config: code-server writes that file, and would do so in the home folder.
    this.folders = ['--config', path.join(data, 'config.yaml'), '--user-data-dir', path.join(data, 'user'),
      '--extensions-dir', path.join(data, 'extensions')];
    // An empty gallery: never look for extensions anywhere.
    this.env = { ...process.env, EXTENSIONS_GALLERY: '{}' };
    for (const name of Object.keys(this.env)) {
      if (/^(VSCODE_|PASSWORD$|HASHED_PASSWORD$|PORT$)/.test(name)) delete this.env[name];
    }
  }

  async install(vsix) {
    const args = [this.entry, ...this.folders, '--install-extension', path.resolve(vsix)];
    await promisify(execFile)(process.execPath, args, { env: this.env });
  }

  async start(trust) {
    this.port = await freePort();
    const log = await fs.open(path.join(this.out, 'code-server.log'), 'w');
    const args = [this.entry, ...this.folders, '--auth', 'none', '--bind-addr', `127.0.0.1:${this.port}`, '--disable-telemetry',
      '--disable-update-check', '--disable-getting-started-override', '--ignore-last-opened'];
    if (trust) args.push('--disable-workspace-trust');
    // A process group of its own, so that the extension host and the servers it started end with it.
    this.process = spawn(process.execPath, args, { env: this.env, stdio: ['ignore', log.fd, log.fd], detached: true });
    await log.close();
    await until('code-server', async () => {
      if (this.process.exitCode !== null) throw new Error('code-server ended early, see code-server.log');
      return fetch(`http://127.0.0.1:${this.port}/healthz`).then((answer) => answer.ok, () => false);
    });
  }

  signal(name) {
    try {
      return process.kill(-this.process.pid, name);
    } catch {
      return false; // nobody is left
    }
  }

  async stop() {
    if (this.process === undefined) return;
    this.signal('SIGTERM');
    await until('code-server to end', () => !this.signal(0), 5000).catch(() => this.signal('SIGKILL'));
  }
}

export class Workbench {
  // Opens `folder` with the extension in `vsix`, in a browser and with user data that are new. `trust`: workspace trust is off,
  // every folder is trusted; otherwise the folder is in Restricted Mode.
  static async open({ vsix, folder, out, trust = true }) {
    const workbench = new Workbench();
    workbench.out = out;
    workbench.consoleLog = [];
    workbench.data = await fs.mkdtemp(path.join(os.tmpdir(), 'braid-editor-'));
    await fs.mkdir(out, { recursive: true });
    await fs.mkdir(path.join(workbench.data, 'user/User'), { recursive: true });
    const settings = { ...quiet, 'security.workspace.trust.enabled': !trust, 'security.workspace.trust.startupPrompt': 'never' };
    await fs.writeFile(path.join(workbench.data, 'user/User/settings.json'), JSON.stringify(settings, null, 2));
    workbench.server = new CodeServer(workbench.data, out);
    try {
      await workbench.server.install(vsix);
      await workbench.server.start(trust);
      workbench.browser = await chromium.launchPersistentContext(path.join(workbench.data, 'chromium'), {
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        headless: true,
        viewport: { width: 1400, height: 900 },
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
          '--disable-component-update', '--disable-sync'],
      });
      const page = workbench.browser.pages()[0] ?? (await workbench.browser.newPage());
      workbench.page = page;
      page.on('console', (message) => workbench.consoleLog.push(`${message.type()}: ${message.text()}`));
      page.on('pageerror', (error) => workbench.consoleLog.push(`pageerror: ${error.message}`));
      workbench.url = `http://127.0.0.1:${workbench.server.port}/?folder=${encodeURIComponent(path.resolve(folder))}`;
      await workbench.load();
      return workbench;
    } catch (error) {
      await workbench.close();
      throw error;
    }
  }

  // Also afresh, after something has gone wrong.
  async load() {
    await this.page.goto(this.url);
    await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 90_000 });
  }

  async close() {
    await this.browser?.close().catch(() => {});
    await this.server.stop();
    await fs.writeFile(path.join(this.out, 'console.log'), `${this.consoleLog.join('\n')}\n`);
    await fs.cp(path.join(this.data, 'user/logs'), path.join(this.out, 'logs'), { recursive: true }).catch(() => {});
    await fs.rm(this.data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  async screenshot(name) {
    await this.page.screenshot({ path: path.join(this.out, `${name}.png`) });
  }

  // The box at the top: files, lines and commands are all asked for there. It closes by itself when something else takes the
  // focus meanwhile, as the debugger does when it shows where a task stopped: then it is asked for again.
  async quickInput(key, text, row) {
    const { page } = this;
    const box = page.locator('.quick-input-widget input').first();
    const found = page.locator('.quick-input-list .monaco-list-row', { hasText: row }).first();
    await until(`the box at the top to take ${text}`, async () => {
      await page.keyboard.press(key);
      try {
        await box.fill(text, { timeout: 2000 });
        if (row !== undefined) await found.waitFor({ timeout: 5000 });
        await box.press('Enter', { timeout: 2000 });
        return true;
      } catch {
        await page.keyboard.press('Escape');
        return false;
      }
    });
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  async openFile(name) {
    await this.quickInput('Control+P', name, path.basename(name));
    await this.page.locator('.tab.active', { hasText: path.basename(name) }).waitFor();
    await this.page.locator('.editor-instance .view-line').first().waitFor();
  }

  runCommand(title) {
    return this.quickInput('F1', `>${title}`, title);
  }

  goToLine(line) {
    return this.quickInput('Control+G', `:${line}`);
  }

  // Of the first group.
  async focusEditor() {
    await this.page.keyboard.press('Control+1');
    await this.page.locator('.editor-instance .monaco-editor.focused').first().waitFor();
  }

  async setBreakpoint(line) {
    await this.focusEditor();
    await this.goToLine(line);
    await this.page.keyboard.press('F9');
    await this.page.locator('.codicon-debug-breakpoint').first().waitFor();
  }

  // The texts of the rows of the Problems panel.
  async problems() {
    await this.page.keyboard.press('Control+Shift+M');
    const rows = this.page.locator('.markers-panel .monaco-list-row');
    await rows.first().waitFor();
    return (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
  }

  // The Run and Debug view does not open by itself in every release, and what is not open is not in the page.
  async startDebugging() {
    await this.page.keyboard.press('Control+Shift+D');
    await this.page.locator('.debug-viewlet, .debug-call-stack, .welcome-view').first().waitFor();
    await this.focusEditor();
    await this.page.keyboard.press('F5');
  }

  async callStack() {
    const rows = this.page.locator('.debug-call-stack .monaco-list-row');
    return (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
  }

  async variables() {
    const rows = this.page.locator('.debug-variables .monaco-list-row');
    return (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
  }

  async debugConsole() {
    const rows = this.page.locator('.repl .monaco-list-row');
    return (await rows.allInnerTexts()).join('\n');
  }

  async stoppedAtLine() {
    const line = this.page.locator('.debug-top-stack-frame-line, .debug-top-stack-frame-column').first();
    await line.waitFor({ timeout: 30_000 });
  }

  async debuggingEnded() {
    await this.page.locator('.debug-toolbar').waitFor({ state: 'hidden', timeout: 30_000 });
  }

  // Whatever a user would have to click away is a fault.
  async nothingPopsUp() {
    const surprises = { dialog: '.monaco-dialog-box', 'welcome page': '.gettingStartedContainer', notification: '.notification-toast' };
    for (const [what, selector] of Object.entries(surprises)) {
      const found = this.page.locator(selector);
      if (await found.count()) throw new Error(`unexpected ${what}: ${(await found.first().innerText()).replace(/\s+/g, ' ')}`);
    }
  }
}
