// Compares the YAML reader with npm `yaml`, called as Backstage's `parseEntityYaml` calls it (`parseAllDocuments`, `merge: false`). Both
// must read the same values and reject the same texts. `--random N` adds N mutations of the corpus; `SEED` selects them.
import { execFileSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { corpus, differences } from './corpus.mjs';

const reader =
  process.env.READ_YAML ??
  new URL('../../target/debug/examples/read-yaml', import.meta.url).pathname;

/** Returns the documents that Backstage reads, each `{ value }` or `{ error }`. */
function backstage(text) {
  let documents;
  try {
    documents = parseAllDocuments(text, { merge: false, logLevel: 'silent' });
  } catch (error) {
    return [{ error: `${error}` }];
  }
  return [...documents].map(document => {
    if (document.errors.length > 0)
      return {
        error: `${document.errors[0].code} ${document.errors[0].message.split('\n')[0]}`,
      };
    try {
      return { value: JSON.parse(JSON.stringify(document.toJSON() ?? null)) };
    } catch (error) {
      return { error: `${error}` };
    }
  });
}

/** Returns the value of a number in YAML's notation. */
function number(text) {
  const sign = text.startsWith('-') ? -1 : 1;
  const bare = text.replace(/^[-+]/, '');
  if (/^\.inf$/i.test(bare) || /^\.nan$/i.test(bare)) return null;
  return sign * Number(bare) + 0;
}

/** Converts the reader's tree to the JavaScript value that `toJSON` returns. */
function toValue([kind, value]) {
  switch (kind) {
    case 'null':
      return null;
    case 'number':
      return number(value);
    case 'list':
      return value.map(toValue);
    case 'map': {
      const object = {};
      for (const [key, v] of value) {
        const name = ['list', 'map'].includes(key[0])
          ? '(collection)'
          : `${toValue(key) ?? (key[0] === 'null' ? '' : Number(key[1].replace('.', '').replace(/inf/i, 'Infinity')))}`;
        Object.defineProperty(object, name, {
          value: toValue(v),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      return object;
    }
    default:
      return value;
  }
}

/** Returns the values of documents without empty ones. All errors are equal. */
function verdict(documents) {
  const kept = documents.filter(
    document => document.error || document.value !== null,
  );
  return kept.map(document =>
    document.error ? 'rejected' : JSON.parse(JSON.stringify(document.value)),
  );
}

/** Returns a text with one to three random changes. */
function mutated(text, random) {
  const pieces = [
    '\n',
    ' ',
    '  ',
    '\t',
    ':',
    ': ',
    '- ',
    '? ',
    '#',
    ' #',
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    ',',
    '&a ',
    '*a',
    '!',
    '!!str ',
    '|',
    '>',
    '|-\n',
    '%',
    '@',
    '\\',
    '---\n',
    '...\n',
    'x',
    '1',
    '~',
    '\r\n',
    'é',
    '😀',
    '<<',
  ];
  let result = text;
  for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--) {
    const at = Math.floor(random() * (result.length + 1));
    const cut = random() < 0.5 ? 0 : 1 + Math.floor(random() * 3);
    result =
      result.slice(0, at) +
      (random() < 0.8 ? pieces[Math.floor(random() * pieces.length)] : '') +
      result.slice(at + cut);
  }
  return result.isWellFormed() ? result : text;
}

const count = process.argv.includes('--random')
  ? Number(process.argv[process.argv.indexOf('--random') + 1])
  : 0;
let seed = Number(process.env.SEED ?? 1);
const random = () =>
  ((seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 8) / (1 << 24);
const texts = corpus.map(entry => entry.text);
const mutations = Array.from({ length: count }, () =>
  mutated(texts[Math.floor(random() * texts.length)], random),
);
const all = [...texts, ...mutations];
const read = JSON.parse(
  execFileSync(reader, {
    input: JSON.stringify(all),
    maxBuffer: 1 << 30,
    encoding: 'utf8',
  }),
);

let unexplained = 0;
const counts = {};
all.forEach((text, i) => {
  const ours = read[i].map(document =>
    document.error ? document : { value: toValue(document.value) },
  );
  const theirs = backstage(text);
  const [a, b] = [verdict(ours), verdict(theirs)];
  const agree = isDeepStrictEqual(a, b);
  const reason =
    i < corpus.length
      ? corpus[i].differs
      : differences.find(difference =>
          difference.applies(text, read[i], theirs),
        )?.reason;
  if (i < corpus.length ? agree === !reason : agree || reason) {
    if (!agree) counts[reason] = (counts[reason] ?? 0) + 1;
    return;
  }
  unexplained += 1;
  if (unexplained <= Number(process.env.SHOW ?? 20)) {
    console.log(
      `${agree ? 'agree, but are listed as different' : 'differ'}: ${JSON.stringify(text)}\n  reader:    ${JSON.stringify(read[i].map(d => (d.error ? d : toValue(d.value))))}\n  backstage: ${JSON.stringify(theirs)}`,
    );
  }
});
for (const [reason, cases] of Object.entries(counts))
  console.log(`${cases} × ${reason}`);
console.log(`${all.length} texts, ${unexplained} unexplained differences`);
process.exit(unexplained > 0 ? 1 : 0);
