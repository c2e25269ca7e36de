import { Database } from 'lucide-react';
import type { ReactElement } from 'react';
import { Details } from './details.tsx';
import { ScopesBelow, type TreeView } from './scope-tree.tsx';
import { backendOf } from './scopes.ts';
import styles from './secrets.module.css';

interface BackendNodeProps extends TreeView {
  readonly name: string;
  readonly isAlone: boolean;
}

/** A backend with its scopes, which are fetched when it is expanded. */
export function BackendNode({ name, isAlone, ...view }: BackendNodeProps): ReactElement {
  return (
    <Details
      className={styles['backend']}
      isOpen={isAlone || name === 'internal' || (view.shown !== undefined && backendOf(view.shown) === name)}
      title={
        <>
          <Database aria-hidden />
          {name}
        </>
      }
    >
      <ScopesBelow key={view.text} backend={name} {...view} />
    </Details>
  );
}
