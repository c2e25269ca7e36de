import { ChevronRight, Database } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { Link } from 'wouter';
import { useRead } from '../../api/queries.ts';
import { scopeInAddress, usePlaces } from '../../shell/address.ts';
import { problemOf } from '../../api/problem.ts';
import { backendOf, pathOf, treeOf, type ScopeNode } from './scopes.ts';
import styles from './secrets.module.css';
import { useBackendNames } from './use-backend-names.ts';

/** Every backend with its scopes, which are fetched when it is expanded. */
export function ScopeTree({ shown }: { readonly shown: string | undefined }): ReactElement {
  const names = useBackendNames();
  return (
    <>
      {names.map((name) => (
        <BackendNode key={name} name={name} shown={shown} isAlone={names.length === 1} />
      ))}
    </>
  );
}

interface BackendNodeProps {
  readonly name: string;
  readonly shown: string | undefined;
  readonly isAlone: boolean;
}

function BackendNode({ name, shown, isAlone }: BackendNodeProps): ReactElement {
  const [isOpen, setOpen] = useState(
    isAlone || name === 'internal' || (shown !== undefined && backendOf(shown) === name),
  );
  const { data, error, isPending } = useRead('scopes.list', { backend: name }, { enabled: isOpen });
  const nodes = treeOf(name, data?.scopes ?? []);
  return (
    <details
      className={styles['backend']}
      open={isOpen}
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>
        <ChevronRight aria-hidden />
        <Database aria-hidden />
        {name}
      </summary>
      {isOpen && isPending ? <p className={styles['none']}>Asking {name}…</p> : undefined}
      {error === null ? undefined : <p className={styles['gap']}>{problemOf(error).message}</p>}
      {data?.unavailable.map((part) => (
        <p key={part.scopes.join()} className={styles['gap']}>
          {part.scopes.length === 0 ? 'Not known' : `${part.scopes.join(', ')} not known`}: {part.meaning}
        </p>
      ))}
      {data !== undefined && nodes.length === 0 && data.unavailable.length === 0 ? (
        <p className={styles['none']}>No scope yet: make one, or set a secret in one that is not there yet.</p>
      ) : undefined}
      <Level nodes={nodes} shown={shown} />
    </details>
  );
}

function Level({
  nodes,
  shown,
}: {
  readonly nodes: readonly ScopeNode[];
  readonly shown: string | undefined;
}): ReactElement {
  return (
    <ul className={styles['level']}>
      {nodes.map((node) => (
        <li key={node.name}>
          {node.scope === undefined ? undefined : (
            <ScopeLink scope={node.scope} name={node.name} isShown={node.scope === shown} />
          )}
          {node.children.length === 0 ? undefined : <Folder node={node} shown={shown} />}
        </li>
      ))}
    </ul>
  );
}

function Folder({ node, shown }: { readonly node: ScopeNode; readonly shown: string | undefined }): ReactElement {
  const holds = (one: ScopeNode): boolean => one.scope === shown || one.children.some(holds);
  return (
    <details className={styles['folder']} open={node.children.length < 20 || (shown !== undefined && holds(node))}>
      <summary>
        <ChevronRight aria-hidden />
        {node.name}/
      </summary>
      <Level nodes={node.children} shown={shown} />
    </details>
  );
}

interface ScopeLinkProps {
  readonly scope: string;
  readonly name: string;
  readonly isShown: boolean;
}

function ScopeLink({ scope, name, isShown }: ScopeLinkProps): ReactElement {
  const place = usePlaces();
  return (
    <Link
      href={place(`settings/secrets/${scopeInAddress(scope)}`)}
      className={styles['scope']}
      title={`${backendOf(scope)}:${pathOf(scope)}`}
      {...(isShown ? { 'aria-current': 'page' } : {})}
    >
      {name}
    </Link>
  );
}
