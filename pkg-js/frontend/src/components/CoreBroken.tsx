import { Alert, Button } from '@backstage/ui';

/** The core could not be loaded, or failed: most often a content security policy that forbids WebAssembly. */
export function CoreBroken(props: { error: Error; onRetry(): void }) {
  return (
    <Alert
      status="danger"
      icon
      title="The Vertex AI card does not work in this browser"
      description={`${props.error.message}. Where the portal sets its own content security policy, script-src must contain 'wasm-unsafe-eval'.`}
      customActions={
        <Button variant="secondary" size="small" onPress={props.onRetry}>
          Try again
        </Button>
      }
    />
  );
}
