import { useEffect, type ReactElement } from 'react';
import { announce } from '../shell/toast.tsx';

/** The title of the tab, which is also read aloud: nothing else tells who hears the page that another has come. */
export function PageTitle({ title }: { readonly title: string }): ReactElement {
  useEffect(() => {
    announce(title);
  }, [title]);
  return <title>{`${title} · KiCI secrets`}</title>;
}
