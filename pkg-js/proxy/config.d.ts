export interface Config {
  /** Vertex AI through the portal's proxy. */
  vertexAi?: {
    /** The Google projects that may be called. Anything else is refused. */
    projects: Array<{
      /** Project id, e.g. `acme-ml`. */
      project: string;
      /** Project number, where callers may name the project by it. */
      number?: string;
      /** Locations that may be called, e.g. `us-central1`. Left out: all. */
      locations?: string[];
    }>;
    identity: {
      /**
       * The workload identity provider that trusts this portal:
       * `//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`.
       */
      audience: string;
      /**
       * The issuer of the portal's assertions, as Google reaches it. Left out: `backend.baseUrl` + `/api/proxy/vertex-ai`.
       */
      issuer?: string;
      /** The service account to impersonate. Left out: users' identities are granted access directly. */
      serviceAccount?: string;
      /** Lifetime of an impersonated token, in seconds, 60 to 3600. Left out: 900. */
      tokenLifetimeSeconds?: number;
    };
    access?: {
      /**
       * Whom people are told to ask for rights, besides those whom a project's policy names: entity refs of users and groups, or
       * any words, e.g. `the cloud team, in #cloud`.
       */
      grantors?: string[];
    };
    /** Sends every Google call to an emulator instead. Loopback addresses only. */
    emulator?: {
      /** E.g. `http://127.0.0.1:8085`. */
      url: string;
    };
  };
}
