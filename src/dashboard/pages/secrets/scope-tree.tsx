import { useEffect, useRef, useState, type ReactElement } from 'react';
import { Link } from 'wouter';
import { problemOf } from '../../api/problem.ts';
import { useRead } from '../../api/queries.ts';
import { scopeInAddress, usePlaces } from '../../shell/address.ts';
import { More } from '../../ui/use-some.tsx';
import { Details } from './details.tsx';
import { backendOf, pathOf, smallFolder, treeOf, type ScopeNode } from './scopes.ts';
import { useHolding } from './use-holding.ts';
import styles from './secrets.module.css';

export interface TreeView {
  /** The scope beside the tree. */
  readonly shown: string | undefined;
  /** What the scopes in sight have in their names; empty: anything. */
  readonly text: string;
  /** Brings the shown scope into sight, once for each. */
  readonly reveal: (scope: string, link: HTMLElement) => void;
}

interface ScopesBelowProps extends TreeView {
  readonly backend: string;
  /** A path in the backend; default: everything. */
  readonly folder?: string;
}

const step = 200;

/** The scopes of a backend, or of a folder in it; large folders in it are fetched when they are expanded. */
export function ScopesBelow({ backend, folder, ...view }: ScopesBelowProps): ReactElement {
  const { text, shown } = view;
  const [limit, setLimit] = useState(step);
  const { data, error, isPending, isPlaceholderData } = useRead(
    'scopes.list',
    {
      backend,
      ...(folder !== undefined && { folder }),
      ...(text === '' ? { collapse: smallFolder } : { text }),
      limit,
      cached: 'true',
    },
    { keep: true },
  );
  const rest = data === undefined ? 0 : data.total - data.scopes.length - data.folders.length;
  const beyond = useHolding({ backend, folder, shown: text === '' ? shown : undefined, listed: data });
  return (
    <>
      {isPending ? <p className={styles['none']}>Asking {backend}…</p> : undefined}
      {error === null ? undefined : <p className={styles['gap']}>{problemOf(error).message}</p>}
      {data?.unavailable.map((part) => (
        <p key={part.scopes.join()} className={styles['gap']}>
          {part.scopes.length === 0 ? 'Not known' : `${part.scopes.join(', ')} not known`}: {part.meaning}
        </p>
      ))}
      {data?.total === 0 && data.unavailable.length === 0 ? (
        <p className={styles['none']}>
          {text !== ''
            ? 'No scope of it has that in its name.'
            : folder === undefined
              ? 'No scope yet: make one, or set a secret in one that is not there yet.'
              : 'Nothing is left in it.'}
        </p>
      ) : undefined}
      {data === undefined ? undefined : (
        <Level nodes={treeOf({ backend, folder, ...data })} backend={backend} {...view} />
      )}
      {rest > 0 && !isPlaceholderData ? (
        <More
          rest={rest}
          // Else it would come into sight with what is behind it, and never stop.
          isByHand={beyond !== undefined}
          onMore={() => {
            setLimit(limit + step);
          }}
        />
      ) : undefined}
      {beyond === undefined ? undefined : (
        <Level nodes={treeOf({ backend, folder, ...beyond })} backend={backend} {...view} />
      )}
    </>
  );
}

interface LevelProps extends TreeView {
  readonly nodes: readonly ScopeNode[];
  readonly backend: string;
}

function Level({ nodes, ...rest }: LevelProps): ReactElement {
  return (
    <ul className={styles['level']}>
      {nodes.map((node) => (
        <li key={node.name}>
          {node.scope === undefined ? undefined : (
            <ScopeLink scope={node.scope} name={node.name} isShown={node.scope === rest.shown} reveal={rest.reveal} />
          )}
          {node.children.length === 0 ? undefined : <Folder node={node} {...rest} />}
          {node.large === undefined ? undefined : <Large {...node.large} isAlone={nodes.length === 1} {...rest} />}
        </li>
      ))}
    </ul>
  );
}

function Folder({ node, ...rest }: Omit<LevelProps, 'nodes'> & { readonly node: ScopeNode }): ReactElement {
  const holds = (one: ScopeNode): boolean => one.scope === rest.shown || one.children.some(holds);
  return (
    <Details
      className={styles['folder']}
      isOpen={rest.text !== '' || node.children.length < 20 || (rest.shown !== undefined && holds(node))}
      title={`${node.name}/`}
    >
      <Level nodes={node.children} {...rest} />
    </Details>
  );
}

interface LargeProps extends Omit<LevelProps, 'nodes'> {
  readonly folder: string;
  readonly scopes: number;
  readonly isAlone: boolean;
}

/** A folder whose scopes are fetched when it is expanded. */
function Large({ folder, scopes, isAlone, ...rest }: LargeProps): ReactElement {
  return (
    <Details
      className={styles['folder']}
      isOpen={isAlone || rest.shown?.startsWith(`${rest.backend}:${folder}/`) === true}
      title={
        <>
          {folder.split('/').at(-1)}/ <span className={styles['count']}>{scopes.toLocaleString('en')}</span>
        </>
      }
    >
      <ScopesBelow folder={folder} {...rest} />
    </Details>
  );
}

interface ScopeLinkProps extends Pick<TreeView, 'reveal'> {
  readonly scope: string;
  readonly name: string;
  readonly isShown: boolean;
}

function ScopeLink({ scope, name, isShown, reveal }: ScopeLinkProps): ReactElement {
  const place = usePlaces();
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (isShown && link.current !== null) reveal(scope, link.current);
  }, [isShown, scope, reveal]);
  return (
    <Link
      ref={link}
      href={place(`settings/secrets/${scopeInAddress(scope)}`)}
      className={styles['scope']}
      title={`${backendOf(scope)}:${pathOf(scope)}`}
      {...(isShown ? { 'aria-current': 'page' } : {})}
    >
      {name}
    </Link>
  );
}
