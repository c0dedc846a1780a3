// A seeded source of choices, so that a round can be run again.
import { createHash } from 'node:crypto';

/** Returns choices that depend on the seed alone. */
export function random(seed) {
  let count = 0;
  const next = () => {
    const digest = createHash('sha256').update(`${seed}:${count++}`).digest();
    return digest.readUInt32BE(0) / 2 ** 32;
  };
  const below = limit => Math.floor(next() * limit);
  return {
    chance: share => next() < share,
    pick: list => list[below(list.length)],
    /** A whole number from the first bound on and below the second. */
    between: (from, to) => from + below(to - from),
    shuffled: list => {
      const rest = [...list];
      return list.map(() => rest.splice(below(rest.length), 1)[0]);
    },
  };
}

/**
 * Deals some cards after the first `past` ones. The deck is shuffled, and shuffled again when it is used up, so that each card comes up as
 * often as any other.
 */
export function dealt(seed, deck, past, count) {
  const at = number => {
    const pack = Math.floor(number / deck.length);
    return random(`${seed}:${pack}`).shuffled(deck)[number % deck.length];
  };
  return Array.from({ length: count }, (_, number) => at(past + number));
}
