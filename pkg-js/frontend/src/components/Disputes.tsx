import type { ClaimsReport } from '@backstage-vertex-ai/core/server';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { EntityRefLinks } from '@backstage/plugin-catalog-react';
import { vertexAiTranslationRef } from '../translation';
import { Finding } from './Findings';

/** The endpoints that an entity claims although they are not its own, and the other entities that claim them. */
export function Disputes({ disputes }: ClaimsReport) {
  return (
    <>
      {disputes.map(({ endpoint, diagnostic, ...rivals }) => (
        <Finding key={endpoint} diagnostic={diagnostic}>
          <Rivals {...rivals} />
        </Finding>
      ))}
    </>
  );
}

function Rivals({ others, hidden }: { others: string[]; hidden: number }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  return (
    <>
      {others.length > 0 && (
        <div>
          {t('disputes.others')}{' '}
          <EntityRefLinks entityRefs={others} hideIcons />
        </div>
      )}
      {hidden > 0 && <div>{t('disputes.hidden', { count: hidden })}</div>}
    </>
  );
}
