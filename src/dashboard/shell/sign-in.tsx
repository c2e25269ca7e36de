import { useMutation } from '@tanstack/react-query';
import { useEffect, useState, type ReactElement } from 'react';
import type { DashboardSession } from '../../api/dashboard-session.ts';
import type { Problem } from '../api/problem.ts';
import { signIn } from '../api/session.tsx';
import { Button } from '../ui/button.tsx';
import { Command } from '../ui/copy.tsx';
import { TextField } from '../ui/field.tsx';
import { ErrorNotice, Notice } from '../ui/notice.tsx';
import styles from './sign-in.module.css';

export interface SignInProps {
  readonly onSignedIn: (session: DashboardSession) => void;
}

/** Signing in with a token: its field, its button, its error. */
export function useSignIn({ onSignedIn }: SignInProps) {
  const [token, setToken] = useState('');
  const { mutate, error, isPending } = useMutation<DashboardSession, Problem, Parameters<typeof signIn>[0]>({
    mutationFn: signIn,
    gcTime: 0,
    onSuccess: (session) => {
      setToken('');
      onSignedIn(session);
    },
  });
  return {
    mutate,
    error,
    isPending,
    submit: () => {
      mutate({ token: token.trim() });
    },
    field: (
      <TextField
        label="Token"
        type="password"
        isMono
        autoFocus
        value={token}
        onText={setToken}
        note="It is exchanged for a session, and this page does not keep it."
      />
    ),
    button: (
      <Button look="primary" type="submit" disabled={isPending || token.trim() === ''}>
        {isPending ? 'Signing in…' : 'Sign in'}
      </Button>
    ),
  };
}

/** A code that `kici-admin dashboard` has put into the address; it is removed from there at once. */
function takeCode(): string | undefined {
  const code = new URLSearchParams(window.location.hash.slice(1)).get('code') ?? undefined;
  if (code !== undefined) window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return code;
}

/** Shown to visitors without a session. */
export function SignInPage({ onSignedIn, isDown }: SignInProps & { readonly isDown: boolean }): ReactElement {
  const form = useSignIn({ onSignedIn });
  const { mutate } = form;
  useEffect(() => {
    const code = takeCode();
    if (code !== undefined) mutate({ code });
  }, [mutate]);
  return (
    <main className={styles['page']}>
      <title>Sign in · KiCI secrets</title>
      <div className={styles['card']}>
        <div className={styles['brand']}>
          <img src="/icon.svg" alt="" />
          <h1>KiCI secrets</h1>
        </div>
        {isDown ? (
          <Notice look="warn">
            <strong>The orchestrator does not answer.</strong>
            <p>This page continues by itself when it does.</p>
          </Notice>
        ) : undefined}
        {form.error === null || isDown ? undefined : <ErrorNotice error={form.error} />}
        <form
          className={styles['form']}
          onSubmit={(event) => {
            event.preventDefault();
            form.submit();
          }}
        >
          {form.field}
          {form.button}
        </form>
        <div className={styles['other']}>
          <p>On a machine that has a token, this command opens the page signed in:</p>
          <Command text="kici-admin dashboard" />
        </div>
      </div>
    </main>
  );
}
