import { createFrontendPlugin } from '@backstage/frontend-plugin-api';

/** Shows what serves on Vertex AI. */
export default createFrontendPlugin({ pluginId: 'vertex-ai' });
