// @ts-check
// The command line: what was asked for, and the exit code.
const { parseArgs } = require('node:util');
const { CLEAN, TROUBLE, Trouble } = require('./exit.js');

const HELP = `Checks the Vertex AI annotations of Backstage entities.

  vertex-ai check PATH…

A PATH is a file, a folder (its *.yaml, *.yml and *.json, without node_modules, dist and hidden folders), a glob in quotes,
or - for standard input.

  --fix                  mend what can be mended, in the files themselves
  --format FORMAT        text (default), json, sarif, github or markdown
  --output FILE          write there, not to standard output
  --fail-on SEVERITY     error (default), warning or never
  --config FILE          read vertexAi.rules there; default: app-config.yaml, where there is one
  --no-config            read no configuration
  --stdin-filename NAME  what findings call standard input
  --color, --no-color    default: where the output is a terminal; NO_COLOR and FORCE_COLOR are heeded
  --quiet                print findings only, no summary
  --help, --version

Exit codes: 0 nothing is wrong, 1 findings, 2 wrong use, or a file that cannot be read or written.
`;

const OPTIONS = /** @type {const} */ ({
  fix: { type: 'boolean' },
  format: { type: 'string' },
  output: { type: 'string' },
  'fail-on': { type: 'string' },
  config: { type: 'string' },
  'no-config': { type: 'boolean' },
  'stdin-filename': { type: 'string' },
  color: { type: 'boolean' },
  'no-color': { type: 'boolean' },
  quiet: { type: 'boolean' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
});

/**
 * @param {string[]} parameters
 * @returns {Promise<number>} the exit code
 */
async function command(parameters) {
  try {
    return await run(parameters);
  } catch (/** @type {any} */ error) {
    const isExpected = error instanceof Trouble || error.name === 'CoreError';
    process.stderr.write(
      `vertex-ai: ${isExpected ? error.message : error.stack}\n`,
    );
    return TROUBLE;
  }
}

/** @param {string[]} parameters */
async function run(parameters) {
  const { values, positionals } = parsed(parameters);
  if (values.help) {
    process.stdout.write(HELP);
    return CLEAN;
  }
  if (values.version) {
    const { version } = require('../package.json');
    process.stdout.write(`${version}\n`);
    return CLEAN;
  }
  const [name, ...paths] = positionals;
  if (name !== 'check') {
    const what = name === undefined ? 'no command' : `no command \`${name}\``;
    throw new Trouble(`there is ${what}: see \`vertex-ai --help\``);
  }
  if (paths.length === 0) {
    throw new Trouble(
      'no PATH is named: `vertex-ai check .` checks all there is',
    );
  }
  if (values.fix && paths.includes('-')) {
    throw new Trouble('`--fix` mends files; standard input is none');
  }
  if (values.config !== undefined && values['no-config']) {
    throw new Trouble('`--config` and `--no-config` contradict each other');
  }
  // Loads the core; help and mistakes need none.
  const { check } = require('./check.js');
  return check({
    paths,
    fix: values.fix ?? false,
    format: values.format,
    failOn: values['fail-on'],
    output: values.output,
    config: values['no-config'] ? false : values.config,
    stdinName: values['stdin-filename'] ?? '<stdin>',
    color: wantsColor(values),
    summary: !values.quiet,
  });
}

/** @param {string[]} parameters */
function parsed(parameters) {
  try {
    return parseArgs({
      args: parameters,
      options: OPTIONS,
      allowPositionals: true,
    });
  } catch (/** @type {any} */ error) {
    // Its first sentence says what; the rest is advice about dashes.
    throw new Trouble(
      `${error.message.split('. ')[0]}: see \`vertex-ai --help\``,
    );
  }
}

/** @param {{ color?: boolean, 'no-color'?: boolean, output?: string }} values */
function wantsColor(values) {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (values['no-color']) return false;
  if (values.color) return true;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0';
  return values.output === undefined && process.stdout.isTTY && TERM !== 'dumb';
}

module.exports = { command };
