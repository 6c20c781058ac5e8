// The TextMate grammars against the languages' own tables of tokens, and against programs: every keyword is coloured as
// one, strings and comments end where they end.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const require = createRequire(import.meta.url);
const { INITIAL, Registry } = require('vscode-textmate');
const oniguruma = require('vscode-oniguruma');

const root = new URL('../../', import.meta.url);
const read = (path) => fs.readFileSync(new URL(path, root), 'utf8');

await oniguruma.loadWASM(fs.readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')).buffer);
const registry = new Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: (scope) => JSON.parse(read(`vscode-extension/syntaxes/${scope.replace('source.', '')}.tmLanguage.json`)),
});
const grammars = { altru: await registry.loadGrammar('source.altru'), velox: await registry.loadGrammar('source.velox') };

// The scopes of every token of the text, innermost last, with its text.
function tokens(language, text) {
  const result = [];
  let stack = INITIAL;
  for (const line of text.split('\n')) {
    const { tokens: found, ruleStack } = grammars[language].tokenizeLine(line, stack);
    stack = ruleStack;
    for (const { startIndex, endIndex, scopes } of found) result.push({ text: line.slice(startIndex, endIndex), scopes });
  }
  return result;
}

function scopesOf(language, text, part) {
  const found = tokens(language, text).find((token) => token.text.includes(part));
  assert.ok(found, `${part} is no token of ${text}`);
  return found.scopes.join(' ');
}

function spellings(language, macro) {
  const table = read(`analyzer/syntax/${language}/tokens.def`);
  return [...table.matchAll(new RegExp(`^${macro}\\(\\w+, "(\\w+)"\\)`, 'gm'))].map((match) => match[1]);
}

const isKeyword = /\b(keyword|storage|constant\.language|variable\.language)\b/;

for (const language of Object.keys(grammars)) {
  test(`${language}: every reserved word is coloured`, () => {
    const words = spellings(language, 'KEYWORD');
    assert.ok(words.length > 30);
    for (const word of words) assert.match(scopesOf(language, `${word} x`, word), isKeyword, word);
  });

  test(`${language}: nothing runs on to the end of an example`, () => {
    const folder = new URL(`examples/${language}/`, root);
    for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(`.${language}`))) {
      const last = tokens(language, `${fs.readFileSync(new URL(file, folder), 'utf8')}\nend_of_file`).at(-1);
      assert.deepEqual(last.scopes, [`source.${language}`], file);
    }
  });
}

test('altru: contract clauses, and the same words as names', () => {
  assert.match(scopesOf('altru', '    req b != 0.0?', 'req'), /contract/);
  assert.match(scopesOf('altru', '    ens result >= 0', 'ens'), /contract/);
  assert.doesNotMatch(scopesOf('altru', 'fn handle(req: Request):', 'req'), /contract/);
  assert.doesNotMatch(scopesOf('altru', '    req = next()', 'req'), /contract/);
});

test('altru: comments', () => {
  assert.match(scopesOf('altru', '## says\nfn f():', '## says'), /documentation/);
  assert.match(scopesOf('altru', '### one\ntwo ###\nfn f():', 'two'), /comment\.block/);
  assert.match(scopesOf('altru', '### one\ntwo ###\nfn f():', 'fn'), /storage/);
  assert.match(scopesOf('altru', '#### a line\nfn f():', 'fn'), /storage/);
});

test('altru: strings', () => {
  const inside = scopesOf('altru', 'println("sum: ${total + 1}")', 'total');
  assert.match(inside, /template\.expression/);
  assert.match(scopesOf('altru', 'let a = "x\\n"', '\\n'), /escape/);
  assert.match(scopesOf('altru', 'let a = r"x\\n"\nlet b = 1', '1'), /numeric/);
  assert.match(scopesOf('altru', "let c = 'c'", "'c'"), /string/);
});

test('altru: names beside :: are no keywords', () => {
  assert.doesNotMatch(scopesOf('altru', 'async::spawn(f)', 'async'), /keyword/);
});

test('velox: match, templates, regular expressions', () => {
  assert.match(scopesOf('velox', 'match (v) { case 1 => 2; }', 'match'), /keyword/);
  assert.doesNotMatch(scopesOf('velox', 'let match = 1;', 'match'), /keyword/);
  assert.match(scopesOf('velox', 'println(`a ${name} b`)', 'name'), /template\.expression/);
  assert.match(scopesOf('velox', 'println("a ${name} b")', 'name'), /template\.expression/);
  assert.match(scopesOf('velox', 'let r = /a+[/]b/g;', '/a+[/]b/g'), /regexp/);
  assert.match(scopesOf('velox', 'let q = a / b / c;', '/'), /operator/);
  assert.match(scopesOf('velox', '/** says\n * more */ function f() {}', 'function'), /storage/);
});
