import type { ReactElement } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { useSignIn, type SignInProps } from './sign-in.tsx';

/** Signs in again, over a page whose session has ended. */
export default function SignInDialog({ onSignedIn, actor }: SignInProps & { readonly actor: string }): ReactElement {
  const form = useSignIn({ onSignedIn });
  return (
    <Dialog title="Your session has ended" onClose={() => undefined} onSubmit={form.submit} actions={form.button}>
      <p>
        Nothing that you typed on this page is lost. Sign in again to continue; you were <strong>{actor}</strong>.
      </p>
      {form.error === null ? undefined : <ErrorNotice error={form.error} />}
      {form.field}
    </Dialog>
  );
}
