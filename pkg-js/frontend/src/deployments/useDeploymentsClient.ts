import {
  discoveryApiRef,
  fetchApiRef,
  useApi,
} from '@backstage/core-plugin-api';
import { useMemo } from 'react';
import { DeploymentsClient } from './client';

/** The client of the backend plugin's API. */
export function useDeploymentsClient(): DeploymentsClient {
  const discovery = useApi(discoveryApiRef);
  const fetchApi = useApi(fetchApiRef);
  return useMemo(
    () => new DeploymentsClient(discovery, fetchApi),
    [discovery, fetchApi],
  );
}
