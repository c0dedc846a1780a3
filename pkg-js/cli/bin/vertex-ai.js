#!/usr/bin/env node
const { command } = require('../src/command.js');

command(process.argv.slice(2)).then(code => {
  process.exitCode = code;
});
