import { FolderPlus } from 'lucide-react';
import { useCallback, useRef, useState, type ReactElement } from 'react';
import { useParams } from 'wouter';
import { useSettled } from '../../api/use-settled.ts';
import { decoded } from '../../shell/address.ts';
import { Action } from '../../ui/action.tsx';
import { SearchField } from '../../ui/field.tsx';
import { Empty } from '../../ui/notice.tsx';
import { TreeHead } from '../../ui/tree-head.tsx';
import { BackendNode } from './backend-node.tsx';
import { NewScopeDialog } from './scope-dialogs.tsx';
import { ScopePage } from './scope-page.tsx';
import { fullScope } from './scopes.ts';
import { useBackendNames, useWholeTree } from './use-backend-names.ts';
import styles from './secrets.module.css';

/** The scopes as a tree, and the secrets of one. */
export default function SecretsPage(): ReactElement {
  const { '*': rest } = useParams<{ '*'?: string }>();
  const [isNew, setNew] = useState(false);
  const [text, setText] = useState('');
  const settled = useSettled(text.trim());
  const names = useBackendNames();
  const wholeTree = useWholeTree();
  const scope = rest === undefined || rest === '' ? undefined : fullScope(decoded(rest));
  const revealed = useRef<string>(undefined);
  const reveal = useCallback((shown: string, link: HTMLElement) => {
    if (revealed.current === shown) return;
    revealed.current = shown;
    link.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <div className={styles['split']} data-shows={scope === undefined ? 'tree' : 'names'}>
      <nav className={styles['tree']} aria-label="Scopes">
        <TreeHead title="Secrets" isAlone={scope === undefined} data={wholeTree}>
          <Action
            look="quiet"
            operation="scopes.create"
            input={{}}
            onClick={() => {
              setNew(true);
            }}
          >
            <FolderPlus aria-hidden />
            New scope
          </Action>
        </TreeHead>
        <div className={styles['filter']}>
          <SearchField
            label={names.length > 1 ? 'Filter open backends' : 'Filter scopes'}
            value={text}
            onText={setText}
          />
        </div>
        {names.map((name) => (
          <BackendNode
            key={name}
            name={name}
            shown={scope}
            text={settled}
            reveal={reveal}
            isAlone={names.length === 1}
          />
        ))}
      </nav>
      <div className={styles['names']}>
        {scope === undefined ? (
          <Empty title="Pick a scope">
            <p>
              A scope is a place in a backend that holds secrets. Environments bind scopes, and a job gets the keys of
              its environment. Pick one on the left to see and set the names in it.
            </p>
          </Empty>
        ) : (
          <ScopePage key={scope} scope={scope} />
        )}
      </div>
      {isNew ? (
        <NewScopeDialog
          onClose={() => {
            setNew(false);
          }}
        />
      ) : undefined}
    </div>
  );
}
