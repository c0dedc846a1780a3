// @ts-check
// The command line: options, and the exit code.
const { parseArgs } = require('node:util');
const { CLEAN, TROUBLE, Trouble } = require('./exit.js');

const HELP = `Checks the Vertex AI annotations of Backstage entities.

  vertex-ai check PATH…

A PATH is a file, a folder (its *.yaml, *.yml and *.json, without node_modules, dist and hidden folders), a glob in quotes,
or - for standard input. A file of a folder or a glob is checked if it mentions a Vertex AI annotation.

  --fix                  apply fixes to the files
  --format FORMAT        text (default), json, sarif, github or markdown
  --output FILE          write to a file, not to standard output
  --fail-on SEVERITY     error (default), warning or never
  --config FILE          read vertexAi.rules from a file; default: app-config.yaml, if it exists
  --no-config            read no configuration
  --stdin-filename NAME  name of standard input in findings
  --color, --no-color    default: colours at a terminal; NO_COLOR and FORCE_COLOR are respected
  --quiet                print findings without totals
  --help, --version

Exit codes: 0 no findings, 1 findings, 2 wrong use, or a file that cannot be read or written.

The package is not published yet: "cargo xtask pack" in a checkout writes it to target/npm/.
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
    const what =
      name === undefined
        ? 'the command is missing'
        : `the command \`${name}\` does not exist`;
    throw new Trouble(`${what}: see \`vertex-ai --help\``);
  }
  if (paths.length === 0) {
    throw new Trouble(
      'a PATH is missing: `vertex-ai check .` checks the current folder',
    );
  }
  if (values.fix && paths.includes('-')) {
    throw new Trouble('`--fix` cannot be used with standard input');
  }
  if (values.config !== undefined && values['no-config']) {
    throw new Trouble('`--config` and `--no-config` exclude each other');
  }
  // Loads the core, which help and wrong use do not need.
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
    // The first sentence names the mistake; the others are advice about dashes.
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
