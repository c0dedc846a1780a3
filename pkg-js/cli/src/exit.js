// @ts-check
// Exit codes, as linters use them.

/** No findings. */
const CLEAN = 0;
/** Findings. */
const FINDINGS = 1;
/** Wrong use, or a file that cannot be read or written. */
const TROUBLE = 2;

/** A reason to end without a check. */
class Trouble extends Error {}

module.exports = { CLEAN, FINDINGS, TROUBLE, Trouble };
