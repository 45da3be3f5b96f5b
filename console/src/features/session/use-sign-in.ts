/** The sign-in form's state: profiles, validation, the attempt itself. */
import { useCallback, useEffect, useState } from 'react';
import { type FieldErrors, type Resolver, useForm } from 'react-hook-form';
import { useMessages } from '@/i18n';
import type { ServerProfile } from '@/platform';
import { usePlatform } from '@/platform/context';
import { useSession } from './session';
import { type SignInFailure, type SignInForm, signInFailure, signInSchema } from './sign-in-form';

const DEFAULT_SERVER = 'http://127.0.0.1:8000';

function useProfiles() {
  const platform = usePlatform();
  const [profiles, setProfiles] = useState<readonly ServerProfile[]>([]);
  const reload = useCallback(() => {
    platform.profiles().then(setProfiles, (cause: unknown) => console.warn('profiles could not be read', cause));
  }, [platform]);
  useEffect(reload, [reload]);
  const remove = (name: string) => {
    platform.removeProfile(name).then(reload, (cause: unknown) => console.warn('profile could not be removed', cause));
  };
  return { profiles, remove };
}

function resolverFor(schema: ReturnType<typeof signInSchema>): Resolver<SignInForm> {
  return (values) => {
    const parsed = schema.safeParse(values);
    if (parsed.success) return { values: parsed.data, errors: {} };
    const errors: FieldErrors<SignInForm> = {};
    for (const issue of parsed.error.issues) {
      const field = issue.path[0] as keyof SignInForm;
      errors[field] ??= { type: 'validation', message: issue.message };
    }
    return { values: {}, errors };
  };
}

/** The host of a server address names its profile. */
function profileName(server: string): string {
  return new URL(server).host;
}

export function useSignIn() {
  const messages = useMessages().signIn;
  const platform = usePlatform();
  const session = useSession();
  const [failure, setFailure] = useState<SignInFailure | null>(null);
  const { profiles, remove } = useProfiles();
  const form = useForm<SignInForm>({
    resolver: resolverFor(signInSchema(messages)),
    defaultValues: {
      server: session.state?.server ?? DEFAULT_SERVER,
      email: session.state?.email ?? '',
      password: '',
      totpCode: '',
    },
  });
  const { setValue, getFieldState } = form;

  useEffect(() => {
    const [first] = profiles;
    if (first && !session.state?.server && !getFieldState('server').isDirty) setValue('server', first.url);
  }, [profiles, session.state?.server, setValue, getFieldState]);

  const submit = form.handleSubmit(async ({ totpCode, ...values }) => {
    setFailure(null);
    const server = values.server.replace(/\/+$/, '');
    try {
      const answer = await session.signIn({ ...values, server, ...(totpCode ? { totpCode } : {}) });
      if (!answer.isSystemAdmin) {
        setFailure({ text: messages.errors.notAdmin, detail: null });
        return;
      }
      await platform.saveProfile({ name: profileName(server), url: server });
    } catch (cause) {
      setFailure(signInFailure(cause, messages));
      form.setFocus('password');
    }
  });
  return { form, submit, failure, profiles, removeProfile: remove };
}
