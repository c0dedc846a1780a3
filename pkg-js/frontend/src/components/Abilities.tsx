import type { AccessReport } from '@backstage-vertex-ai/core/server';
import styles from './VertexAiCard.module.css';

type Ability = AccessReport['abilities'][number];

/** A sign and a word, for those who see only one of them. */
function answer({ able }: Ability): { sign: string; word: string } {
  if (able === null) return { sign: '?', word: 'Not known' };
  return able ? { sign: '✓', word: 'Yes' } : { sign: '✕', word: 'No' };
}

/** What the user may do, and what is lacking for the rest. */
export function Abilities({ abilities }: { abilities: Ability[] }) {
  return (
    <div className={styles.scroll}>
      <table className={styles.models} aria-label="What you may do here">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">You may</th>
            <th scope="col">Lacking</th>
          </tr>
        </thead>
        <tbody>
          {abilities.map(ability => {
            const { sign, word } = answer(ability);
            return (
              <tr key={ability.title}>
                <th scope="row">{ability.title}</th>
                <td>
                  <span
                    aria-hidden="true"
                    className={styles.answer}
                    data-able={ability.able}
                  >
                    {sign}
                  </span>{' '}
                  {word}
                </td>
                <td className={styles.wrap}>
                  {ability.lacking.length > 0
                    ? ability.lacking.join(', ')
                    : '–'}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
