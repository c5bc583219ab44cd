import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '../public');
const files = (folder = root) => readdirSync(folder).flatMap((name) => {
  const path = join(folder, name);
  return statSync(path).isDirectory() ? files(path) : [path];
});
const own = files().filter((path) => !path.includes('/vendor/'));
const scripts = own.filter((path) => path.endsWith('.js'));
const text = (path) => readFileSync(path, 'utf8');

test('nothing makes HTML of a text, and nothing is run that is not a file', () => {
  const forbidden = /\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|srcdoc|setHTMLUnsafe|eval|Function)\b\s*(?:\(|=|\+=|\.)|\bsetTimeout\(\s*['"`]|['"`]javascript:/;
  for (const path of scripts) assert.doesNotMatch(text(path), forbidden, relative(root, path));
});

test('no alert, confirm or prompt of the browser', () => {
  for (const path of scripts) {
    for (const [, word] of text(path).matchAll(/(?<![.\w])(alert|prompt|confirm)\(/g)) {
      assert.ok(word === 'confirm' && /import \{[^}]*\bconfirm\b[^}]*\} from '\.\.?\/(?:core\/)?ui\.js'|export function confirm/.test(text(path)), `${relative(root, path)}: ${word}`);
    }
  }
});

test('no inline script, style or handler', () => {
  for (const path of own.filter((name) => name.endsWith('.html'))) {
    assert.doesNotMatch(text(path), /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/i);
  }
  for (const path of scripts) assert.doesNotMatch(text(path), /setAttribute\(\s*['"](?:style|on)/);
});

test('nothing is loaded from elsewhere', () => {
  for (const path of own.filter((name) => /\.(?:html|css)$/.test(name))) assert.doesNotMatch(text(path), /(?:src|href|url\()\s*=?\s*["'(]?(?:https?:)?\/\//);
});

test('both languages have the same keys, and every key that is used', () => {
  const [en, zh] = ['en', 'zh'].map((code) => JSON.parse(text(join(root, `i18n/${code}.json`))));
  const plain = (table) => Object.keys(table).filter((key) => !key.endsWith('.one')).sort();
  assert.deepEqual(plain(zh), plain(en));
  for (const [key, value] of Object.entries(en)) {
    const holes = (of) => [...new Set([...of.matchAll(/\{\w+\}/g)].map(String))].sort();
    if (!key.endsWith('.one')) assert.deepEqual(holes(zh[key]), holes(value), key);
    assert.notEqual(value, '', key);
  }
  const prefixes = new Set(Object.keys(en).map((key) => key.split('.')[0]));
  for (const path of scripts) {
    for (const [, key] of text(path).matchAll(/\bt\('([^']+)'/g)) assert.ok(key in en, `${relative(root, path)}: ${key}`);
    for (const [, prefix] of text(path).matchAll(/\bt\(`(\w+)\./g)) assert.ok(prefixes.has(prefix), `${relative(root, path)}: ${prefix}`);
  }
});

test('vendored files are unmodified', () => {
  const vendored = join(root, '../tests/vendor');
  for (const library of readdirSync(vendored)) {
    const folder = join(vendored, library);
    const source = JSON.parse(text(join(folder, 'SOURCE.json')));
    assert.ok(text(join(folder, 'LICENSE')).length > 500);
    const present = readdirSync(folder).filter((name) => name.endsWith('.js')).sort();
    assert.deepEqual(Object.keys(source.files).sort(), present, library);
    for (const name of present) {
      assert.equal(createHash('sha256').update(readFileSync(join(folder, name))).digest('hex'), source.files[name].sha256, name);
    }
  }
});

test('what is imported is there and used, and what is exported is used elsewhere', () => {
  const tests = readdirSync(join(root, '../tests')).filter((name) => name.endsWith('.js')).map((name) => join(root, '../tests', name));
  const imported = new Set();
  const exported = new Map(scripts.map((path) => [path, new Set([...text(path).matchAll(/^export (?:async )?(?:function|const|let|class) (\w+)/gm)].map(([, name]) => name))]));
  for (const path of [...scripts, ...tests]) {
    for (const [, word, names, target] of text(path).matchAll(/^(import|export) \{([^}]*)\} from '(\.[^']+)'/gm)) {
      const source = join(dirname(path), target);
      if (source.includes('/vendor/')) continue;
      for (const name of names.split(',').map((each) => each.trim()).filter(Boolean)) {
        assert.ok(exported.get(source)?.has(name), `${relative(root, path)} imports ${name} of ${relative(root, source)}`);
        imported.add(`${source} ${name}`);
        if (word === 'import') assert.ok(text(path).match(new RegExp(`\\b${name}\\b`, 'g')).length > 1, `${relative(root, path)} does not use ${name}`);
        else exported.get(path).delete(name);
      }
    }
  }
  const entries = /\/(?:settings\/settings|admin\/admin)\.js$/;
  for (const [path, names] of exported) {
    if (!entries.test(path)) for (const name of names) assert.ok(imported.has(`${path} ${name}`) || new RegExp(`\\{[^}]*\\b${name}\\b[^}]*\\} = await import|\\(\\{ ${name} \\}\\)`).test(scripts.map(text).join('')), `${relative(root, path)} exports ${name}`);
  }
});

/** Files that a page loads before anything is clicked: the closure of static imports. */
function closure(entry, found = new Set()) {
  if (found.has(entry)) return found;
  found.add(entry);
  for (const [, target] of text(entry).matchAll(/^(?:import|export) .*?from '(\.[^']+)'/gm)) closure(join(dirname(entry), target), found);
  return found;
}

test('the page preloads exactly what it imports', () => {
  const wanted = [...closure(join(root, 'app.js'))].map((path) => `/${relative(root, path)}`).filter((path) => path !== '/app.js').sort();
  const preloaded = [...text(join(root, 'index.html')).matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(([, href]) => href).sort();
  assert.deepEqual(preloaded, wanted);
});

test('JavaScript stays small', (context) => {
  const size = (paths) => paths.reduce((sum, path) => sum + gzipSync(readFileSync(path), { level: 9 }).length, 0);
  const all = size(files().filter((path) => path.endsWith('.js')));
  const first = size([...closure(join(root, 'app.js')), join(root, 'core/theme.js')]);
  context.diagnostic(`gzip: first load ${first} bytes, all files ${all} bytes`);
  assert.ok(first < 46_000, `${first} bytes`);
  assert.ok(all < 60_000, `${all} bytes`);
});

test('files are short', () => {
  for (const path of scripts) assert.ok(text(path).split('\n').length <= 400, relative(root, path));
});
