import { codes } from 'packaging-page';

codes({ entity: { kind: 'A', metadata: { name: 'a' } } })
  .catch(error => [`failed: ${error.name}`])
  .then(found => {
    document.title = found.join(' ');
  });
