/** An entity of the catalog that deploys a model, with more annotations. */
export const deploying = (
  annotations: Record<string, string> = {},
  name = 'fraud-detector',
) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name,
    annotations: {
      'google.com/vertex-ai-project': 'acme-ml',
      'google.com/vertex-ai-location': 'us-central1',
      'google.com/vertex-ai-endpoint': name,
      'google.com/vertex-ai-model': 'fraud-detector@3',
      ...annotations,
    },
  },
});

/** A user or group of the catalog, with the groups above it. */
export const member = (kind: string, name: string, ...above: string[]) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind,
  metadata: { name, namespace: 'default' },
  relations: above.map(targetRef => ({
    type: kind === 'User' ? 'memberOf' : 'childOf',
    targetRef,
  })),
});
