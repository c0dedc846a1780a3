/** The entity that the tests deploy. */
export const entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'fraud-detector',
    annotations: {
      'google.com/vertex-ai-project': 'acme-ml',
      'google.com/vertex-ai-location': 'us-central1',
      'google.com/vertex-ai-endpoint': 'fraud-detector',
      'google.com/vertex-ai-model': 'fraud-detector@3',
    },
  },
};

/** The service account that the next entity runs as. */
export const account = 'fraud-serving@acme-ml.iam.gserviceaccount.com';

/** The same deployment, as a service account. */
export const servingEntity = {
  ...entity,
  metadata: {
    ...entity.metadata,
    annotations: {
      ...entity.metadata.annotations,
      'google.com/vertex-ai-service-account': account,
    },
  },
};
