import type { AccessReport } from '@backstage-vertex-ai/core/server';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { vertexAiTranslationRef } from '../translation';
import styles from './VertexAiCard.module.css';

type Ability = AccessReport['abilities'][number];

/** A sign and the key of a word, so that colour is never the only difference. */
function answer({ able }: Ability) {
  if (able === null) return { sign: '?', word: 'abilities.unknown' } as const;
  return able
    ? ({ sign: '✓', word: 'abilities.yes' } as const)
    : ({ sign: '✕', word: 'abilities.no' } as const);
}

/** The actions of a deployment, and whether the user may take each. */
export function Abilities({ abilities }: { abilities: Ability[] }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  return (
    <div className={styles.scroll}>
      <table className={styles.table} aria-label={t('abilities.label')}>
        <thead>
          <tr>
            <th scope="col">{t('abilities.action')}</th>
            <th scope="col">{t('abilities.allowed')}</th>
            <th scope="col">{t('abilities.missing')}</th>
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
                  {t(word)}
                </td>
                <td className={styles.wrap}>
                  {ability.lacking.join(', ') || t('abilities.none')}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
