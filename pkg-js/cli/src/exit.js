// @ts-check
// How the command ends: exit codes as linters have them.

/** Nothing is wrong. */
const CLEAN = 0;
/** Something that was checked is. */
const FINDINGS = 1;
/** Wrong use, or something that cannot be read or written. */
const TROUBLE = 2;

/** What was asked for makes no sense, or cannot be done at all. */
class Trouble extends Error {}

module.exports = { CLEAN, FINDINGS, TROUBLE, Trouble };
