// The browsers' build of the core, whose WebAssembly lies inside its JavaScript, with names that `import` finds.
import core from '../../pkg-js/core/dist/inline.cjs';

export const { init, status, validate } = core;
