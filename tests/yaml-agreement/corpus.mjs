// The compared texts, and the known differences between the reader and `yaml`.
const texts = [
  // Entities.
  'apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: a\n  annotations:\n    google.com/vertex-ai-model: "m@1"\nspec:\n  type: service\n  owner: group:default/x\n',
  'kind: Component\nmetadata: {name: a}\n---\nkind: API\nmetadata:\n  name: b\n---\n',
  '--- # first\nkind: A\n...\n# between\n---\nkind: B\n...\n',
  '{"kind": "Component", "metadata": {"name": "n",\n\t"annotations": {"a": "b", "c": [1, 2.5, true, null]}}}\n',
  '{"a":1,"b":{"c":"d"},"e":["f","g"]}',
  'a: {{ x }}\n',
  'a: ${{ values.name }}\n',
  // Scalars.
  'a: yes\nb: no\nc: on\nd: true\ne: False\nf: TRUE\ng: tRUE\n',
  'a: 1\nb: -1\nc: +1\nd: 0o17\ne: 0x1F\nf: 1e3\ng: 1.5\nh: .5\ni: 1.\nj: 1_000\nk: 017\nl: 0b1\n',
  'a: .inf\nb: -.INF\nc: .nan\nd: .NaN\ne: -.nan\nf: .\ng: ..\nh: 1e\ni: e1\nj: .e1\n',
  'a: ~\nb: null\nc: NULL\nd: nULL\ne:\nf: ""\n',
  'a: 2024-01-01\nb: 12:30:00\nc: 1.2.3\nd: 0x\ne: 0o8\nf: +-1\n',
  'a: x y  z\nb: x:y\nc: x#y\nd: x #y\ne: -x\nf: ?x\ng: :x\nh: http://x/y?z=1#w\n',
  'a: one\n  two\n\n  three\nb: four\n',
  'a: "one\n  two\\\n  three\n\n  four"\n',
  "a: 'it''s'\nb: 'x\n\n  y'\nc: ''\nd: ''''\n",
  'a: "\\t\\n\\\\\\"\\/\\x41\\u00e9\\U0001F600\\ud83d\\ude00\\0\\e\\_"\n',
  '"a b": 1\n\'c d\': 2\n? e\n: 3\n',
  'plain\n',
  '"quoted"\n',
  '- a\n- b\n',
  '[a, b]',
  '{a: b}',
  '',
  '# only a comment\n',
  '---\n',
  '...\n',
  '~\n',
  // Block scalars.
  'a: |\n  one\n   two\n\n  three\n\nb: |-\n  x\nc: |+\n  y\n\nd: >\n  a\n  b\n\n  c\n    d\n  e\n',
  'a: |2\n   x\n  y\nb: >-\n\n  x\n\n\n  y\n',
  'a: |\nb: >\n\nc: |+\n\n',
  '|\n a\n b\n',
  '--- |\n a\n',
  '- |\n x\n- >\n y\n',
  'a: | # comment\n  x # text\nb: 1\n',
  'a: |\r\n  x\r\n  y\r\nb: 1\r\n',
  'a: >\n  x\n\ty\n',
  'a: |\n  x\n # comment\nb: 1\n',
  'a: >+\n  x\n\n\n',
  '>\n\n folded\n line\n\n next\n line\n   * bullet\n\n   * list\n   * lines\n\n last\n line\n\n# Comment\n',
  // Flow.
  'a: [1, 2, ]\nb: {x: 1, y, z: }\nc: [x: 1, y]\nd: []\ne: {}\n',
  'a: [\n  1,\n  2\n]\nb: {\n  x: y # c\n}\n',
  'a: {"x":1,\'y\':2,z: 3}\n',
  'a: [[[1]], {b: [2]}]\n',
  'a: [? x : y, ? z]\nb: {? x : y}\n',
  'a: [a b\n  c, d]\n',
  'a: {x: http://y, z: a#b}\n',
  // Lists and mappings.
  'a:\n- 1\n- 2\nb:\n  - 3\n  -   - 4\n      - 5\n',
  '- a: 1\n  b: 2\n-\n  c: 3\n- - d\n- \n',
  'a:\n  b:\n    c: 1\n  d: 2\n',
  '? - a\n: - b\n',
  '? a\n? b\n',
  ': x\n',
  'a:   \n  b\n',
  '-\n- ~\n',
  'a: b # c\n# d\ne: f\n',
  // Anchors, aliases, merge keys, tags.
  'a: &x 1\nb: *x\nc: &y {d: *x}\ne: *y\n',
  'a: &x\n  b: 1\nc:\n  <<: *x\n  d: 2\n',
  'a: [&x 1, *x]\n*y : 2\n',
  '&x a: *x\n',
  'a: &x 1\nb: &x 2\nc: *x\n',
  'a: *nope\n',
  '&a\nx: 1\n',
  '- &a\n  x: 1\n- *a\n',
  'a: {<<: {b: 1}, c: 2}\n',
  '<<: 1\n',
  'a: &x\nb: *x\n',
  '&a [&a x, *a]\n',
  'a: &\nb: 1\n',
  'a: !!str 1\nb: !!int "1"\nc: !!null ""\nd: !!bool "true"\ne: !!float 1.0\nf: !!map {}\ng: !!seq []\n',
  'a: !Foo 1\nb: !Foo {x: 1}\nc: ! 1\nd: !!int x\ne: !!float 1\n',
  'a: !<tag:yaml.org,2002:str> 1\n',
  '%TAG !e! tag:e,2000:\n---\na: !e!x 1\n',
  'a: !e!x 1\n',
  '%YAML 1.2\n---\na: 1\n',
  '%YAML 1.2\na: 1\n',
  '%FOO bar\n---\na: 1\n',
  'a: !!str\nb: !!str\n',
  '!!map\na: 1\n',
  'a: ! [1]\n',
  'a: !!s%74r 1\n',
  'a: !!in%74 "1"\n',
  'a: !!%e1 1\n',
  // Line ends, marks, tabs.
  '\ufeffa: 1\n',
  'a: 1\r\nb:\r\n  - 2\r\n  - "x\r\n    y"\r\n',
  'a:\t1\n',
  'a:\n\tb: 1\n',
  '\ta: 1\n',
  'a:\n  \tb\n',
  '-\ta: 1\n',
  '- a\t\n',
  'a: 1\n\t\nb: 2\n',
  '\t{a: 1}\n',
  'a: [\n\t1\n ]\n',
  'a: x\n \ty\n',
  // Errors.
  'a: 1\na: 2\n',
  '{a: 1, a: 2}\n',
  '1: a\n1.0: b\n',
  '1: a\n"1": b\n',
  'a: b: c\n',
  'a: - b\n',
  'a: "x\nb: 1\n',
  "a: 'x\n",
  'a: [1\nb: 2\n',
  'a: {x: 1\n',
  'a: ]\n',
  '[1, , 2]\n',
  '[,]\n',
  '[1 2\n 3: 4]\n',
  'a: @x\n',
  'a: `x`\n',
  'a: %x\n',
  'a\nb: 1\n',
  'a: 1\nb\n',
  'a: 1\n b: 2\n',
  'a:\n    b: 1\n  c: 2\n',
  'a:1\nb:2\n',
  '- a\nb: 1\n',
  'a: 1\n- b\n',
  'a: "\\q"\n',
  'a: "x" y\n',
  'a: "x"# y\n',
  'a: [x]y\n',
  'a: |x\n  y\n',
  'a: |\n   \n  x\n',
  '--- a: 1\n',
  '--- - a\n',
  '&a - x\n',
  'a: &a - x\n',
  'a: &x *x\n',
  'a: !x !y 1\n',
  '- [a\n- b]\n',
  '[a]: 1\n',
  '{a: [b}\n',
  'x: [a]]\n',
  '"a\n b": 1\n',
  '{"a\n b": 1}\n',
  '["a\n b": 1]\n',
  // Texts that other parsers read in another way.
  '[? ?]\n',
  '{a: ?}\n',
  '|\n \n# x\n',
  'a: &x\n |2\n # y\n',
  'a: x\n # c\n y\n',
  'a: &x 1\n---\n*x\n',
  '%TAG ! x\n%TAG ! x\n---\na: 1\n',
  '%TAG !*ax\n---\na: 1\n',
  '%\n---\na: 1\n',
  '!<!<x> a\n',
  '&\u000b a\n',
];

