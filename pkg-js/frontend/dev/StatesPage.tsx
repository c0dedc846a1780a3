import { EntityProvider } from '@backstage/plugin-catalog-react';
import { Container, Flex, Grid, Link, Text } from '@backstage/ui';
import { useState } from 'react';
import { AccessCard } from '../src/components/AccessCard';
import { VertexAiCard } from '../src/components/VertexAiCard';
import { AnnotationsField } from '../src/fields/AnnotationsField';
import type { Annotations } from '../src/fields/checkAnnotations';
import { entities } from './google';

function Field() {
  const [formData, onChange] = useState<Annotations>();
  const props: any = { formData, onChange, schema: { title: 'Vertex AI' } };
  return <AnnotationsField {...props} />;
}

/** Both cards of each entity, then the form field. */
export function StatesPage() {
  return (
    <Container>
      <Flex direction="column" gap="6" py="4">
        {entities.map(entity => (
          <EntityProvider key={entity.metadata.name} entity={entity}>
            <section>
              <Text as="h2" variant="title-small" weight="bold">
                {entity.metadata.title}{' '}
                <Link
                  href={`/catalog/default/component/${entity.metadata.name}/vertex-ai`}
                >
                  (tab)
                </Link>
              </Text>
              <Grid.Root columns={{ initial: '1', md: '2' }}>
                <VertexAiCard />
                <AccessCard />
              </Grid.Root>
            </section>
          </EntityProvider>
        ))}
        <section>
          <Text as="h2" variant="title-small" weight="bold">
            Form field
          </Text>
          <Field />
        </section>
      </Flex>
    </Container>
  );
}
