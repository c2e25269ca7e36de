import { RotateCcw } from 'lucide-react';
import type { ReactElement } from 'react';
import { commandLine } from '../../api/command-line.ts';
import { useRead, useWrite } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';
import { say } from '../../shell/toast.tsx';
import { Action } from '../../ui/action.tsx';
import { Command, CopyButton } from '../../ui/copy.tsx';
import { Drawer } from '../../ui/drawer.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { Result } from '../../ui/result.tsx';
import { count, Time } from '../../ui/time.tsx';
import explain from '../explain/explain.module.css';
import { useWriters } from './use-writers.ts';

interface HistoryProps {
  readonly scope: string;
  readonly secretKey: string;
  readonly onClose: () => void;
}

/** The versions of a secret; an earlier one can be made current again, unseen. */
export function HistoryDrawer({ scope, secretKey: key, onClose }: HistoryProps): ReactElement {
  const organization = useOrganization();
  const versions = useRead('secrets.versions', { scope, key });
  const { mutate, error, isPending } = useWrite('secrets.restore');
  const writerOf = useWriters();
  return (
    <Drawer
      label={`History of ${key}`}
      title={
        <>
          History of <code>{key}</code>
        </>
      }
      onClose={onClose}
    >
      {error === null ? undefined : <ErrorNotice error={error} />}
      <Result of={versions} what="the versions">
        {(data) => (
          <ol className={explain['list']} style={{ gap: 8 }}>
            {data.versions.map(({ version, createdAt, current, readable }) => {
              const written = writerOf(scope, key, version);
              return (
                <li key={version} className={`${explain['candidate']} ${current ? explain['winner'] : ''}`}>
                  <span className={explain['rank']}>{version}</span>
                  <span>
                    {current ? <strong>Current. </strong> : ''}
                    {createdAt === undefined ? '' : <Time at={createdAt} />}
                    {written === undefined ? '' : ` by ${written.actor}`}
                  </span>
                  <span className={explain['facts']}>
                    {written?.bytes === undefined ? '' : count(written.bytes, 'byte')}
                    {readable ? '' : ' cannot be read any more'}
                  </span>
                  {current || !readable ? undefined : (
                    <div style={{ gridColumn: 2 }}>
                      <Action
                        operation="secrets.restore"
                        input={{ scope, key, version }}
                        disabled={isPending}
                        onClick={() => {
                          mutate(
                            { scope, key, version },
                            {
                              onSuccess: (receipt) => {
                                say(`Restored version ${version} of ${key} as version ${receipt.version}.`);
                              },
                            },
                          );
                        }}
                      >
                        <RotateCcw aria-hidden />
                        Restore version {version}
                      </Action>
                      <CopyButton
                        text={commandLine(organization, 'secrets.restore', { scope, key, version })}
                        label="Copy command"
                        of={`for version ${version}`}
                      />
                    </div>
                  )}
                </li>
              );
            })}
          </ol>
        )}
      </Result>
      <Command text={commandLine(organization, 'secrets.versions', { scope, key })} />
    </Drawer>
  );
}
