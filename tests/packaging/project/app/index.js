import { codes } from 'packaging-page';

codes({ entity: { kind: 'A', metadata: { name: 'a', annotations: { 'google.com/vertex-ai-project': 'acme-ml' } } } })
  .catch(error => [`failed: ${error.name}`])
  .then(found => {
    document.title = found.join(' ');
  });
