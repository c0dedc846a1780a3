import { ProxiedSignInPage } from '@backstage/core-components';
import type { IdentityApi } from '@backstage/core-plugin-api';
import type { SignInPageProps } from '@backstage/plugin-app-react';
import {
  Button,
  Card,
  CardBody,
  CardFooter,
  Container,
  Flex,
  Text,
} from '@backstage/ui';
import { useState } from 'react';

/** A user of the demo's catalog, and the auth provider that signs them in. */
interface DemoUser {
  provider: string;
  name: string;
  description: string;
}

const USERS: DemoUser[] = [
  {
    provider: 'guest',
    name: 'Guest',
    description: 'Member of the machine learning team. Can deploy models.',
  },
  {
    provider: 'demo-analyst',
    name: 'Analyst',
    description:
      'Member of the viewers. Sees what serves, cannot deploy, and can request access.',
  },
  {
    provider: 'demo-admin',
    name: 'Admin',
    description:
      'Member of the cloud admins, whom the access card names as the people who grant access.',
  },
];

/** The provider of the last sign-in, so that a reload keeps the user. Not a secret. */
const STORAGE_KEY = 'acme-portal/sign-in-provider';

const lastUser = () =>
  USERS.find(({ provider }) => provider === localStorage.getItem(STORAGE_KEY));

/** Forgets the user when they sign out, so that the list of users shows again. */
const forgetOnSignOut = (identity: IdentityApi): IdentityApi => ({
  getProfileInfo: () => identity.getProfileInfo(),
  getBackstageIdentity: () => identity.getBackstageIdentity(),
  getCredentials: () => identity.getCredentials(),
  signOut: async () => {
    localStorage.removeItem(STORAGE_KEY);
    await identity.signOut();
  },
});

/** The demo's sign-in page: a list of users, no passwords. */
export function SignInPage({ onSignInSuccess }: SignInPageProps) {
  const [user, setUser] = useState(lastUser);
  const choose = (chosen: DemoUser) => {
    localStorage.setItem(STORAGE_KEY, chosen.provider);
    setUser(chosen);
  };
  const forget = () => {
    localStorage.removeItem(STORAGE_KEY);
    setUser(undefined);
  };

  if (user) {
    return (
      <ProxiedSignInPage
        provider={user.provider}
        onSignInSuccess={identity => onSignInSuccess(forgetOnSignOut(identity))}
        ErrorComponent={({ error }) => (
          <SignInFailed name={user.name} error={error} onBack={forget} />
        )}
      />
    );
  }
  return (
    <Container>
      <Flex direction="column" gap="4" py="6">
        <Text as="h1" variant="title-medium" weight="bold">
          Acme portal
        </Text>
        <Text as="p">
          Choose a user. This demo asks for no password: it reaches a local
          emulator of Google Cloud and nothing else.
        </Text>
        {USERS.map(candidate => (
          <Card key={candidate.provider}>
            <CardBody>
              <Text as="h2" variant="title-x-small" weight="bold">
                {candidate.name}
              </Text>
              <Text as="p">{candidate.description}</Text>
            </CardBody>
            <CardFooter>
              <Button onPress={() => choose(candidate)}>
                {`Sign in as ${candidate.name}`}
              </Button>
            </CardFooter>
          </Card>
        ))}
      </Flex>
    </Container>
  );
}

function SignInFailed(props: { name: string; error?: Error; onBack(): void }) {
  return (
    <Container>
      <Flex direction="column" gap="4" py="6" align="start">
        <Text as="p" role="alert">
          {`Could not sign in as ${props.name}: ${props.error?.message ?? 'unknown error'}`}
        </Text>
        <Button onPress={props.onBack}>Choose another user</Button>
      </Flex>
    </Container>
  );
}
