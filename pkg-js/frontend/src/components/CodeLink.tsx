import { Link } from '@backstage/ui';

/** A page outside of the portal opens in a tab of its own. */
export const target = (url: string) =>
  url.startsWith('/') ? {} : { target: '_blank', rel: 'noreferrer' };

/** A code, as a link where it has a page. */
export function CodeLink({ name, url }: { name: string; url?: string }) {
  return url ? (
    <Link href={url} {...target(url)}>
      {name}
    </Link>
  ) : (
    <>{name}</>
  );
}
