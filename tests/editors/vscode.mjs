// What a user of the extension does in VS Code, step by step. Prints a line per scenario; the exit status says whether all
// went well. Environment, set by run.sh: VSIX, EXAMPLES (a copy to work in), SCREENSHOTS, and what workbench.mjs needs.
import fs from 'node:fs/promises';
import path from 'node:path';
import { until, Workbench } from './workbench.mjs';

const { VSIX: vsix, EXAMPLES: folder, SCREENSHOTS: out } = process.env;

// The number of the first line that contains `text`, in an example.
async function lineOf(file, text) {
  const lines = (await fs.readFile(path.join(folder, file), 'utf8')).split('\n');
  const index = lines.findIndex((line) => line.includes(text));
  if (index < 0) throw new Error(`${file} has no line with ${text}`);
  return index + 1;
}

async function showsDiagnostic(workbench) {
  await workbench.openFile('altru/mistake.altru');
  await workbench.page.locator('.squiggly-error').first().waitFor({ timeout: 60_000 });
  const problems = await workbench.problems();
  await workbench.screenshot('problems');
  if (!problems.some((row) => row.includes('use-after-move') && row.includes('sender'))) {
    throw new Error(`Problems shows: ${problems.join(' | ')}`);
  }
  await workbench.nothingPopsUp();
}

async function clearsDiagnostic(workbench) {
  const { page } = workbench;
  await workbench.openFile('altru/mistake.altru');
  await page.locator('.squiggly-error').first().waitFor();
  await workbench.focusEditor();
  await workbench.goToLine(await lineOf('altru/mistake.altru', 'sender.send(-1)'));
  await page.keyboard.press('Control+Shift+K'); // delete line
  await page.locator('.squiggly-error').first().waitFor({ state: 'detached', timeout: 30_000 });
  await page.keyboard.press('Control+Z');
  await page.locator('.squiggly-error').first().waitFor({ timeout: 30_000 });
  await workbench.runCommand('View: Close All Editors');
}

async function showsHover(workbench) {
  const { page } = workbench;
  await workbench.openFile('altru/producer_consumer.altru');
  await workbench.focusEditor();
  await workbench.goToLine(`${await lineOf('altru/producer_consumer.altru', 'go producer(sender)')}:10`);
  const hover = page.locator('.monaco-hover:not(.hidden)', { hasText: 'Sender[int]' });
  await until('a hover that tells the type', async () => {
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+I');
    return hover.first().waitFor({ timeout: 2000 }).then(() => true, () => false);
  });
  await workbench.screenshot('hover');
  await page.keyboard.press('Escape');
}

async function runsFile(workbench) {
  await workbench.openFile('altru/producer_consumer.altru');
  await workbench.runCommand('Braid: Run File');
  await until('the output in the terminal', async () => {
    const rows = await workbench.page.locator('.xterm-rows > div').allInnerTexts();
    return rows.some((row) => row.replaceAll('\u00a0', ' ').includes('the channel is closed'));
  });
  await workbench.screenshot('run-file');
  // The first key that the editor takes from a focused terminal makes it say so, once. That is none of ours.
  await workbench.runCommand('View: Close All Editors');
  await workbench.runCommand('Notifications: Clear All Notifications');
}

// Debugs `file` to a breakpoint on `line`, expects rows of the call stack and variables, and goes on to the end.
async function debugs(workbench, name, { file, at, tasks, variables, output }) {
  const { page } = workbench;
  await workbench.openFile(file);
  await workbench.setBreakpoint(await lineOf(file, at));
  await workbench.startDebugging();
  await workbench.stoppedAtLine();
  for (const task of tasks) {
    await until(`a task like ${task} in the call stack`, async () => (await workbench.callStack()).some((row) => task.test(row)))
      .catch(async (error) => { throw new Error(`${error.message}; it shows: ${(await workbench.callStack()).join(' | ')}`); });
  }
  for (const variable of variables) {
    await until(`a variable like ${variable}`, async () => (await workbench.variables()).some((row) => variable.test(row)))
      .catch(async (error) => { throw new Error(`${error.message}; it shows: ${(await workbench.variables()).join(' | ')}`); });
  }
  await workbench.screenshot(`${name}-stopped`);
  await page.keyboard.press('F10');
  await until('the end of the step', async () => (await workbench.callStack()).some((row) => /paused on step/i.test(row)));
  await workbench.runCommand('Remove All Breakpoints');
  await page.keyboard.press('F5');
  await workbench.debuggingEnded();
  await until(`the output ${output}`, async () => (await workbench.debugConsole()).includes(output));
  await workbench.screenshot(`${name}-ended`);
  await workbench.nothingPopsUp();
  await workbench.runCommand('View: Close All Editors');
}

const scenarios = {
  'vscode-diagnostic': showsDiagnostic,
  'vscode-edit-clears-diagnostic': clearsDiagnostic,
  'vscode-hover': showsHover,
  'vscode-run-file': runsFile,
  'vscode-debug-altru': (workbench) =>
    debugs(workbench, 'altru', {
      file: 'altru/producer_consumer.altru',
      at: 'sender.send(i)',
      tasks: [/goroutine producer/, /goroutine consumer/],
      variables: [/^i\b.*\b0\b/],
      output: 'the channel is closed',
    }),
  'vscode-debug-velox': (workbench) =>
    debugs(workbench, 'velox', {
      file: 'velox/order_pipeline.velox',
      at: 'throw new NetworkError(',
      tasks: [/main/, /stage/],
      variables: [/^customer\b.*Ada/],
      output: 'order 7 for Edsger: rejected',
    }),
};

// In Restricted Mode: diagnostics as ever, and nothing is run.
async function restricted() {
  const workbench = await Workbench.open({ vsix, folder, out: path.join(out, 'restricted'), trust: false });
  try {
    await workbench.openFile('altru/mistake.altru');
    await workbench.page.locator('.squiggly-error').first().waitFor({ timeout: 60_000 });
    await workbench.runCommand('Braid: Run File');
    const toast = workbench.page.locator('.notification-toast', { hasText: 'Restricted Mode' });
    await until('the refusal to run', async () => (await toast.count()) > 0 && toast.evaluate((e) => getComputedStyle(e).opacity === '1'));
    await workbench.screenshot('restricted-mode');
  } catch (error) {
    await workbench.screenshot('failure').catch(() => {});
    throw error;
  } finally {
    await workbench.close();
  }
}

let failures = 0;
async function report(name, run) {
  const started = Date.now();
  try {
    await run();
    console.log(`ok ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    return true;
  } catch (error) {
    failures += 1;
    console.log(`FAILED ${name}: ${String(error.message).split('\n')[0]}`);
    return false;
  }
}

const chosen = process.argv.slice(2);
const wanted = (name) => chosen.length === 0 || chosen.some((part) => name.includes(part));
const names = Object.keys(scenarios).filter(wanted);

if (names.length > 0) {
  let workbench;
  const opened = await report('vscode-installs-extension', async () => {
    workbench = await Workbench.open({ vsix, folder, out });
    await workbench.nothingPopsUp();
  });
  for (const name of opened ? names : []) {
    const well = await report(name, () => scenarios[name](workbench));
    if (well) continue;
    await workbench.screenshot(`${name}-failure`).catch(() => {});
    await workbench.load().catch(() => {});
  }
  await workbench?.close();
}
if (wanted('vscode-restricted-mode')) await report('vscode-restricted-mode', restricted);
process.exit(failures === 0 ? 0 : 1);