const collectionKeys =
  'a list or mapping is a key, for which `yaml` invents a text';
const escapedTags = 'the reader decodes no escapes in tags';
const expected = new Map([
  ['a: {{ x }}\n', collectionKeys],
  ['? - a\n: - b\n', collectionKeys],
  ['[a]: 1\n', collectionKeys],
  ['a: !!in%74 "1"\n', escapedTags],
  ['a: !!%e1 1\n', escapedTags],
]);

export const corpus = texts.map(text => ({
  text,
  differs: expected.get(text),
}));

const hasCollectionKey = ([kind, value]) =>
  (kind === 'list' && value.some(hasCollectionKey)) ||
  (kind === 'map' &&
    value.some(
      ([key, v]) =>
        ['list', 'map'].includes(key[0]) ||
        hasCollectionKey(key) ||
        hasCollectionKey(v),
    ));

const isRejected = documents => documents.some(document => document.error);

/** Whether only the reader rejects, with this message. */
const onlyOurs = (message, ours, theirs) =>
  !isRejected(theirs) && ours.some(document => message.test(document.message));

/** Whether only `yaml` rejects, with this code. */
const onlyTheirs = (code, ours, theirs) =>
  !isRejected(ours) && theirs.some(({ error }) => error && code.test(error));

/** The known differences of mutated texts. `ours` and `theirs` are lists of documents. */
export const differences = [
  {
    reason: 'both reject a document, but separate the rest differently',
    applies: (_, ours, theirs) => isRejected(ours) && isRejected(theirs),
  },
  {
    reason: collectionKeys,
    applies: (_, ours) =>
      ours.some(document => document.value && hasCollectionKey(document.value)),
  },
  {
    reason: 'a single CR ends a line in YAML and in editors, but not in `yaml`',
    applies: text => /\r(?!\n)/.test(text),
  },
  {
    reason:
      'a single surrogate (`\\ud83d`) is not a character: U+FFFD replaces it',
    applies: text => /\\u[dD][89a-fA-F]/.test(text),
  },
  {
    reason: '`yaml` rejects some lines that contain only tabs',
    applies: (text, ours) =>
      /\n *\t[ \t]*(\r?\n|$)/.test(text) && !isRejected(ours),
  },
  {
    reason: 'a collection cannot begin after a tab',
    applies: (_, ours) => ours.some(document => document.error === 'Tab'),
  },
  {
    reason: '`yaml` cannot read a list after a byte order mark',
    applies: text => /^\ufeff\s*-/.test(text),
  },
  {
    reason: 'directives without a document are rejected, not ignored',
    applies: (text, ours) => /^\ufeff?%/m.test(text) && isRejected(ours),
  },
  {
    reason: 'a byte order mark may begin a file, but not another document',
    applies: text => text.lastIndexOf('\ufeff') > 0,
  },
  {
    reason:
      '`yaml` accepts a stray `:`, or drops the text after a `?`; YAML 1.2.2 rejects both',
    applies: (text, ours, theirs) =>
      isRejected(ours) &&
      !isRejected(theirs) &&
      (/"":/.test(JSON.stringify(theirs)) || /\? /.test(text)),
  },
  {
    reason: escapedTags,
    applies: text => /!\S*%/.test(text),
  },
  {
    reason: '`yaml` accepts a `:` on the line after its key',
    applies: (_, ours, theirs) =>
      onlyOurs(/`:` is missing|spans more than one line/, ours, theirs),
  },
  {
    reason: '`yaml` accepts a tag `!` without a space before the value',
    applies: (text, ours, theirs) =>
      /!["'[{]/.test(text) && onlyOurs(/after a value/, ours, theirs),
  },
  {
    reason: '`yaml` accepts a missing quote behind an escaped quote',
    applies: (text, ours, theirs) =>
      /''|\\"/.test(text) && onlyOurs(/is not closed/, ours, theirs),
  },
  {
    reason:
      '`yaml` counts the anchor or tag of an empty key as one of its mapping',
    applies: (text, ours, theirs) =>
      /[&!]\S+ *\n *[&!]\S+ +:/.test(text) &&
      onlyTheirs(/^MULTIPLE_(ANCHORS|TAGS)/, ours, theirs),
  },
  {
    reason: '`yaml` reads a `...` at the end of a line in brackets as a marker',
    applies: (text, ours, theirs) =>
      /\S *\.\.\.\n[#,]/.test(text) &&
      onlyTheirs(/^(MISSING_CHAR|UNEXPECTED_TOKEN)/, ours, theirs),
  },
];
