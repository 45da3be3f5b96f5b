/** Sign-in: which server, who, and a clear word when it fails (CON-1). */
import { CircleAlert, KeyRound, Server, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '@/components/button';
import { Field, Input } from '@/components/field';
import { Wordmark } from '@/components/wordmark';
import { useMessages } from '@/i18n';
import type { ServerProfile } from '@/platform';
import { useSession } from './session';
import type { SignInFailure } from './sign-in-form';
import { useSignIn } from './use-sign-in';

function Profiles({
  profiles,
  onPick,
  onRemove,
}: {
  profiles: readonly ServerProfile[];
  onPick: (url: string) => void;
  onRemove: (name: string) => void;
}) {
  const messages = useMessages().signIn;
  if (profiles.length === 0) return null;
  return (
    <ul aria-label={messages.savedServers} className="flex flex-wrap gap-1.5">
      {profiles.map((profile) => (
        <li key={profile.name} className="flex items-center rounded-full border border-line bg-sunken text-xs">
          <button
            type="button"
            className="flex items-center gap-1.5 rounded-full py-1 pr-1 pl-2.5 text-ink-soft hover:text-ink"
            onClick={() => onPick(profile.url)}
          >
            <Server aria-hidden className="size-3" />
            {profile.name}
          </button>
          <button
            type="button"
            className="grid size-6 place-items-center rounded-full text-ink-faint hover:text-ink"
            aria-label={messages.removeServer(profile.name)}
            onClick={() => onRemove(profile.name)}
          >
            <X aria-hidden className="size-3" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Failure({ failure }: { failure: SignInFailure }) {
  return (
    <div
      role="alert"
      data-testid="sign-in-failure"
      className="flex items-start gap-2 rounded-md bg-exceeded-soft px-3 py-2 text-sm text-exceeded-ink"
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div>
        <p>{failure.text}</p>
        {failure.detail && <p className="text-xs">{failure.detail}</p>}
      </div>
    </div>
  );
}

function SignInFields() {
  const messages = useMessages().signIn;
  const { form, submit, failure, profiles, removeProfile } = useSignIn();
  const { register, formState, setValue } = form;
  const { errors, isSubmitting } = formState;
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {failure && <Failure failure={failure} />}
      <Field label={messages.server} hint={messages.serverHint} error={errors.server?.message}>
        <Input
          className="h-9"
          inputMode="url"
          autoComplete="url"
          spellCheck={false}
          data-testid="sign-in-server"
          {...register('server')}
        />
      </Field>
      <Profiles
        profiles={profiles}
        onPick={(url) => setValue('server', url, { shouldDirty: true, shouldValidate: true })}
        onRemove={removeProfile}
      />
      <Field label={messages.email} error={errors.email?.message}>
        <Input
          className="h-9"
          type="email"
          autoComplete="username"
          data-testid="sign-in-email"
          {...register('email')}
        />
      </Field>
      <Field label={messages.password} error={errors.password?.message}>
        <Input
          className="h-9"
          type="password"
          autoComplete="current-password"
          data-testid="sign-in-password"
          {...register('password')}
        />
      </Field>
      <Field label={messages.code} hint={messages.codeHint} error={errors.totpCode?.message}>
        <Input
          className="h-9 max-w-56"
          autoComplete="one-time-code"
          data-testid="sign-in-code"
          {...register('totpCode')}
        />
      </Field>
      <Button
        type="submit"
        variant="primary"
        size="lg"
        busy={isSubmitting}
        data-testid="sign-in-submit"
        className="mt-1"
      >
        {isSubmitting ? messages.submitting : messages.submit}
      </Button>
    </form>
  );
}

export function SignInScreen({ preferences }: { preferences: ReactNode }) {
  const messages = useMessages().signIn;
  const { state, reason } = useSession();
  return (
    <main className="grid min-h-full grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
      <div
        aria-hidden
        className="relative flex flex-col justify-between overflow-hidden bg-sidebar p-10 text-sidebar-ink"
      >
        <Wordmark />
        <div className="flex flex-col gap-8">
          <p className="max-w-sm font-display text-2xl leading-snug text-balance">{messages.tagline}</p>
          <Ledger />
        </div>
      </div>
      <div className="flex flex-col overflow-y-auto px-8 py-6">
        <div className="self-end">{preferences}</div>
        <div className="m-auto w-full max-w-sm py-6">
          <h1 className="font-display text-3xl font-semibold tracking-[-0.01em]">{messages.title}</h1>
          <p className="mt-1 mb-6 text-sm text-ink-faint">{messages.subtitle}</p>
          {reason === 'ended' && (
            <p
              role="status"
              data-testid="session-ended"
              className="mb-4 rounded-md bg-warning-soft px-3 py-2 text-sm text-warning-ink"
            >
              {messages.sessionEnded}
            </p>
          )}
          <SignInFields />
          <p className="mt-6 flex items-start gap-2 text-xs text-ink-faint">
            <KeyRound aria-hidden className="mt-0.5 size-3.5 shrink-0" />
            {state?.tokenStore === 'keychain' ? messages.keychain : messages.encryptedFile}
          </p>
        </div>
      </div>
    </main>
  );
}

/** Ruled lines with bars of quota on them: a ledger, drawn. */
const BARS = [62, 88, 41, 97, 73, 54, 100, 35, 81, 67] as const;

function Ledger() {
  return (
    <svg viewBox="0 0 400 320" className="w-full max-w-md" role="presentation">
      {BARS.map((value, index) => {
        const y = 12 + index * 32;
        const fill = value >= 100 ? '#e5695c' : value >= 95 ? '#ee8b45' : value >= 80 ? '#e0ac35' : '#62c79e';
        return (
          <g key={value}>
            <line x1="0" x2="400" y1={y + 14} y2={y + 14} stroke="#24423a" />
            <rect x="0" y={y} width="400" height="5" rx="2.5" fill="#1a352c" />
            <rect x="0" y={y} width={value * 4} height="5" rx="2.5" fill={fill} opacity="0.9" />
          </g>
        );
      })}
    </svg>
  );
}
