export interface Config {
  /** Vertex AI through the portal's proxy. */
  vertexAi?: {
    /** Google projects that may be called. All others are refused. */
    projects: Array<{
      /** Project id, e.g. `acme-ml`. */
      project: string;
      /** Project number. Required where callers name the project by its number. */
      number?: string;
      /** Locations that may be called, e.g. `us-central1`. Default: all. */
      locations?: string[];
    }>;
    identity: {
      /**
       * Workload identity provider that trusts this portal:
       * `//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`.
       */
      audience: string;
      /**
       * Issuer of the portal's assertions, as Google reaches it. Default: `backend.baseUrl` + `/api/proxy/vertex-ai`.
       */
      issuer?: string;
      /** Service account to impersonate. Default: none; access is granted to each user's own identity. */
      serviceAccount?: string;
      /** Lifetime of an impersonated token, in seconds, 60 to 3600. Default: 900. */
      tokenLifetimeSeconds?: number;
    };
    access?: {
      /**
       * Who grants access, besides the principals that a project's policy names: entity refs of users and groups, or free text such
       * as `the cloud team, in #cloud`.
       */
      grantors?: string[];
    };
    mandates?: {
      /**
       * Longest time for which a mandate holds, in hours, 1 to 24. Default: 24. A deployment makes its calls under the mandate of the
       * user who started it.
       */
      hours?: number;
      /** Days for which a mandate stays in the database after its expiry, 2 to 3650. Default: 365. */
      retention?: number;
    };
    /**
     * Whether users change models, endpoints and deployments with calls of their own, without a deployment. Default: `deny`.
     */
    directChanges?: 'allow' | 'deny';
    /**
     * Owners of endpoints and models, where labels and annotations do not settle it: two entities claim one, or its labels name an
     * owner that it no longer has. Each entry names an endpoint or a model.
     */
    claims?: Array<{
      /** `projects/PROJECT/locations/LOCATION/endpoints/ENDPOINT` */
      endpoint?: string;
      /** `projects/PROJECT/locations/LOCATION/models/MODEL` */
      model?: string;
      /** Entity ref of the owner, e.g. `component:default/fraud-detector`. */
      entity: string;
    }>;
    /**
     * Name of the portal in the labels of endpoints. Default: host and port of `app.baseUrl`. Keep the old name where the address changes.
     */
    portal?: string;
    /**
     * Whether the catalog has every user of the portal, with their groups. Default: `true`. A mandate ends when the
     * catalog has lacked its user for 10 minutes.
     */
    usersInCatalog?: boolean;
    /** Sends every Google call to an emulator instead. Loopback addresses only. */
    emulator?: {
      /** E.g. `http://127.0.0.1:8085`. */
      url: string;
    };
  };
}
