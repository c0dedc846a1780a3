import {
  createRouteRef,
  createSubRouteRef,
  useRouteRef,
} from '@backstage/core-plugin-api';

/** The tab on the entity page. */
export const contentRouteRef = createRouteRef({ id: 'vertex-ai:content' });

/** The page of one deployment, below the tab. */
export const deploymentRouteRef = createSubRouteRef({
  id: 'vertex-ai:deployment',
  parent: contentRouteRef,
  path: '/deployments/:id',
});

/** The path of the tab on the entity page that is shown; `undefined` in an app without the tab. */
export function useContentPath(): string | undefined {
  try {
    return useRouteRef(contentRouteRef)();
  } catch {
    return undefined;
  }
}
