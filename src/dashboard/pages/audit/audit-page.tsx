import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import type { ClientOutput } from '../../../api/registry.ts';
import { actorName } from '../../api/actor.ts';
import { commandLine } from '../../api/command-line.ts';
import { useRead } from '../../api/queries.ts';
import { useDrawer, useOrganization } from '../../shell/address.ts';
import { Button } from '../../ui/button.tsx';
import { Command } from '../../ui/copy.tsx';
import { Drawer } from '../../ui/drawer.tsx';
import { SearchField } from '../../ui/field.tsx';
import { Empty, ErrorNotice } from '../../ui/notice.tsx';
import { Page, pageStyles } from '../../ui/page.tsx';
import { Result } from '../../ui/result.tsx';
import { Time } from '../../ui/time.tsx';
import split from '../grid/grid.module.css';
import { visible } from '../../ui/visible.ts';
import styles from './audit.module.css';
import { exportRows } from './export.ts';
import { subjectText } from './subject.ts';
import { Verification } from './verification.tsx';
import { Table } from '../../ui/table.tsx';

type Row = ClientOutput<'audit.list'>['rows'][number];

const pageSize = 200;

const filters = [
  ['operation', 'Operation'],
  ['key', 'Key or variable'],
  ['scope', 'Scope'],
  ['outcome', 'Result'],
  ['job', 'Job id'],
  ['actor', 'Who'],
] as const;

type Filters = Readonly<Partial<Record<(typeof filters)[number][0], string>>>;

/** Who did what, newest first. */
export default function AuditPage(): ReactElement {
  const organization = useOrganization();
  const { shown, open, close } = useDrawer();
  const [texts, setTexts] = useState<Filters>({});
  const [limit, setLimit] = useState(pageSize);
  const given: Filters = Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => (text.trim() === '' ? [] : [[name, text.trim()]])),
  );
  const filter = { limit: Math.min(1_000, limit), ...given };
  const saved = useMutation({ mutationFn: () => exportRows(organization, given) });
  const listed = useRead('audit.list', filter, { keep: true });
  const chosen = listed.data?.rows.find(({ sequence }) => String(sequence) === shown.get('row'));
  return (
    <div className={split['split']}>
      <div className={split['list']}>
        <Page
          title="Audit"
          lead="Each change has one row before it and one after it. The rows are chained, so that a changed or missing row shows."
          actions={
            <Button
              disabled={saved.isPending}
              onClick={() => {
                saved.mutate();
              }}
            >
              <Download aria-hidden />
              {saved.isPending ? 'Exporting…' : 'Export JSON'}
            </Button>
          }
          tools={
            <div className={styles['filters']}>
              {filters.map(([name, label]) => (
                <SearchField
                  key={name}
                  label={label}
                  value={texts[name] ?? ''}
                  onText={(text) => {
                    setTexts({ ...texts, [name]: text });
                  }}
                />
              ))}
            </div>
          }
        >
          {saved.error === null ? undefined : (
            <div className={pageStyles['padded']}>
              <ErrorNotice error={saved.error} />
            </div>
          )}
          {/* Whoever may not read it is told so once. */}
          {listed.error?.code === 'permission_denied' ? undefined : <Verification />}
          <Result of={listed} what="the audit log">
            {({ rows }) =>
              rows.length === 0 ? (
                <Empty title="No row matches the filter">
                  <p>
                    For who, a part is enough; give everything else in full, such as <code>secrets.set</code> or{' '}
                    <code>done</code>.
                  </p>
                </Empty>
              ) : (
                <div style={{ opacity: listed.isPlaceholderData ? 0.5 : 1 }}>
                  <AuditTable
                    rows={rows}
                    shown={shown.get('row')}
                    onOpen={(sequence) => {
                      open({ row: String(sequence) });
                    }}
                  />
                  {rows.length >= limit && limit < 1_000 ? (
                    <div className={pageStyles['tools']} style={{ paddingTop: 12 }}>
                      <Button
                        onClick={() => {
                          setLimit(limit + pageSize);
                        }}
                      >
                        Show {pageSize} more
                      </Button>
                    </div>
                  ) : undefined}
                </div>
              )
            }
          </Result>
        </Page>
      </div>
      {chosen === undefined ? undefined : (
        <Drawer key={chosen.sequence} label={`Row ${chosen.sequence}`} title={`Row ${chosen.sequence}`} onClose={close}>
          <Facts row={chosen} />
          <Command text={commandLine(organization, 'audit.list', filter)} />
        </Drawer>
      )}
    </div>
  );
}

interface AuditTableProps {
  readonly rows: readonly Row[];
  readonly shown: string | null;
  readonly onOpen: (sequence: number) => void;
}

function AuditTable({ rows, shown, onOpen }: AuditTableProps): ReactElement {
  return (
    <Table headings={['Row', 'When', 'Operation', 'About', 'Who', 'Result']}>
      {rows.map((row) => (
        <tr key={row.sequence} aria-current={shown === String(row.sequence) ? 'true' : undefined}>
          <td>
            <Button
              look="quiet"
              aria-label={`Row ${row.sequence}`}
              onClick={() => {
                onOpen(row.sequence);
              }}
            >
              {row.sequence}
            </Button>
          </td>
          <td>
            <Time at={row.at} />
          </td>
          <td className={pageStyles['whole']}>{row.operation}</td>
          <td className={pageStyles['mono']}>{subjectText(row.subject)}</td>
          <td className={pageStyles['name']}>{actorName(row.actor)}</td>
          <td>{row.phase === 'outcome' ? row.result : <span className={pageStyles['soft']}>{row.phase}</span>}</td>
        </tr>
      ))}
    </Table>
  );
}

function Facts({ row }: { readonly row: Row }): ReactElement {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['When', row.at],
    ['Operation', row.operation],
    ['Who', visible(row.actor)],
    ['Phase', row.phase],
    ['Result', row.result],
    ['Intent', row.intent === undefined ? undefined : `row ${row.intent}`],
    ['Request', row.requestId],
    ...Object.entries(row.subject).map(([name, value]): [string, string] => [
      name,
      visible(typeof value === 'string' ? value : JSON.stringify(value)),
    ]),
  ];
  return (
    <dl className={pageStyles['facts']}>
      {facts.map(([name, text]) =>
        text === undefined ? undefined : (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd className={pageStyles['mono']}>{text}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
