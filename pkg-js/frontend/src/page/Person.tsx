import { EntityRefLink } from '@backstage/plugin-catalog-react';

/** A link to a user, or the name of a caller without an entity, such as a plugin. */
export function Person({ name }: { name: string }) {
  return name.startsWith('user:') ? (
    <EntityRefLink entityRef={name} defaultKind="user" />
  ) : (
    <>{name}</>
  );
}
