-- Database of the proxy plugin as the first release (commit 768dac4) left it: its migrations, and rows as it wrote them.
CREATE TABLE public.vertex_ai_audit (
    id character varying(255) NOT NULL,
    created_at character varying(255) NOT NULL,
    user_ref character varying(255) NOT NULL,
    ownership text NOT NULL,
    actor character varying(255),
    method character varying(255) NOT NULL,
    resource text NOT NULL,
    reason text,
    outcome character varying(255) NOT NULL,
    http_status integer,
    operation character varying(255),
    error text,
    finished_at character varying(255),
    grant_id character varying(255)
);
CREATE TABLE public.vertex_ai_grants (
    id character varying(255) NOT NULL,
    created_at character varying(255) NOT NULL,
    given_by character varying(255) NOT NULL,
    request text NOT NULL,
    undated text NOT NULL,
    ends_at character varying(255) NOT NULL,
    tries integer NOT NULL,
    next_try_at character varying(255) NOT NULL,
    last_error text,
    done_at character varying(255),
    done_because text
);
CREATE TABLE public.vertex_ai_migrations (
    id integer NOT NULL,
    name character varying(255),
    batch integer,
    migration_time timestamp with time zone
);
CREATE SEQUENCE public.vertex_ai_migrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.vertex_ai_migrations_id_seq OWNED BY public.vertex_ai_migrations.id;
CREATE TABLE public.vertex_ai_migrations_lock (
    index integer NOT NULL,
    is_locked integer
);
CREATE SEQUENCE public.vertex_ai_migrations_lock_index_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.vertex_ai_migrations_lock_index_seq OWNED BY public.vertex_ai_migrations_lock.index;
CREATE TABLE public.vertex_ai_signing_keys (
    kid character varying(255) NOT NULL,
    jwk text NOT NULL,
    expires_at character varying(255) NOT NULL
);
ALTER TABLE ONLY public.vertex_ai_migrations ALTER COLUMN id SET DEFAULT nextval('public.vertex_ai_migrations_id_seq'::regclass);
ALTER TABLE ONLY public.vertex_ai_migrations_lock ALTER COLUMN index SET DEFAULT nextval('public.vertex_ai_migrations_lock_index_seq'::regclass);
INSERT INTO public.vertex_ai_audit VALUES ('served', '2026-11-25T09:00:00.000Z', 'user:default/alice', '["user:default/alice","group:default/ml-team"]', 'plugin:scaffolder', 'aiplatform.projects.locations.endpoints.deployModel', 'projects/acme-ml/locations/us-central1/endpoints/fraud-detector', 'Deploy fraud-detector', 'succeeded', 200, 'projects/acme-ml/locations/us-central1/operations/42', NULL, '2026-11-25T09:00:01.000Z', NULL);
INSERT INTO public.vertex_ai_audit VALUES ('lost', '2026-11-25T09:00:00.000Z', 'user:default/alice', '["user:default/alice","group:default/ml-team"]', NULL, 'aiplatform.projects.locations.endpoints.deployModel', 'projects/acme-ml/locations/us-central1/endpoints/fraud-detector', 'Deploy fraud-detector', 'failed', NULL, NULL, 'Google does not answer: timeout', '2026-11-25T09:00:01.000Z', NULL);
INSERT INTO public.vertex_ai_audit VALUES ('rejected', '2026-11-25T09:00:00.000Z', 'user:default/alice', '["user:default/alice","group:default/ml-team"]', NULL, 'aiplatform.projects.locations.endpoints.deployModel', 'projects/acme-ml/locations/us-central1/endpoints/fraud-detector', 'Deploy fraud-detector', 'failed', 403, NULL, 'PERMISSION_DENIED: no', '2026-11-25T09:00:01.000Z', NULL);
INSERT INTO public.vertex_ai_audit VALUES ('unsent', '2026-11-25T09:00:00.000Z', 'user:default/alice', '["user:default/alice","group:default/ml-team"]', NULL, 'aiplatform.projects.locations.endpoints.deployModel', 'projects/acme-ml/locations/us-central1/endpoints/fraud-detector', 'Deploy fraud-detector', 'unsent', NULL, NULL, 'the caller left', '2026-11-25T09:00:01.000Z', NULL);
INSERT INTO public.vertex_ai_audit VALUES ('killed', '2026-11-25T09:00:00.000Z', 'user:default/alice', '["user:default/alice","group:default/ml-team"]', NULL, 'aiplatform.projects.locations.endpoints.deployModel', 'projects/acme-ml/locations/us-central1/endpoints/fraud-detector', 'Deploy fraud-detector', 'pending', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.vertex_ai_audit VALUES ('granted', '2026-11-25T09:00:00.000Z', 'user:default/admin', '["user:default/alice","group:default/ml-team"]', NULL, 'cloudresourcemanager.projects.setIamPolicy', 'projects/acme-ml', 'Deploy fraud-detector', 'succeeded', 200, NULL, NULL, '2026-11-25T09:00:01.000Z', 'open');
INSERT INTO public.vertex_ai_grants VALUES ('open', '2026-11-25T08:59:00.000Z', 'user:default/admin', '{"principal":"user:default/alice"}', '["projects/acme-ml"]', '2099-12-01T00:00:00.000Z', 0, '2099-12-01T00:00:00.000Z', NULL, NULL, NULL);
INSERT INTO public.vertex_ai_grants VALUES ('failing', '2026-11-25T08:59:00.000Z', 'user:default/admin', '{"principal":"user:default/alice"}', '["projects/acme-ml"]', '2026-11-25T09:30:00.000Z', 2, '2026-11-25T10:00:00.000Z', 'PERMISSION_DENIED: no', NULL, NULL);
INSERT INTO public.vertex_ai_grants VALUES ('done', '2026-11-25T08:59:00.000Z', 'user:default/admin', '{"principal":"user:default/alice"}', '["projects/acme-ml"]', '2099-12-01T00:00:00.000Z', 0, '2099-12-01T00:00:00.000Z', NULL, '2026-11-25T09:40:00.000Z', 'revoked');
INSERT INTO public.vertex_ai_migrations VALUES (1, '20261124_init.js', 1, '2026-11-25 08:00:00+00');
INSERT INTO public.vertex_ai_migrations VALUES (2, '20261125_grants.js', 1, '2026-11-25 08:00:00+00');
INSERT INTO public.vertex_ai_migrations VALUES (3, '20261125_under_grant.js', 1, '2026-11-25 08:00:00+00');
INSERT INTO public.vertex_ai_migrations VALUES (4, '20261125_withdrawn.js', 1, '2026-11-25 08:00:00+00');
INSERT INTO public.vertex_ai_migrations_lock VALUES (1, 0);
INSERT INTO public.vertex_ai_signing_keys VALUES ('key-1', '{"kty":"RSA","kid":"key-1","use":"sig","alg":"RS256","n":"AQAB","e":"AQAB"}', '2099-11-25T09:00:00.000Z');
SELECT pg_catalog.setval('public.vertex_ai_migrations_id_seq', 4, true);
SELECT pg_catalog.setval('public.vertex_ai_migrations_lock_index_seq', 1, true);
ALTER TABLE ONLY public.vertex_ai_audit
    ADD CONSTRAINT vertex_ai_audit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.vertex_ai_grants
    ADD CONSTRAINT vertex_ai_grants_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.vertex_ai_migrations_lock
    ADD CONSTRAINT vertex_ai_migrations_lock_pkey PRIMARY KEY (index);
ALTER TABLE ONLY public.vertex_ai_migrations
    ADD CONSTRAINT vertex_ai_migrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.vertex_ai_signing_keys
    ADD CONSTRAINT vertex_ai_signing_keys_pkey PRIMARY KEY (kid);
CREATE INDEX vertex_ai_audit_created_at_index ON public.vertex_ai_audit USING btree (created_at);
CREATE INDEX vertex_ai_audit_grant_id_index ON public.vertex_ai_audit USING btree (grant_id);
CREATE INDEX vertex_ai_audit_operation_index ON public.vertex_ai_audit USING btree (operation);
CREATE INDEX vertex_ai_grants_done_at_index ON public.vertex_ai_grants USING btree (done_at);
CREATE INDEX vertex_ai_grants_next_try_at_index ON public.vertex_ai_grants USING btree (next_try_at);
CREATE INDEX vertex_ai_signing_keys_expires_at_index ON public.vertex_ai_signing_keys USING btree (expires_at);
